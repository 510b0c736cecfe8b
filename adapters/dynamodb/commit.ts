import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { DomainError } from "#core/errors/domain-error.ts";
import { conflictTries, pause, type TableRef } from "./requests.ts";
import { storageError } from "./storage-error.ts";

/** One item of a transaction, as DynamoDB takes it. */
export type TransactItem = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** One item of a transaction, and what its failed condition means. Without `otherwise` it must never fail. */
export interface Step {
  readonly item: TransactItem;
  readonly otherwise?: DomainError | undefined;
}

/** At most this many items commit together (DynamoDB's own limit). */
export const maxSteps = 100;

/** Reasons of DynamoDB's that pass: another transaction was on the same item, or there was too much at once. */
const passing = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

const codesOf = ({ CancellationReasons }: TransactionCanceledException): readonly string[] =>
  (CancellationReasons ?? []).map(({ Code }) => Code ?? "None");

/**
 * What a cancelled transaction means: an error to throw, or null where another try may succeed. An item that was
 * contended hides whether its condition holds, so a condition behind it that failed decides nothing yet.
 */
function verdict(error: TransactionCanceledException, steps: readonly Step[]): Error | null {
  const codes = codesOf(error);
  const first = codes.findIndex((code) => code !== "None");
  if (codes[first] === "ConditionalCheckFailed") return steps[first]?.otherwise ?? error;
  const known = codes.every(
    (code) => code === "None" || code === "ConditionalCheckFailed" || passing.has(code),
  );
  return first >= 0 && known ? null : error;
}

/** What is said when every try was cancelled. */
const givenUp = (cause: TransactionCanceledException): DomainError =>
  new DomainError(codesOf(cause).includes("TransactionConflict") ? "contention" : "unavailable", undefined, {
    cause,
  });

/**
 * Takes all steps or none. The first step whose condition fails decides the error. What is contended is
 * tried again with jitter, and at last fails as `contention`. Only a transaction that was cancelled, and so
 * surely not taken, is tried anew here; after any other error the SDK has sent it again under the same token,
 * which DynamoDB takes once, and whether it was taken at last is not known: `unavailable`.
 */
export async function commitSteps(ref: TableRef, steps: readonly Step[]): Promise<void> {
  if (steps.length > maxSteps) throw new Error(`a transaction of ${steps.length} items is too large`);
  const items = steps.map(({ item }) => inTable(item, ref.tableName));
  for (let attempt = 1; ; attempt += 1) {
    try {
      await ref.client.send(new TransactWriteCommand({ TransactItems: items }));
      return;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw storageError(error);
      const final = verdict(error, steps);
      if (final !== null) throw final;
      if (attempt === conflictTries) throw givenUp(error);
      await pause(ref, attempt);
    }
  }
}

/** The entities are bound to no table's name; it is given here, once for all of them. */
function inTable(item: TransactItem, TableName: string): TransactItem {
  if (item.Put) return { Put: { ...item.Put, TableName } };
  if (item.Update) return { Update: { ...item.Update, TableName } };
  if (item.Delete) return { Delete: { ...item.Delete, TableName } };
  if (item.ConditionCheck) return { ConditionCheck: { ...item.ConditionCheck, TableName } };
  return item;
}
