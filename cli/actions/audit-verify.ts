import type { ReeveClient } from "#client/client.ts";
import { items } from "#client/paging.ts";
import { Refusal, UsageError } from "../failure.ts";
import { findingColumns, verifiedPairs } from "../output/audit.ts";
import { formatOf, printList, printOne } from "../output/print.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { checkChain, type Anchor, type ListedExport } from "../verification/check-chain.ts";
import type { CheckedObject } from "../verification/check-object.ts";
import { checkedObjects } from "../verification/read-objects.ts";

/** What the end of the chain is held against: what a service lists, a hash that somebody noted, or nothing. */
type Against = ReeveClient | string | null;

/** Verifies the exported objects of a folder. What is wrong is told, object by object, and is a refusal. */
export async function verifyExports(
  printer: Pick<Session, "terminal" | "output">,
  folder: string,
  against: Against,
): Promise<void> {
  if (typeof against === "string" && !/^[0-9a-f]{64}$/.test(against)) {
    throw new UsageError("--head takes the SHA-256 of an export: 64 hexadecimal digits, in lower case.");
  }
  const { objects, anchor } = await read(folder, against);
  const findings = checkChain(objects, anchor);
  const verified = { ...summaryOf(objects), comparedWith: anchor.by, findings };
  if (findings.length === 0 || formatOf(printer) === "json") {
    printOne(printer, verified, verifiedPairs(verified));
  } else printList(printer, findingColumns, findings);
  if (anchor.by === "nothing") {
    say(
      printer.terminal,
      "The end was held against nothing: whether objects are missing there is not known.",
    );
  }
  if (findings.length > 0) {
    throw new Refusal(`The exports are not as they were made: ${findings.length} findings.`);
  }
}

/** What was listed before the folder was read must be in it; what it holds must be listed afterwards: exports go on meanwhile. */
async function read(
  folder: string,
  against: Against,
): Promise<{ readonly objects: readonly CheckedObject[]; readonly anchor: Anchor }> {
  if (against === null) return { objects: await checkedObjects(folder), anchor: { by: "nothing" } };
  if (typeof against === "string") {
    return { objects: await checkedObjects(folder), anchor: { by: "hash", sha256: against } };
  }
  const { items: newest } = await against.listAuditExports({ query: { limit: 1 } });
  const objects = await checkedObjects(folder);
  const listed: ListedExport[] = [];
  for await (const one of items(against.listAuditExports, { query: { limit: 200 } })) listed.push(one);
  const least = newest[0]?.number ?? 0;
  return { objects, anchor: { by: "service", listed: listed.toReversed(), least } };
}

/** What was read. */
export interface Summary {
  readonly objects: number;
  readonly records: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly head: string | null;
}

function summaryOf(objects: readonly CheckedObject[]): Summary {
  const sealed = objects
    .flatMap(({ seal, sha256 }) => (seal === null ? [] : [{ ...seal, sha256 }]))
    .toSorted((a, b) => a.number - b.number);
  return {
    objects: objects.length,
    records: sealed.reduce((sum, { count }) => sum + count, 0),
    from: sealed[0]?.from ?? null,
    to: sealed.at(-1)?.to ?? null,
    head: sealed.at(-1)?.sha256 ?? null,
  };
}
