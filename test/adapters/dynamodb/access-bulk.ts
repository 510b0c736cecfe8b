import type { Write } from "#core/ports/change.ts";
import { chunkWrites, createdLines, stageTables } from "#core/sources/bulk/commit-chunk.ts";
import { madeAtOnce, type Candidate } from "#core/sources/bulk/chunk.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";
import { TagTree } from "#core/tags/tag-tree.ts";
import type { Basis } from "#core/sources/bulk/basis.ts";
import { aHeldJob, conflict, create, type Prepared, type Trial } from "./access-fixtures.ts";

const minute = 60_000;

/** Tables of usual length, so many as become data sources together. */
const candidates = ({ many, relation }: Prepared): readonly Candidate[] =>
  many(madeAtOnce, (index) => {
    const name = `order_lines_${index}`;
    return {
      relation: { schema: relation.schema, name },
      found: { ...relation, name },
      name: `sales.${name}`,
    };
  });

/** What a bulk registration rests on, all of it there. */
async function aBasis(given: Prepared): Promise<Basis> {
  const connection = given.connection();
  const registrar = given.role(connection.id, "registrar");
  await given.store.commit([
    { write: "put", kind: "user", record: given.call.user },
    create("connection", connection),
    create("connection-member", registrar),
  ]);
  return {
    user: given.call.user,
    connection,
    scope: { memberships: [registrar], isReservedSchema: () => false },
    tree: new TagTree([], { version: 0, deletions: 0 }),
    tags: [],
    statisticsPrevented: false,
    subscription: individually,
    over: conflict,
  };
}

/** What bulk work asks of the store, by the function cell of its row. */
export const bulkAccess: Readonly<Record<string, Trial>> = {
  "`commit` of a chunk of bulk work, 16 new data sources": async (given) => {
    const [job, basis] = [await aHeldJob(given), await aBasis(given)];
    const tables = await stageTables(given, candidates(given));
    const part = { jobId: job.id, number: 0, writtenAt: given.clock.now().toISOString() };
    const skipped = given.many(8, (index) => ({
      schema: "sales",
      table: `order_lines_${index}`,
      made: null,
      reason: "permission-denied" as const,
      detail: "",
    }));
    const checkpoint = {
      after: { schema: "sales", name: "order_lines_15" },
      done: 20,
      total: 1000,
      parts: { created: 1, skipped: 1 },
      result: { created: 16, skipped: { "permission-denied": 8 } },
    };
    const writes: Write[] = [
      { write: "checkpoint", job: { ...job, checkpoint }, otherwise: conflict },
      ...chunkWrites(given, job, basis, tables),
      { write: "report", part: { ...part, kind: "created", entries: createdLines(tables) } },
      { write: "report", part: { ...part, kind: "skipped", entries: skipped } },
    ];
    return (store) => store.commit(writes);
  },
  "`guardOwners` of 16 names and 16 relations": (given) => {
    const guards = candidates(given).flatMap(({ name, relation }) => [
      { guard: "data-source-name", name } as const,
      {
        guard: "relation",
        place: given.id("connection"),
        schema: relation.schema,
        table: relation.name,
      } as const,
    ]);
    return Promise.resolve((store) => store.guardOwners(guards));
  },
  "`stageDictionaries` of 16 data sources with 50 columns each": ({ id, many, columns }) => {
    const generation = id("generation");
    const dictionaries = many(16, () => ({ dataSourceId: id("dataSource"), columns }));
    return Promise.resolve((store) => store.stageDictionaries(generation, dictionaries));
  },
  "`sweepGenerations`, 2 lost that were staged together": async (given) => {
    const dictionaries = given.many(2, () => ({
      dataSourceId: given.id("dataSource"),
      columns: given.columns,
    }));
    await given.store.stageDictionaries(given.id("generation"), dictionaries);
    given.clock.advance(61 * minute);
    return (store) => store.sweepGenerations(given.clock.now());
  },
  "`jobReport`, first 20 parts": async (given) => {
    const jobId = given.id("job");
    await reported(given, jobId, 25);
    return (store) => store.jobReport(jobId, { from: null, limit: 20 });
  },
  "`jobReport` of one kind, from a part on": async (given) => {
    const jobId = given.id("job");
    await reported(given, jobId, 25);
    return (store) =>
      store.jobReport(jobId, { kind: "created", from: { kind: "created", number: 4 }, limit: 20 });
  },
};

/** Parts of a report with sixteen lines each. */
async function reported({ store, clock, id, many }: Prepared, jobId: string, count: number): Promise<void> {
  const writtenAt = clock.now().toISOString();
  const entries = many(16, (index) => ({
    schema: "sales",
    table: `order_lines_${index}`,
    made: { id: id("dataSource"), name: `sales.order_lines_${index}` },
    reason: null,
    detail: "",
  }));
  await store.commit(
    many(count, (number): Write => ({
      write: "report",
      part: { jobId, kind: "created", number, writtenAt, entries },
    })),
  );
}
