import type { CheckReport } from "#contracts/resources/check-report.ts";
import type { TableFacts } from "#core/ports/table-facts.ts";
import { Census } from "./census.ts";
import { threadInvariants } from "./conversation-invariants.ts";
import { dbtInvariants } from "./dbt-invariants.ts";
import { exportInvariants } from "./export-invariants.ts";
import { finding, type Finding } from "./finding.ts";
import { groupInvariants } from "./group-invariants.ts";
import { guardInvariants } from "./guard-invariants.ts";
import { jobInvariants } from "./job-invariants.ts";
import { policyInvariants } from "./policy-invariants.ts";
import { connectionInvariants, sourceInvariants, tagInvariants } from "./source-invariants.ts";
import { userInvariants } from "./user-invariants.ts";
import { requestInvariants } from "./request-invariants.ts";

/** So many findings are told; where there are more, a person has enough to begin with. */
const mostFindings = 100;

function* findingsOf(census: Census, now: Date): Iterable<Finding> {
  for (const where of census.unreadable) {
    yield finding("everything-can-be-read", where, "this version of Reeve cannot read it");
  }
  yield* guardInvariants(census);
  yield* connectionInvariants(census);
  yield* userInvariants(census.people);
  yield* groupInvariants(census.groups);
  yield* tagInvariants(census);
  yield* sourceInvariants(census, now);
  yield* dbtInvariants(census, now);
  yield* policyInvariants(census);
  yield* threadInvariants(census);
  yield* requestInvariants(census);
  yield* exportInvariants(census);
  yield* jobInvariants(census, now);
}

const textOf = ({ invariant, subject, detail }: Finding): string =>
  JSON.stringify([invariant, subject, detail]);

interface Reading {
  readonly census: Census;
  readonly findings: readonly Finding[];
}

/**
 * Reads the whole table and tells which invariants do not hold. The table is no snapshot: what changes while it
 * is read may be seen half. So what is found is looked for once more, in a second reading, and only what was
 * found in both, word for word, is told. It stops where the signal says so.
 */
export async function checkTable(
  table: TableFacts,
  now: () => Date,
  signal?: AbortSignal,
): Promise<CheckReport> {
  const read = async (): Promise<Reading> => {
    const census = new Census();
    for await (const facts of table.facts()) {
      signal?.throwIfAborted();
      for (const fact of facts) census.count(fact);
    }
    return { census, findings: [...findingsOf(census, now())] };
  };
  const first = await read();
  const { census, findings } = first.findings.length === 0 ? first : await read();
  const before = new Set(first.findings.map(textOf));
  const confirmed = findings.filter((finding) => before.has(textOf(finding)));
  return {
    items: census.items,
    kinds: Object.fromEntries([...census.kinds].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    broken: confirmed.length,
    findings: confirmed.slice(0, mostFindings).map((finding) => ({ ...finding })),
    truncated: confirmed.length > mostFindings,
  };
}
