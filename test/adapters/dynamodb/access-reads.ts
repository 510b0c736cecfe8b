import { placeOf } from "#core/threads/thread.ts";
import { aColumnEdit } from "#test/support/catalog-records.ts";
import { unique } from "#test/support/records.ts";
import {
  twelveVersions,
  sixtyQueries,
  aDeletedDataSource,
  sixtyTombstones,
  sixtyThreads,
} from "./access-curation.ts";
import {
  aCreatedDataSource,
  activeIn,
  changesOfCatalog,
  conflict,
  eightyDeeds,
  enqueued,
  fiftyConnections,
  fiftyDataSources,
  fiftyTags,
  sixtyMeasurements,
  sixtyRelations,
  type Prepared,
  type Trial,
} from "./access-fixtures.ts";

/** The audit of one day, whoever did it. */
const deedsOfToday = ({ clock }: Pick<Prepared, "clock">) => ({
  resource: null,
  actor: null,
  from: `${clock.now().toISOString().slice(0, 10)}T00:00:00.000Z`,
  to: clock.now().toISOString(),
  actions: null,
  outcomes: null,
  requestId: null,
  address: null,
});

/** The id behind which `count` others come. */
const behind = (ids: readonly string[], count: number): string => ids.toSorted().at(-count - 1) ?? "";

/** Every read of the store, by the function cell of its row. */
export const reads: Readonly<Record<string, Trial>> = {
  "`apiKey`": async ({ store, id, call }) => {
    const record = {
      id: id("apiKey"),
      userId: call.user.id,
      name: "laptop",
      hash: "0".repeat(64),
      expiresAt: null,
      createdAt: call.user.createdAt,
    };
    await store.commit([{ write: "create", kind: "api-key", record }]);
    return (used) => used.apiKey(record.id);
  },
  "`user`": async ({ store, call: { user } }) => {
    await store.commit([{ write: "create", kind: "user", record: user }]);
    return (used) => used.user(user.id);
  },
  "`settings`": async () => (used) => used.settings(),
  "`keptReply`": async ({ store, call, clock }) => {
    const kept = {
      userId: call.user.id,
      key: call.idempotency?.key ?? "",
      requestHash: "a".repeat(64),
      status: 201,
      body: JSON.stringify({ name: "sales.orders" }),
      createdAt: clock.now().toISOString(),
    };
    await store.commit([], kept);
    return (used) => used.keptReply(kept.userId, kept.key);
  },
  "`guardOwner`": async ({ store }) => {
    const guard = { guard: "data-source-name", name: "sales.orders" } as const;
    await store.commit([{ write: "claim", guard, owner: "ds_1", otherwise: conflict }]);
    return (used) => used.guardOwner(guard);
  },
  "`connection`": async (given) => {
    const [record] = await fiftyConnections(given);
    return (used) => used.connection(record?.id ?? "", given.call.user.principals);
  },
  "`connections` of 50": async (given) => {
    const ids = (await fiftyConnections(given)).map(({ id }) => id);
    return (used) => used.connections(ids);
  },
  "`connectionMemberships` on 50": async (given) => {
    const connections = await fiftyConnections(given);
    return (used) => used.connectionMemberships(given.call.user.principals, connections);
  },
  "`listConnections`, first 30": async (given) => {
    await fiftyConnections(given);
    return (used) => used.listConnections(null, 30);
  },
  "`listConnections`, next 30": async (given) => {
    const ids = (await fiftyConnections(given)).map(({ id }) => id);
    return (used) => used.listConnections(behind(ids, 40), 30);
  },
  "`connectionMembers`": async (given) => {
    const [record] = await fiftyConnections(given);
    return (used) => used.connectionMembers(record?.id ?? "");
  },
  "`connectionDataSources`, first 50 of 60": async (given) => {
    const id = await sixtyRelations(given);
    return (used) => used.connectionDataSources(id, null, 50);
  },
  "`connectionInUse`": async (given) => {
    const { connection } = await aCreatedDataSource(given);
    return (used) => used.connectionInUse(connection.id);
  },
  "`relationOwners` of 200": async (given) => {
    const { connection } = await aCreatedDataSource(given);
    const relations = given.many(200, (index) => ({
      schema: "sales",
      name: index === 0 ? "orders" : `t${index}`,
    }));
    return (used) => used.relationOwners(connection.id, relations);
  },
  "`dataSource`": async (given) => {
    const { dataSource } = await aCreatedDataSource(given);
    return (used) => used.dataSource(dataSource.id, given.call.user.principals);
  },
  "`dataSourceMemberships` on 50": async (given) => {
    const ids = (await fiftyDataSources(given)).map(({ id }) => id);
    return (used) => used.dataSourceMemberships(given.call.user.principals, ids);
  },
  "`dataSourceExposures` of 50": async (given) => {
    const ids = (await fiftyDataSources(given)).map(({ id }) => id);
    return (used) => used.dataSourceExposures(ids);
  },
  "`dictionary` of 50 columns, 5 edited": async (given) => {
    const { dataSource } = await aCreatedDataSource(given);
    const edits = given.columns
      .slice(0, 5)
      .map((column) =>
        aColumnEdit({ dataSourceId: dataSource.id, columnId: column.id, updatedBy: given.call.user.id }),
      );
    await given.store.commit(edits.map((record) => ({ write: "put", kind: "column-edit", record })));
    return (used) => used.dictionary(dataSource.id);
  },
  "`documentationVersions`, first 10 of 12": async (given) => {
    const id = await twelveVersions(given);
    return (used) => used.documentationVersions(id, null, 10);
  },
  "`documentationVersions`, the rest": async (given) => {
    const id = await twelveVersions(given);
    return (used) => used.documentationVersions(id, 3, 10);
  },
  "`documentationVersion`": async (given) => {
    const id = await twelveVersions(given);
    return (used) => used.documentationVersion(id, 7);
  },
  "`measurements`, first 50 of 60": async (given) => {
    const { id } = await sixtyMeasurements(given);
    return (used) => used.measurements(id, null, 50);
  },
  "`measurements`, the rest": async (given) => {
    const { id, last } = await sixtyMeasurements(given);
    return (used) => used.measurements(id, last, 50);
  },
  "`savedQueries`, first 50 of 60": async (given) => {
    const { id } = await sixtyQueries(given);
    return (used) => used.savedQueries(id, null, 50);
  },
  "`savedQueries`, the rest": async (given) => {
    const { id, queries } = await sixtyQueries(given);
    return (used) => used.savedQueries(id, queries[49]?.id ?? "", 50);
  },
  "`savedQuery`": async (given) => {
    const { id, queries } = await sixtyQueries(given);
    return (used) => used.savedQuery(id, queries[7]?.id ?? "");
  },
  "`savedQueryNames`": async (given) => {
    const { id } = await sixtyQueries(given);
    return (used) => used.savedQueryNames(id);
  },
  "`dataSourceMembers`": async (given) => {
    const { dataSource } = await aCreatedDataSource(given);
    return (used) => used.dataSourceMembers(dataSource.id);
  },
  "`deletedDataSource`": async (given) => {
    const { dataSource } = await aDeletedDataSource(given);
    return (used) => used.deletedDataSource(dataSource.id, given.call.user.principals);
  },
  "`deletedDictionary` of 50 columns": async (given) => {
    const { dataSource } = await aDeletedDataSource(given);
    return (used) => used.deletedDictionary(dataSource.id);
  },
  "`tombstones`, first 50 of 60": async (given) => {
    await sixtyTombstones(given);
    return (used) => used.tombstones(null, 50);
  },
  "`tombstones`, the rest": async (given) => {
    const [, , , , , , , , , , place] = await sixtyTombstones(given);
    return (used) => used.tombstones(place ?? null, 50);
  },
  "`tombstonesUntil` 30 days ago, 5 of 60": async (given) => {
    const tombstones = await sixtyTombstones(given);
    return (used) => used.tombstonesUntil(tombstones[4]?.deletedAt ?? "", 50);
  },
  "`threads` of 50": async (given) => {
    const threads = await sixtyThreads(given);
    return (used) => used.threads(threads.slice(0, 50).map(({ id }) => id));
  },
  "`threadPlaces`, first 50 of 60": async (given) => {
    const [first] = await sixtyThreads(given);
    return (used) => used.threadPlaces(first?.dataSourceId ?? "", null, 50);
  },
  "`threadPlaces`, the rest": async (given) => {
    const place = (await sixtyThreads(given)).map(placeOf)[10];
    return (used) => used.threadPlaces(place?.dataSourceId ?? "", place ?? null, 50);
  },
  "`activity`, first 50": async (given) => {
    const id = await eightyDeeds(given);
    return (used) => used.activity("data-source", id, null, 50);
  },
  "`activity`, next 50": async (given) => {
    const id = await eightyDeeds(given);
    const { next } = await given.store.activity("data-source", id, null, 20);
    return (used) => used.activity("data-source", id, next, 50);
  },
  "`auditRecords` of 20": async (given) => {
    const id = await eightyDeeds(given);
    const { items } = await given.store.activity("data-source", id, null, 20);
    return (used) => used.auditRecords(items);
  },
  "`tagTree`, first, 50 tags": async (given) => {
    await fiftyTags(given);
    return (used) => used.tagTree();
  },
  "`tagTree`, asked twice": async (given) => {
    await fiftyTags(given);
    return async (used) => {
      await used.tagTree();
      await used.tagTree();
    };
  },
  "`job`": async (given) => {
    const [job] = await enqueued(given, 1);
    return (used) => used.job(job?.id ?? "");
  },
  "`listJobs`, first 50 of this month": async (given) => {
    await enqueued(given, 60);
    return (used) => used.listJobs({ before: null, limit: 50 });
  },
  "`listJobs`, last 10 of all months": async (given) => {
    const ids = (await enqueued(given, 60)).map(({ id }) => id);
    const before = ids.toSorted()[10] ?? null;
    return (used) => used.listJobs({ before, limit: 50 });
  },
  "`listJobs` of a data source, first 50": async (given) => {
    const { dataSource } = await aCreatedDataSource(given);
    await enqueued(given, 60, dataSource.id);
    return (used) => used.listJobs({ dataSourceIds: [dataSource.id], before: null, limit: 50 });
  },
  "`listJobs` of 20 data sources, first 50": async (given) => {
    const dataSourceIds = Array.from({ length: 20 }, () => unique("ds_"));
    for (const id of dataSourceIds) await enqueued(given, 5, id);
    return (used) => used.listJobs({ dataSourceIds, before: null, limit: 50 });
  },
  "`auditTrail` by resource, first 50": async (given) => {
    const id = await eightyDeeds(given);
    return (used) =>
      used.auditTrail({ ...deedsOfToday(given), resource: { type: "data-source", id } }, null, 50);
  },
  "`auditTrail` by actor, first 50": async (given) => {
    await eightyDeeds(given);
    return (used) => used.auditTrail({ ...deedsOfToday(given), actor: given.call.user.id }, null, 50);
  },
  "`auditTrail` by day, first 50": async (given) => {
    await eightyDeeds(given);
    return (used) => used.auditTrail(deedsOfToday(given), null, 50);
  },
  "`activeJobs`, one shard": async (given) => {
    await activeIn(given, 2, 10);
    return (used) => used.activeJobs("2");
  },
  "`activeJobs`, where a shard goes on": async (given) => {
    await activeIn(given, 2, 10);
    return (used) => used.activeJobs("2/job_0");
  },
  "`since` the beginning, 100 changes": async (given) => {
    await changesOfCatalog(given, 100);
    return (used) => used.since(null);
  },
  "`since` a change, 3 more": async (given) => {
    const ids = await changesOfCatalog(given, 100);
    return (used) => used.since(behind(ids, 3));
  },
  "`since` a change, no more": async (given) => {
    const ids = await changesOfCatalog(given, 10);
    return (used) => used.since(behind(ids, 0));
  },
};
