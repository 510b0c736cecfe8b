import { tableFacts } from "#adapters/dynamodb/stores/table-facts.ts";
import { nobody } from "#core/connections/connection.ts";
import type { Records, RecordKind } from "#core/ports/change.ts";
import type { ApiKey } from "#core/people/user.ts";
import { noFacts } from "#core/people/user-facts.ts";
import type { Tag, TagRecord } from "#core/tags/tag.ts";
import { defaultSettings } from "#core/settings/settings.ts";
import {
  aColumnEdit,
  aConnection,
  aConnectionMember,
  aDataSource,
  aDataSourceMember,
  aDocumentationVersion,
  aMeasurement,
  aHealth,
  aSavedQuery,
  aTag,
  aThread,
  aTombstone,
} from "#test/support/catalog-records.ts";
import { aBinding, aDelivery, anIntegration, aRunRecord } from "#test/support/dbt-records.ts";
import {
  aGroup,
  aGroupMember,
  anIdentityProvider,
  aPolicy,
  someFacts,
  someGroupRoles,
} from "#test/support/people-records.ts";
import { placeIn } from "#core/access-requests/access-request.ts";
import { anAccessRequest } from "#test/support/request-records.ts";
import { placeOf } from "#core/threads/thread.ts";
import { aUser, unique } from "#test/support/records.ts";
import type { aStore } from "#test/support/store.ts";

const at = "2026-01-02T03:04:05.000Z";

const anApiKey = (): ApiKey => ({
  id: unique("key_"),
  userId: "usr_1",
  name: "laptop",
  hash: "0".repeat(64),
  expiresAt: null,
  createdAt: at,
});

/** A record of every kind, with nulls, nested values, empty texts and lists, and letters of every length. */
export const records: { readonly [K in RecordKind]: () => Records[K] } = {
  administrators: () => ({
    holders: { USER_ADMIN: [unique("usr_")], APPLICATION_ADMIN: [], GOVERNANCE: ["usr_1", "usr_2"] },
    version: 1,
  }),
  "access-request": () => anAccessRequest({ reason: "Größe 尺寸 📏", duration: null }),
  "access-request-place": () =>
    placeIn({ list: "data-source", dataSourceId: unique("ds_") }, anAccessRequest()),
  "api-key": anApiKey,
  "audit-export": () => ({
    number: 1,
    id: unique("exp_"),
    from: at,
    to: "2026-01-02T04:00:00.000Z",
    count: 0,
    object: "audit/größe.ndjson",
    sha256: "0".repeat(64),
    previous: null,
    at,
  }),
  "column-edit": () => aColumnEdit({ columnId: unique("col_"), description: "Größe 尺寸 📏" }),
  connection: () => aConnection({ config: { host: "db", port: 5432, tls: { mode: "verify", ca: null } } }),
  "connection-member": () => aConnectionMember({ connectionId: unique("con_"), schemas: ["sales_*", "hr"] }),
  "data-source": () => aDataSource({ description: { manual: "", dbt: null, schema: "Aufträge" } }),
  "data-source-health": () =>
    aHealth(unique("ds_"), { rowCount: { value: 12_345_678_901, exact: true, at }, version: 3 }),
  "data-source-member": () => aDataSourceMember({ dataSourceId: unique("ds_"), role: "subscriber" }),
  "dbt-binding": () => aBinding({ relation: unique("größe"), digest: null }),
  "dbt-delivery": () => aDelivery({ runId: null, outcome: "no-run" }),
  "dbt-run": () => aRunRecord({ integrationId: unique("int_"), jobId: null, outcome: null, reason: "" }),
  "documentation-version": () => aDocumentationVersion({ documentation: "# Größe 尺寸 📏\n".repeat(1000) }),
  group: () => aGroup({ name: unique("Größe "), attributes: { Country: ["US", "DE"], None: [] } }),
  "group-member": () => aGroupMember({ groupId: unique("grp_"), providerId: null }),
  "group-roles": () => someGroupRoles({ dataSourceId: unique("ds_"), version: 2 }),
  "identity-provider": () => anIdentityProvider({ secretRef: null, syncedAt: at }),
  integration: () => anIntegration({ schemas: null, webhookId: null, newest: null }),
  invitation: () => ({
    userId: unique("usr_"),
    id: "inv_1",
    hash: "0".repeat(64),
    expiresAt: at,
    createdBy: "usr_1",
    createdAt: at,
  }),
  "key-ring": () => ({
    userId: unique("usr_"),
    keys: [{ id: "key_1", name: "Größe", expiresAt: null, createdAt: at, createdBy: "usr_1" }],
    version: 1,
  }),
  measurement: () => aMeasurement({ dataSourceId: unique("ds_"), id: unique("mea_") }),
  policy: () => aPolicy({ name: "Größe 尺寸 📏" }),
  "principal-word": () => ({
    word: "größe",
    principal: { type: "group", id: unique("grp_") },
    name: "Größe 尺寸 📏",
  }),
  "saved-query": () => aSavedQuery({ sql: "select 'Größe 尺寸 📏'" }),
  "saved-query-names": () => ({
    dataSourceId: unique("ds_"),
    names: [{ id: "qry_1", name: "Größe" }],
    version: 1,
  }),
  settings: () => ({ ...defaultSettings, preventStatisticsTag: "Geheim", version: 1 }),
  tag: () => aTag({ segment: unique("Tag ") }),
  thread: () => aThread({ text: "Größe 尺寸 📏", columnId: null, columnName: null }),
  "thread-place": () => placeOf(aThread({ dataSourceId: unique("ds_") })),
  tombstone: () => aTombstone(),
  user: () => aUser({ groups: ["grp_1"], attributes: { Country: ["US", "DE"], None: [] } }),
  "user-facts": () => someFacts({ userId: unique("usr_"), version: 2 }),
  "user-place": () => ({ userId: unique("usr_"), name: "Größe 尺寸", email: "" }),
};

/** Every kind. */
export const kinds = Object.keys(records) as RecordKind[];
/** Those that carry a version. */
export const versioned = [
  "administrators",
  "access-request",
  "connection",
  "data-source",
  "data-source-health",
  "group",
  "group-roles",
  "identity-provider",
  "integration",
  "key-ring",
  "policy",
  "saved-query",
  "saved-query-names",
  "settings",
  "tag",
  "thread",
  "user",
  "user-facts",
] as const;

type TestTable = Awaited<ReturnType<typeof aStore>>;
type TestStore = TestTable["store"];

/** The directory with all that was changed. */
async function theDirectory(store: TestStore) {
  await store.commit([{ write: "directory-changed" }]);
  return await store.directory();
}

/** The record of a kind that no port reads by itself. */
async function told<K extends "group-member" | "policy">(
  table: TestTable,
  kind: K,
  is: (record: Records[K]) => boolean,
): Promise<Records[K] | null> {
  for await (const facts of tableFacts(table).facts()) {
    for (const fact of facts) {
      if (fact.kind === kind && is(fact.record as Records[K])) return fact.record as Records[K];
    }
  }
  return null;
}

/** How a record of each kind is read back, by its port's method, with what it takes beside it. */
const readBack: {
  readonly [K in RecordKind]: (
    store: TestStore,
    record: Records[K],
    table: TestTable,
  ) => Promise<Records[K] | null>;
} = {
  administrators: (store) => store.administrators(),
  "access-request": async (store, { id }) => (await store.accessRequests([id])).get(id) ?? null,
  "access-request-place": async (store, { of }) => (await store.requestPlaces(of, null, 10))[0] ?? null,
  "api-key": (store, { id }) => store.apiKey(id),
  "audit-export": async (store, { number }) => (await store.auditExports(number + 1, 1))[0] ?? null,
  "column-edit": async (store, { dataSourceId, columnId }) => {
    await store.commit([{ write: "put", kind: "data-source", record: whole(dataSourceId) }]);
    return (await store.dictionary(dataSourceId))?.edits.get(columnId) ?? null;
  },
  connection: async (store, { id }) => (await store.connections([id])).get(id) ?? null,
  "connection-member": async (store, { connectionId }) =>
    (await store.connectionMembers(connectionId))[0] ?? null,
  "data-source": async (store, { id }) => {
    await store.commit([{ write: "put", kind: "data-source-health", record: aHealth(id) }]);
    return (await store.dataSource(id, nobody))?.dataSource ?? null;
  },
  "data-source-health": async (store, { dataSourceId }) => {
    await store.commit([{ write: "put", kind: "data-source", record: whole(dataSourceId) }]);
    return (await store.dataSource(dataSourceId, nobody))?.health ?? null;
  },
  "data-source-member": async (store, { dataSourceId, principal }) =>
    (await store.dataSourceMemberships([principal], [dataSourceId])).get(dataSourceId)?.[0] ?? null,
  "dbt-binding": (store, { integrationId, relation }) => store.binding(integrationId, relation),
  "dbt-delivery": (store, { integrationId, eventId }) => store.delivery(integrationId, eventId),
  "dbt-run": (store, { integrationId, runId }) => store.runRecord(integrationId, runId),
  "documentation-version": (store, { dataSourceId, number }) =>
    store.documentationVersion(dataSourceId, number),
  group: async (store, { id }) => (await theDirectory(store)).group(id) ?? null,
  "group-member": (_, { groupId }, table) => told(table, "group-member", (of) => of.groupId === groupId),
  "group-roles": async (store, { dataSourceId }) => {
    const { groups } = await store.dataSourceMembers(dataSourceId);
    return groups.version === 0 ? null : groups;
  },
  "identity-provider": async (store, { id }) => (await theDirectory(store)).provider(id) ?? null,
  integration: (store, key) => store.integration(key),
  invitation: (store, { userId }) => store.invitation(userId),
  "key-ring": async (store, { userId }) => {
    const ring = await store.keyRing(userId);
    return ring.version === 0 ? null : ring;
  },
  measurement: async (store, { dataSourceId }) =>
    (await store.measurements(dataSourceId, null, 10)).items[0] ?? null,
  policy: (_, { id }, table) => told(table, "policy", (of) => of.id === id),
  "principal-word": async (store, { word, principal }) =>
    (await store.principalWords(word, null, 1000)).find((one) => one.principal.id === principal.id) ?? null,
  "saved-query": (store, { dataSourceId, id }) => store.savedQuery(dataSourceId, id),
  "saved-query-names": async (store, { dataSourceId }) => {
    const names = await store.savedQueryNames(dataSourceId);
    return names.version === 0 ? null : names;
  },
  settings: async (store) => {
    const settings = await store.settings();
    return settings.version === 0 ? null : settings;
  },
  tag: async (store, { id }) => recordOf((await store.tagTree()).get(id)),
  thread: async (store, { id }) => (await store.threads([id])).get(id) ?? null,
  "thread-place": async (store, { dataSourceId }) =>
    (await store.threadPlaces(dataSourceId, null, 10))[0] ?? null,
  tombstone: async (store, { dataSourceId }) =>
    (await store.tombstones(null, 10)).find((one) => one.dataSourceId === dataSourceId) ?? null,
  user: (store, { id }) => store.user(id),
  "user-facts": async (store, { userId }) => {
    await store.commit([{ write: "put", kind: "user", record: aUser({ id: userId }) }]);
    const facts = (await store.person(userId))?.facts ?? noFacts(userId);
    return facts.version === 0 ? null : facts;
  },
  "user-place": async (store, { userId }) =>
    (await store.userPlaces(null, 100)).items.find((place) => place.userId === userId) ?? null,
};

function recordOf(tag: Tag | undefined): TagRecord | null {
  if (tag === undefined) return null;
  const { name: _, ...record } = tag;
  return record;
}

/** Reads a record back; that kind and record belong together is known here. */
export const stored = (table: TestTable, kind: RecordKind, record: object): Promise<unknown> =>
  (readBack[kind] as (store: TestStore, record: object, table: TestTable) => Promise<unknown>)(
    table.store,
    record,
    table,
  );

/** A data source whose dictionary has no chunk. */
const whole = (id: string) =>
  aDataSource({
    id,
    dictionary: { source: "remote", generation: "gen_1", chunks: 0, columnCount: 0, takenAt: at },
  });
