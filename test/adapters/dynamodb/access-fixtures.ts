import { audited } from "#core/audit/record.ts";
import { keptReply } from "#core/call/call.ts";
import { shardOf, shards } from "#adapters/dynamodb/keys.ts";
import type { Job } from "#core/jobs/job.ts";
import type { CatalogDeltas } from "#core/ports/catalog-index.ts";
import type { SegmentPointers } from "#core/ports/catalog-segments.ts";
import type { Write } from "#core/ports/change.ts";
import type { Store } from "#core/ports/store.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { healthJob } from "#core/health/health-job.ts";
import { headerDocument } from "#core/sources/catalog-documents.ts";
import { creationWrites, newDataSource } from "#core/sources/new-data-source.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";
import { tagGuard } from "#core/tags/tag.ts";
import { aDataSourceMember, aMeasurement, anAuditRecord } from "#test/support/catalog-records.ts";
import type { FixedClock } from "#test/support/fixed-clock.ts";
import type { TypicalCatalog } from "#test/support/typical-catalog.ts";

/** What a row of docs/data-model.md is tried on: a table of its own, and records of usual length. */
export interface Prepared extends TypicalCatalog {
  readonly store: Store & CatalogDeltas & SegmentPointers;
  readonly clock: FixedClock;
}

/** Prepares a table, and gives the one call that the row is about. */
export type Trial = (
  given: Prepared,
) => Promise<(store: Store & CatalogDeltas & SegmentPointers) => Promise<unknown>>;

export const conflict = new DomainError("contention");

/** Commits any number of writes that need not go together. */
export async function commitAll({ store }: Prepared, writes: readonly Write[]): Promise<void> {
  for (let start = 0; start < writes.length; start += 24) await store.commit(writes.slice(start, start + 24));
}

export const create = (
  kind: "connection" | "connection-member" | "data-source" | "tag",
  record: object,
): Write => ({ write: "create", kind, record, otherwise: conflict }) as Write;

/** A health job that waits in a line of its own. */
export const aTypicalJob = ({ ids, call, clock, dataSource }: Prepared): Job =>
  healthJob(ids, dataSource(), ["row-count"], {
    by: call.user.id,
    at: clock.now(),
    correlationId: call.requestId,
  });

/** A job of that line which holds a slot. */
export async function anAdmittedJob(given: Prepared): Promise<Job> {
  const job = aTypicalJob(given);
  await given.store.commit([{ write: "enqueue", job }]);
  const [admitted] = await given.store.admit(job.line, 1, given.clock.now());
  if (admitted === undefined) throw new Error("the job was not admitted");
  return admitted;
}

/** A job in a worker's hands. */
export async function aHeldJob(given: Prepared): Promise<Job> {
  const { id } = await anAdmittedJob(given);
  const held = await given.store.claim(id, given.clock.now(), given.clock.now());
  if (held === null) throw new Error("the job was not claimed");
  return held;
}

/** A data source that is there with all that belongs to it. */
export async function aCreatedDataSource(given: Prepared, total = true) {
  const { store, ids, call, id, clock, relation, columns } = given;
  const connection = given.connection();
  const generation = id("generation");
  const dataSourceId = id("dataSource");
  const chunks = await store.stageDictionary(dataSourceId, generation, columns);
  const findings = {
    connection,
    relation,
    name: "sales.orders",
    description: null,
    documentation: "",
    tagIds: [id("tag"), id("tag")],
    statisticsPrevented: false,
    subscription: individually,
  };
  const made = newDataSource(ids, clock.now(), call, dataSourceId, findings, { generation, chunks });
  const writes = creationWrites(ids, clock.now(), call, made);
  await store.commit([create("connection", connection)]);
  if (total) await store.commit(writes);
  return { ...made, connection, writes };
}

/** Jobs about data sources or about one of them, each in a line of its own. */
export async function enqueued(
  given: Prepared,
  count: number,
  dataSourceId?: string,
): Promise<readonly Job[]> {
  const jobs = given.many(count, () => {
    const job = aTypicalJob(given);
    return dataSourceId === undefined ? job : { ...job, subject: { ...job.subject, id: dataSourceId } };
  });
  await commitAll(
    given,
    jobs.map((job) => ({ write: "enqueue", job })),
  );
  return jobs;
}

export async function fiftyTags(given: Prepared) {
  const tags = given.many(50, (index) => given.tag({ parentId: null, segment: `Personal data ${index}` }));
  await commitAll(
    given,
    tags.flatMap((tag): Write[] => [
      create("tag", tag),
      { write: "claim", guard: tagGuard(tag), owner: tag.id, otherwise: conflict },
    ]),
  );
  return tags;
}

export async function fiftyConnections(given: Prepared) {
  const connections = given.many(50, () => given.connection());
  await commitAll(
    given,
    connections.flatMap((connection) => [
      create("connection", connection),
      create("connection-member", given.role(connection.id, "owner")),
      create("connection-member", given.role(connection.id, "registrar")),
    ]),
  );
  return connections;
}

export async function fiftyDataSources(given: Prepared) {
  const records = given.many(50, () => given.dataSource());
  await commitAll(
    given,
    records.flatMap((record): Write[] => [
      create("data-source", record),
      {
        write: "create",
        kind: "data-source-member",
        record: aDataSourceMember({
          id: given.id("member"),
          dataSourceId: record.id,
          principal: { type: "user", id: given.call.user.id },
        }),
      },
    ]),
  );
  return records;
}

/** A connection that sixty relations stand on. */
export async function sixtyRelations(given: Prepared): Promise<string> {
  const connectionId = given.id("connection");
  const claims = given.many(60, (index): Write => ({
    write: "claim",
    guard: { guard: "relation", place: connectionId, schema: "sales", table: `orders_${index}` },
    owner: given.id("dataSource"),
    otherwise: conflict,
  }));
  await commitAll(given, claims);
  return connectionId;
}

/** A data source's history: its id, and the measurement that the second page begins behind. */
export async function sixtyMeasurements(given: Prepared) {
  const id = given.id("dataSource");
  const at = given.clock.now().toISOString();
  const records = given.many(60, () => aMeasurement({ id: given.id("measurement"), dataSourceId: id, at }));
  await commitAll(
    given,
    records.map((record) => ({ write: "create", kind: "measurement", record })),
  );
  return { id, last: records[10]?.id ?? "" };
}

export async function eightyDeeds(given: Prepared): Promise<string> {
  const id = given.id("dataSource");
  await commitAll(
    given,
    given.many(80, () => ({
      write: "audit",
      record: anAuditRecord({
        id: given.id("audit"),
        at: given.clock.now().toISOString(),
        actor: given.call.user.id,
        resource: { type: "data-source", id },
        requestId: given.call.requestId,
        details: { before: { status: "enabled" }, after: { status: "disabled" } },
      }),
    })),
  );
  return id;
}

/** An id that is dealt to this shard: what a query of each shard costs must not be left to chance. */
function deltaIdIn(given: Prepared, shard: number): string {
  for (;;) {
    const id = given.id("delta");
    if (shardOf(id) === shard) return id;
  }
}

export async function changesOfCatalog(given: Prepared, count: number): Promise<readonly string[]> {
  const made = given.many(count, (index) => {
    const record = given.dataSource();
    return {
      id: deltaIdIn(given, index % shards.length),
      at: record.createdAt,
      changes: [{ dataSourceId: record.id, header: headerDocument(record) }],
    };
  });
  await commitAll(
    given,
    made.map((delta) => ({ write: "delta", delta })),
  );
  return made.map(({ id }) => id);
}

/** Jobs that wait, so many of them in one shard of those that are active. */
export async function activeIn(given: Prepared, shard: number, count: number): Promise<void> {
  const jobs: Job[] = [];
  while (jobs.filter(({ id }) => shardOf(id) === shard).length < count) jobs.push(aTypicalJob(given));
  await commitAll(
    given,
    jobs.map((job) => ({ write: "enqueue", job })),
  );
}

/** The audit record of a change. */
export const deed = (
  { ids, clock, call }: Prepared,
  action: string,
  type: string,
  id: string,
  details: object,
): Write => audited(ids, clock.now(), call, { action, resource: { type, id }, details: { ...details } });

/** The reply that is kept with a change. */
export const replyOf = ({ call, clock }: Prepared, result: unknown) =>
  keptReply(call, 201, result, clock.now());
