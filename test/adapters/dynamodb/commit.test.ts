import { describe, expect, it } from "vitest";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Records, RecordKind, Write } from "#core/ports/change.ts";
import type { ApiKey } from "#core/people/user.ts";
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
import { placeOf } from "#core/threads/thread.ts";
import { aUser, unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

const refusal = (code: DomainError["code"] = "version-mismatch") => new DomainError(code);
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
const records: { readonly [K in RecordKind]: () => Records[K] } = {
  "api-key": anApiKey,
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
  integration: () => anIntegration({ schemas: null, webhookId: null, newest: null }),
  measurement: () => aMeasurement({ dataSourceId: unique("ds_"), id: unique("mea_") }),
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
};

const kinds = Object.keys(records) as RecordKind[];
const versioned = [
  "connection",
  "data-source",
  "data-source-health",
  "integration",
  "saved-query",
  "saved-query-names",
  "settings",
  "tag",
  "thread",
  "user",
] as const;

/** A write of any kind; that kind and record belong together is known here. */
const writeOf = (write: object): Write => write as Write;

type TestStore = Awaited<ReturnType<typeof aStore>>["store"];

/** How a record of each kind is read back, by its port's method, with what it takes beside it. */
const readBack: {
  readonly [K in RecordKind]: (store: TestStore, record: Records[K]) => Promise<Records[K] | null>;
} = {
  "api-key": (store, { id }) => store.apiKey(id),
  "column-edit": async (store, { dataSourceId, columnId }) => {
    await store.commit([{ write: "put", kind: "data-source", record: whole(dataSourceId) }]);
    return (await store.dictionary(dataSourceId))?.edits.get(columnId) ?? null;
  },
  connection: async (store, { id }) => (await store.connections([id])).get(id) ?? null,
  "connection-member": async (store, { connectionId }) =>
    (await store.connectionMembers(connectionId))[0] ?? null,
  "data-source": async (store, { id }) => {
    await store.commit([{ write: "put", kind: "data-source-health", record: aHealth(id) }]);
    return (await store.dataSource(id, "usr_1"))?.dataSource ?? null;
  },
  "data-source-health": async (store, { dataSourceId }) => {
    await store.commit([{ write: "put", kind: "data-source", record: whole(dataSourceId) }]);
    return (await store.dataSource(dataSourceId, "usr_1"))?.health ?? null;
  },
  "data-source-member": async (store, { dataSourceId, principal }) =>
    (await store.dataSourceMemberships(principal.id, [dataSourceId])).get(dataSourceId) ?? null,
  "dbt-binding": (store, { integrationId, relation }) => store.binding(integrationId, relation),
  "dbt-delivery": (store, { integrationId, eventId }) => store.delivery(integrationId, eventId),
  "dbt-run": (store, { integrationId, runId }) => store.runRecord(integrationId, runId),
  "documentation-version": (store, { dataSourceId, number }) =>
    store.documentationVersion(dataSourceId, number),
  integration: (store, key) => store.integration(key),
  measurement: async (store, { dataSourceId }) =>
    (await store.measurements(dataSourceId, null, 10)).items[0] ?? null,
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
};

function recordOf(tag: Tag | undefined): TagRecord | null {
  if (tag === undefined) return null;
  const { name: _, ...record } = tag;
  return record;
}

/** Reads a record back; that kind and record belong together is known here. */
const stored = (store: TestStore, kind: RecordKind, record: object): Promise<unknown> =>
  (readBack[kind] as (store: TestStore, record: object) => Promise<unknown>)(store, record);

/** A data source whose dictionary has no chunk. */
const whole = (id: string) =>
  aDataSource({
    id,
    dictionary: { source: "remote", generation: "gen_1", chunks: 0, columnCount: 0, takenAt: at },
  });

describe("creating", () => {
  it.each(kinds)("stores a %s exactly as it was given", async (kind) => {
    const { store } = await aStore();
    const record = records[kind]();
    await store.commit([writeOf({ write: "create", kind, record })]);
    expect(await stored(store, kind, record)).toEqual(record);
  });

  it.each(kinds)(
    "refuses a %s that exists with the error of its write, and leaves it as it was",
    async (kind) => {
      const { store } = await aStore();
      const record = records[kind]();
      await store.commit([writeOf({ write: "create", kind, record })]);
      const otherwise = refusal("member-exists");
      const again = store.commit([
        writeOf({ write: "create", kind, record: { ...record, version: 9 }, otherwise }),
      ]);
      await expect(again).rejects.toBe(otherwise);
      expect(await stored(store, kind, record)).toEqual(record);
    },
  );

  it("is our own mistake where the record exists and no error was foreseen", async () => {
    const { store } = await aStore();
    const record = aTag();
    await store.commit([{ write: "create", kind: "tag", record }]);
    await expect(store.commit([{ write: "create", kind: "tag", record }])).rejects.not.toBeInstanceOf(
      DomainError,
    );
  });
});

describe("replacing", () => {
  it.each(versioned)("takes a %s at the version that is expected, and no other", async (kind) => {
    const { store } = await aStore();
    const record = { ...records[kind](), version: 4 };
    const otherwise = refusal();
    const replace = (version: number, expected: number) =>
      store.commit([
        writeOf({ write: "replace", kind, record: { ...record, version }, expected, otherwise }),
      ]);
    await expect(replace(5, 4)).rejects.toBe(otherwise);
    await store.commit([writeOf({ write: "create", kind, record })]);
    await replace(5, 4);
    await expect(replace(6, 4)).rejects.toBe(otherwise);
    await expect(replace(6, 0)).rejects.toBe(otherwise);
    expect(await stored(store, kind, record)).toEqual({ ...record, version: 5 });
  });

  it("takes the first settings ever at version 0, once", async () => {
    const { store } = await aStore();
    expect(await store.settings()).toEqual(defaultSettings);
    const otherwise = refusal();
    const record = { ...defaultSettings, preventStatisticsTag: "PII", version: 1 };
    const first = () =>
      store.commit([{ write: "replace", kind: "settings", record, expected: 0, otherwise }]);
    await first();
    await expect(first()).rejects.toBe(otherwise);
    expect(await store.settings()).toEqual(record);
  });

  it("lets one of twenty through that saw the same version", async () => {
    const { store } = await aStore();
    const record = aConnection();
    await store.commit([{ write: "create", kind: "connection", record }]);
    const otherwise = refusal();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        store.commit([
          {
            write: "replace",
            kind: "connection",
            record: { ...record, name: `name ${index}`, version: 2 },
            expected: 1,
            otherwise,
          },
        ]),
      ),
    );
    const won = results.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
    expect(won).toHaveLength(1);
    expect(results.every((result) => result.status === "fulfilled" || result.reason === otherwise)).toBe(
      true,
    );
    expect((await store.connections([record.id])).get(record.id)?.name).toBe(`name ${won[0]}`);
  });
});

describe("putting and removing", () => {
  it("puts a record over whatever was there, whole: nothing of the old one stays", async () => {
    const { store } = await aStore();
    const record = aUser({ attributes: { Country: ["US"] } });
    await store.commit([{ write: "put", kind: "user", record }]);
    const next = { ...record, attributes: {}, version: 7 };
    await store.commit([{ write: "put", kind: "user", record: next }]);
    expect(await store.user(record.id)).toEqual(next);
  });

  it.each(kinds)("removes a %s, and does not mind that it is gone unless an error says so", async (kind) => {
    const { store } = await aStore();
    const record = records[kind]();
    const otherwise = refusal("not-found");
    await store.commit([writeOf({ write: "create", kind, record })]);
    await store.commit([writeOf({ write: "remove", kind, record, otherwise })]);
    expect(await stored(store, kind, record)).toBeNull();
    await store.commit([writeOf({ write: "remove", kind, record })]);
    await expect(store.commit([writeOf({ write: "remove", kind, record, otherwise })])).rejects.toBe(
      otherwise,
    );
  });

  it.each(versioned)("removes a %s at its version alone where an error says so", async (kind) => {
    const { store } = await aStore();
    const record = { ...records[kind](), version: 4 };
    const otherwise = refusal();
    await store.commit([writeOf({ write: "create", kind, record })]);
    const stale = writeOf({ write: "remove", kind, record: { ...record, version: 3 }, otherwise });
    await expect(store.commit([stale])).rejects.toBe(otherwise);
    expect(await stored(store, kind, record)).toEqual(record);
  });
});
