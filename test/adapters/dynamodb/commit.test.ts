import { describe, expect, it } from "vitest";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import { defaultSettings } from "#core/settings/settings.ts";
import { aConnection, aTag } from "#test/support/catalog-records.ts";
import { aUser } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";
import { kinds, records, stored, versioned } from "./record-kinds.ts";

const refusal = (code: DomainError["code"] = "version-mismatch") => new DomainError(code);

/** A write of any kind; that kind and record belong together is known here. */
const writeOf = (write: object): Write => write as Write;

describe("creating", () => {
  it.each(kinds)("stores a %s exactly as it was given", async (kind) => {
    const table = await aStore();
    const { store } = table;
    const record = records[kind]();
    await store.commit([writeOf({ write: "create", kind, record })]);
    expect(await stored(table, kind, record)).toEqual(record);
  });

  it.each(kinds)(
    "refuses a %s that exists with the error of its write, and leaves it as it was",
    async (kind) => {
      const table = await aStore();
      const { store } = table;
      const record = records[kind]();
      await store.commit([writeOf({ write: "create", kind, record })]);
      const otherwise = refusal("member-exists");
      const again = store.commit([
        writeOf({ write: "create", kind, record: { ...record, version: 9 }, otherwise }),
      ]);
      await expect(again).rejects.toBe(otherwise);
      expect(await stored(table, kind, record)).toEqual(record);
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
    const table = await aStore();
    const { store } = table;
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
    expect(await stored(table, kind, record)).toEqual({ ...record, version: 5 });
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
    const table = await aStore();
    const { store } = table;
    const record = records[kind]();
    const otherwise = refusal("not-found");
    await store.commit([writeOf({ write: "create", kind, record })]);
    await store.commit([writeOf({ write: "remove", kind, record, otherwise })]);
    expect(await stored(table, kind, record)).toBeNull();
    await store.commit([writeOf({ write: "remove", kind, record })]);
    await expect(store.commit([writeOf({ write: "remove", kind, record, otherwise })])).rejects.toBe(
      otherwise,
    );
  });

  it.each(versioned)("removes a %s at its version alone where an error says so", async (kind) => {
    const table = await aStore();
    const { store } = table;
    const record = { ...records[kind](), version: 4 };
    const otherwise = refusal();
    await store.commit([writeOf({ write: "create", kind, record })]);
    const stale = writeOf({ write: "remove", kind, record: { ...record, version: 3 }, otherwise });
    await expect(store.commit([stale])).rejects.toBe(otherwise);
    expect(await stored(table, kind, record)).toEqual(record);
  });
});
