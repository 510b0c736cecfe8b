import { auditedSystem } from "#core/audit/record.ts";
import { basisAtCommit, type Basis } from "#core/dbt/sync/run/basis.ts";
import type { Decided, Decision } from "#core/dbt/sync/plan/decisions.ts";
import { changedItem, editsAtOnce, madeItem, type Item } from "#core/dbt/sync/apply/items.ts";
import { prepare, type Prepared, type StagingDeps } from "#core/dbt/sync/apply/prepare.ts";
import { refreshJobs } from "#core/dbt/sync/apply/refresh-jobs.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock } from "#core/ports/clock.ts";
import { deltaWrite } from "#core/sources/catalog-documents.ts";
import { tagsStand } from "#core/tags/resolve-tags.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import { demandStanding, type Tag } from "#core/tags/tag.ts";

/**
 * Of a transaction's 100 items so many are for data sources. The rest: checkpoint, integration, connection, tags, delta,
 * audit record, five parts of the report, and three jobs of three items each.
 */
const itemsAtOnce = 80;
/** What one transaction says to the index is at most 300 KB of text. */
const changeBytes = 250_000;
/** A transaction takes 4 MB. */
const recordBytes = 3_000_000;

/** The edits of a decision, where they are more than one transaction takes beside all else. */
export const excessOf = (decision: Decision | undefined) =>
  decision !== undefined && "under" in decision && decision.under.edits.length > editsAtOnce
    ? decision
    : null;

/** How many items a decision takes at most. */
function itemsOf(decision: Decision, owners: number): number {
  switch (decision.does) {
    case "skip":
    case "check":
      return 0;
    case "create":
      return 5 + owners;
    case "update":
      return 4 + decision.under.edits.length;
    case "restore":
      return 8 + decision.under.edits.length;
  }
}

/** How many of the decisions, from the first on, surely fit into one transaction by their number of items: one at least. */
export function fitting(decisions: readonly Decision[], owners: number): number {
  let items = 0;
  for (const [index, decision] of decisions.entries()) {
    items += itemsOf(decision, owners);
    if (items > itemsAtOnce && index > 0) return index;
  }
  return decisions.length;
}

/** A chunk that is ready to commit. */
export interface Chunk {
  /** How many of the decisions it settles, from the first on. */
  readonly settles: number;
  readonly writes: readonly Write[];
  readonly jobs: readonly Job[];
  /** The data sources that it makes, by relation. */
  readonly made: ReadonlyMap<string, string>;
}

/** What it takes to make chunks. */
export interface ChunkDeps extends StagingDeps {
  readonly clock: Clock;
}

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** Stages what decisions need and makes the writes of as many of them as fit into one transaction. */
export async function chunkOf(
  deps: ChunkDeps,
  basis: Basis,
  { decisions, tree }: Decided,
  { job, runId }: { readonly job: Job; readonly runId: string },
): Promise<Chunk> {
  const at = deps.clock.now();
  const prepared = await prepare(deps, basis, decisions, { runId, at });
  const auditId = deps.ids.next("audit");
  const audit = { jobId: job.id, auditId };
  const itemOf = itemsBy(
    prepared,
    (made) => madeItem(basis, made, audit),
    (relayered) => changedItem(basis, relayered, audit, { at: at.toISOString(), tree }),
  );
  const { settles, items } = within(decisions, itemOf);
  const taken = new Set(decisions.slice(0, settles));
  const made = prepared.made.filter(({ decision }) => taken.has(decision));
  const jobs = refreshJobs(
    deps.ids,
    basis.connection,
    { decisions: [...taken], made },
    {
      at,
      correlationId: job.correlationId,
    },
  );
  const changes = items.flatMap(({ change }) => change ?? []);
  const tags = carriedTags([...taken], tree);
  const returned = carriedTags(
    [...taken].filter(({ does }) => does === "restore"),
    tree,
  );
  // Whoever deletes a tag looks at no data source that is deleted itself.
  demandStanding(returned, at);
  return {
    settles,
    jobs,
    made: new Map(made.map(({ decision, records }) => [decision.relation.key, records.dataSource.id])),
    writes: [
      ...basisAtCommit(basis),
      ...tagsStand(tree, tags),
      ...items.flatMap(({ writes }) => writes),
      ...(changes.length === 0 ? [] : [deltaWrite(deps.ids, at, changes)]),
      ...jobs.map((one): Write => ({ write: "enqueue", job: one })),
      ...(items.length === 0 ? [] : [auditOf(deps, at, job, { auditId, runId, items })]),
    ],
  };
}

/** The tags that decisions put on something: dbt's, and of what comes back also those that it had. */
const carriedTags = (decisions: readonly Decision[], tree: TagTree): readonly Tag[] =>
  [...new Set(decisions.flatMap(carriedIds))].flatMap((id) => tree.get(id) ?? []);

function carriedIds(decision: Decision): readonly string[] {
  if (!("word" in decision)) return [];
  const { tagIds, facts } = decision.word;
  const brought = [...tagIds, ...facts.columns.flatMap((column) => column.tagIds)];
  if (decision.does !== "restore") return brought;
  const { under, view } = decision;
  const had = [...under.dataSource.tags, ...[...view.edits.values()].flatMap(({ tags }) => tags)];
  return [...brought, ...had.map(({ tagId }) => tagId)];
}

/** The item of each decision that has one. */
function itemsBy(
  { made, relayered }: Prepared,
  ofMade: (made: Prepared["made"][number]) => Item,
  ofRelayered: (relayered: Prepared["relayered"][number]) => Item,
): (decision: Decision) => Item | null {
  const items = new Map<Decision, Item>([
    ...made.map((one) => [one.decision, ofMade(one)] as const),
    ...relayered.map((one) => [one.decision, ofRelayered(one)] as const),
  ]);
  return (decision) => items.get(decision) ?? null;
}

/** How many decisions fit by their size, one at least, and their items. */
function within(
  decisions: readonly Decision[],
  itemOf: (decision: Decision) => Item | null,
): { readonly settles: number; readonly items: readonly Item[] } {
  const items: Item[] = [];
  let [told, stored] = [0, 0];
  for (const [index, decision] of decisions.entries()) {
    const item = itemOf(decision);
    if (item === null) continue;
    told += bytesOf(item.change);
    stored += bytesOf(item.writes);
    const isTooMuch = told > changeBytes || stored > recordBytes;
    if (isTooMuch && items.length > 0) return { settles: index, items };
    items.push(item);
  }
  return { settles: decisions.length, items };
}

/** One record for all that a chunk changes; a data source shows it as its own. */
export function auditOf(
  { ids }: Pick<ChunkDeps, "ids">,
  at: Date,
  job: Job,
  {
    auditId,
    runId,
    items,
  }: { readonly auditId: string; readonly runId: string | null; readonly items: readonly Item[] },
): Write {
  const audit = auditedSystem(ids, at, job.correlationId, {
    action: runId === null ? "integration:leave-data-sources" : "integration:sync-data-sources",
    resource: { type: "job", id: job.id },
    details: {
      ...(runId === null ? {} : { runId }),
      dataSourceIds: items.map(({ dataSourceId }) => dataSourceId),
    },
  });
  return { ...audit, record: { ...audit.record, id: auditId } };
}
