import type * as z from "zod";
import type { RemoteFailure } from "#contracts/resources/remote.ts";
import { RemoteError, type RemoteBudget } from "#core/ports/remote.ts";
import { requestCancel } from "./cancel.ts";
import { toRemoteError, type ErrorContext } from "./errors.ts";
import { lockTimeoutMs, type OpenClient } from "./open.ts";

/** Runs one statement and gives its rows, checked by a schema. */
export type RunStatement = <Row>(
  row: z.ZodType<Row>,
  sql: string,
  values?: readonly unknown[],
) => Promise<readonly Row[]>;

/** How much longer than the engine we wait before we end a statement ourselves: the network may be gone. */
const graceMs = 1000;

/**
 * Opens a transaction whose settings hold whatever an earlier statement did: a function within a view
 * runs as our login and may change the session's settings, but no longer this transaction's. Compiling
 * queries is off because it costs more than our statements gain.
 */
const begin = (budget: RemoteBudget, mode: "read only" | "read write"): string => `
  begin transaction isolation level read committed ${mode};
  set local search_path = '';
  set local statement_timeout = ${Math.ceil(budget.statementTimeoutMs)};
  set local lock_timeout = ${lockTimeoutMs(budget)};
  set local idle_in_transaction_session_timeout = ${Math.ceil(budget.statementTimeoutMs)};
  set local jit = off`;

/** Runs statements on one connection, each in a read-only transaction of its own, one at a time. */
export function statementRunner(open: OpenClient, budget: RemoteBudget, context: ErrorContext): RunStatement {
  const { client } = open;

  return async (row, sql, values = []) => {
    const limits = withinTime(budget);
    return await watched(open, limits, context, async () => {
      const query = queryOf(client);
      return await inTransaction(client, begin(limits, "read only"), () => query(row, sql, values));
    });
  };
}

/**
 * Runs the statements of one piece of work in one transaction that may write. Nothing but values that we pass
 * as such is evaluated in it: whatever reads foreign views or functions does so in transactions of its own.
 */
export const writingTransaction =
  (open: OpenClient, budget: RemoteBudget, context: ErrorContext) =>
  async (work: (run: RunStatement) => Promise<void>): Promise<void> => {
    const limits = withinTime(budget);
    const query = queryOf(open.client);
    const run: RunStatement = (row, sql, values = []) =>
      watched(open, limits, context, () => query(row, sql, values));
    try {
      await inTransaction(open.client, begin(limits, "read write"), () => work(run));
    } catch (error) {
      throw toRemoteError(error, context);
    }
  };

/** A statement's limits, and whether the time for all of the work is the tighter one. */
interface Limits extends RemoteBudget {
  readonly lastOfAll: boolean;
}

/** What a statement may take now, or `time-budget` where nothing is left. */
function withinTime(budget: RemoteBudget): Limits {
  const left = Math.floor(budget.remainingMs?.() ?? Infinity);
  if (left <= 0) throw new RemoteError("time-budget", "the time for this work was over before it was asked");
  const lastOfAll = left < budget.statementTimeoutMs;
  return { ...budget, statementTimeoutMs: lastOfAll ? left : budget.statementTimeoutMs, lastOfAll };
}

type Client = OpenClient["client"];

const queryOf =
  (client: Client): RunStatement =>
  async (row, sql, values = []) => {
    const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
    return rows.map((each) => row.parse(each));
  };

async function inTransaction<T>(client: Client, opening: string, work: () => Promise<T>): Promise<T> {
  await client.query(opening);
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    // A lost connection cannot roll back, and the first error is the one that counts.
    await client.query("rollback").catch(() => {});
    throw error;
  }
}

/** Ends what takes longer than it may or is wanted no more, and says in our words why something failed. */
async function watched<T>(
  open: OpenClient,
  budget: Limits,
  context: ErrorContext,
  work: () => Promise<T>,
): Promise<T> {
  if (budget.signal?.aborted === true) throw new RemoteError("cancelled", "the work was cancelled");
  const startedAt = performance.now();
  const watch = watchStatement(open, budget);
  try {
    return await work();
  } catch (error) {
    const ranOut = performance.now() - startedAt >= budget.statementTimeoutMs;
    const failure = toRemoteError(error, { ...context, interrupted: watch.interrupted(), ranOut });
    if (budget.lastOfAll && failure.reason === "statement-timeout") {
      throw new RemoteError("time-budget", "the time for this work was over, and the statement was ended");
    }
    throw failure;
  } finally {
    watch.end();
  }
}

interface Watch {
  /** Why the statement was ended by us, if it was. */
  readonly interrupted: () => RemoteFailure | undefined;
  readonly end: () => void;
}

/** Ends the statement on the server when the signal says so or the engine failed to; then the connection. */
function watchStatement(open: OpenClient, budget: RemoteBudget): Watch {
  let reason: RemoteFailure | undefined;
  let giveUp: NodeJS.Timeout | undefined;
  const interrupt = (why: RemoteFailure): void => {
    if (reason !== undefined) return;
    reason = why;
    giveUp = setTimeout(() => open.client.connection.stream.destroy(), 2 * graceMs);
    // A cancellation that cannot be sent leaves the statement to the engine's own timeout.
    requestCancel(open, graceMs).catch(() => {});
  };
  const abort = (): void => interrupt("cancelled");
  const deadline = setTimeout(() => interrupt("statement-timeout"), budget.statementTimeoutMs + graceMs);
  budget.signal?.addEventListener("abort", abort, { once: true });
  return {
    interrupted: () => reason,
    end: () => {
      clearTimeout(deadline);
      clearTimeout(giveUp);
      budget.signal?.removeEventListener("abort", abort);
    },
  };
}
