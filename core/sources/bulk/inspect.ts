import { maxColumns, type RelationKind, type RemoteFailure } from "#contracts/resources/remote.ts";
import { skipReason, type SkipReason } from "#contracts/resources/job-report.ts";
import {
  relationKey,
  relationsAtOnce,
  type DescribedRelation,
  type ListedRelation,
  type Relation,
  type RelationDescription,
  type RemoteSession,
} from "#core/ports/remote.ts";

/** Why a table is left out. */
export interface Skip {
  readonly reason: SkipReason;
  readonly detail: string;
}

/** A table that can become a data source, or why it cannot. */
export type Inspected =
  | { readonly relation: Relation; readonly found: RelationDescription }
  | { readonly relation: Relation; readonly skip: Skip };

/** A batch's description holds so many columns at most, unless one table alone has more. */
const columnsAtOnce = 10_000;

/** What computes its rows may be slow, and fails for reasons of its own; so few share a batch. */
const computed: readonly RelationKind[] = ["view", "foreign-table"];
const computedAtOnce = 8;

/** Batches of relations, in order, that are described and tried with one statement each. */
export function batchesOf(relations: readonly ListedRelation[]): readonly (readonly ListedRelation[])[] {
  const batches: ListedRelation[][] = [];
  let [batch, columns, slow]: [ListedRelation[], number, number] = [[], 0, 0];
  for (const relation of relations) {
    const isSlow = computed.includes(relation.kind);
    const full =
      batch.length === relationsAtOnce ||
      columns + relation.columnCount > columnsAtOnce ||
      (isSlow && slow === computedAtOnce);
    if (batch.length === 0 || full) {
      [batch, columns, slow] = [[], 0, 0];
      batches.push(batch);
    }
    batch.push(relation);
    columns += relation.columnCount;
    slow += isSlow ? 1 : 0;
  }
  return batches;
}

/** Describes a batch of relations and proves that they can be read. */
export async function inspect(
  session: RemoteSession,
  relations: readonly ListedRelation[],
): Promise<readonly Inspected[]> {
  const described = await session.describeMany(relations);
  const byKey = new Map(described.map((found) => [relationKey(found), found]));
  const firstSkips = relations.map((relation) => ({
    relation,
    found: byKey.get(relationKey(relation)),
    skip: skipBefore(relation, byKey.get(relationKey(relation))),
  }));
  const failures = await session.probeMany(
    firstSkips.filter(({ skip }) => skip === null).map(({ relation }) => relation),
  );
  return firstSkips.map(({ relation: { schema, name }, found, skip }): Inspected => {
    const relation = { schema, name };
    const failure = failures.get(relationKey(relation));
    if (skip !== null) return { relation, skip };
    if (failure !== undefined) return { relation, skip: refused(failure.reason, failure.message) };
    return found === undefined ? { relation, skip: gone } : { relation, found };
  });
}

const gone: Skip = { reason: "table-not-found", detail: "" };

/** Why a relation is not even tried. */
function skipBefore(listed: ListedRelation, found: DescribedRelation | undefined): Skip | null {
  if (found === undefined) return gone;
  if (!found.readable) return { reason: "permission-denied", detail: "" };
  if (found.columns.length <= maxColumns) return null;
  return { reason: "too-many-columns", detail: `${listed.columnCount} columns` };
}

/** So much of a message is kept: some engines tell whole stories. */
const keptMessage = 500;

function refused(reason: RemoteFailure, message: string): Skip {
  const known = skipReason.safeParse(reason);
  const detail = message.slice(0, keptMessage).toWellFormed();
  return { reason: known.success ? known.data : "query-failed", detail };
}
