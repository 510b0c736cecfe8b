import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { keys } from "#adapters/dynamodb/keys.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Guard } from "#core/ports/change.ts";
import type { Store } from "#core/ports/store.ts";
import { relationKey } from "#core/ports/remote.ts";
import { unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

const taken = new DomainError("data-source-name-taken");
const claim = (store: Store, guard: Guard, owner: string) =>
  store.commit([{ write: "claim", guard, owner, otherwise: taken }]);
const release = (store: Store, guard: Guard, owner: string) =>
  store.commit([{ write: "release", guard, owner }]);

const named = (
  name: string,
  guard: "connection-name" | "data-source-name" | "tag-name" = "data-source-name",
) => ({ guard, name }) as const;
const relation = (schema: string, table: string, place = "con_1") =>
  ({ guard: "relation", place, schema, table }) as const;

describe("a guard", () => {
  it("is held by who took it, and taking it again changes nothing", async () => {
    const { store } = await aStore();
    const guard = named("Orders");
    expect(await store.guardOwner(guard)).toBeNull();
    await claim(store, guard, "ds_1");
    await claim(store, guard, "ds_1");
    await expect(claim(store, guard, "ds_2")).rejects.toBe(taken);
    expect(await store.guardOwner(guard)).toBe("ds_1");
  });

  it("goes to one of twenty who want it at once", async () => {
    const { store } = await aStore();
    const owners = Array.from({ length: 20 }, () => unique("ds_"));
    const results = await Promise.allSettled(owners.map((owner) => claim(store, relation("s", "t"), owner)));
    const won = owners.filter((_, index) => results[index]?.status === "fulfilled");
    expect(won).toHaveLength(1);
    expect(await store.guardOwner(relation("s", "t"))).toBe(won[0]);
    expect(results.every((result) => result.status === "fulfilled" || result.reason === taken)).toBe(true);
  });

  it("is freed by its owner alone, and whoever else tries has made a mistake", async () => {
    const { store } = await aStore();
    const guard = named("Orders");
    await claim(store, guard, "ds_1");
    await expect(release(store, guard, "ds_2")).rejects.not.toBeInstanceOf(DomainError);
    expect(await store.guardOwner(guard)).toBe("ds_1");
    await release(store, guard, "ds_1");
    expect(await store.guardOwner(guard)).toBeNull();
    await release(store, guard, "ds_1");
    await claim(store, guard, "ds_2");
    expect(await store.guardOwner(guard)).toBe("ds_2");
  });

  it("changes hands in one transaction, without a moment in which nobody holds a name", async () => {
    const { store } = await aStore();
    await claim(store, named("old"), "ds_1");
    await store.commit([
      { write: "claim", guard: named("new"), owner: "ds_1", otherwise: taken },
      { write: "release", guard: named("old"), owner: "ds_1" },
    ]);
    expect(await store.guardOwner(named("old"))).toBeNull();
    expect(await store.guardOwner(named("new"))).toBe("ds_1");
  });
});

describe("a name", () => {
  it.each([
    ["upper and lower case", "Orders", "oRDERS"],
    ["letters beyond ASCII", "ÄRGER Σίσυφος", "ärger σίσυφος"],
    ["a letter and its composed form", "Caf\u0065\u0301", "CAF\u00c9"],
    ["Hangul in parts", "\u1112\u1161\u11ab", "\ud55c"],
    ["the Kelvin sign", "\u212aelvin", "kelvin"],
  ])("is the same whatever the form: %s", async (_, one, other) => {
    const { store } = await aStore();
    await claim(store, named(one), "ds_1");
    await expect(claim(store, named(other), "ds_2")).rejects.toBe(taken);
    expect(await store.guardOwner(named(other))).toBe("ds_1");
  });

  it.each([
    ["other letters", "orders", "order"],
    ["an accent", "resume", "résumé"],
    ["inner white space", "a b", "a  b"],
    ["a sharp s", "straße", "strasse"],
  ])("is another one for %s", async (_, one, other) => {
    const { store } = await aStore();
    await claim(store, named(one), "ds_1");
    await claim(store, named(other), "ds_2");
    expect(await store.guardOwner(named(one))).toBe("ds_1");
    expect(await store.guardOwner(named(other))).toBe("ds_2");
  });

  it("is free for a connection, a data source and a tag each by itself", async () => {
    const { store } = await aStore();
    for (const kind of ["connection-name", "data-source-name", "tag-name"] as const) {
      await claim(store, named("sales", kind), kind);
    }
    expect(await store.guardOwner(named("SALES", "connection-name"))).toBe("connection-name");
    expect(await store.guardOwner(named("SALES", "tag-name"))).toBe("tag-name");
  });

  it("may have 200 letters of any length", async () => {
    const { store } = await aStore();
    for (const letter of ["x", "Ä", "尺", "📏", "İ"]) {
      const name = letter.repeat(200);
      await claim(store, named(name), letter);
      expect(await store.guardOwner(named(name.toLowerCase()))).toBe(letter);
    }
  });
});

describe("a relation", () => {
  const relations = [
    ["sales", "orders"],
    ["Sales", "orders"],
    ["sales", "ORDERS"],
    ["sales.orders", ""],
    ["", "sales.orders"],
    ["sales", "orders "],
    ["sales", "or\nders"],
    ["sales", "\u00e9"],
    ["sales", "\u0065\u0301"],
    ["sales", 'a"b'],
    ["sales", "😀".repeat(127)],
    ["s".repeat(255), "t".repeat(255)],
    ["s".repeat(255), "t".repeat(254)],
    ["尺".repeat(255), "寸".repeat(255)],
    ["a#b", "c"],
    ["a", "b#c"],
    ["a\u0000b", "c"],
  ] as const;

  it("is exact: each of these is another one, however long and strange its name", async () => {
    const { store } = await aStore();
    for (const [index, [schema, table]] of relations.entries())
      await claim(store, relation(schema, table), `ds_${index}`);
    const owners = await Promise.all(
      relations.map(([schema, table]) => store.guardOwner(relation(schema, table))),
    );
    expect(owners).toEqual(relations.map((_, index) => `ds_${index}`));
  });

  it("of one connection is another one than that of another", async () => {
    const { store } = await aStore();
    await claim(store, relation("s", "t", "con_1"), "ds_1");
    await claim(store, relation("s", "t", "con_2"), "ds_2");
    expect(await store.guardOwner(relation("s", "t", "con_1"))).toBe("ds_1");
    expect(await store.connectionInUse("con_2")).toBe(true);
  });

  it("is found among 200 that are asked for at once, by exact name", async () => {
    const { store } = await aStore();
    const asked = Array.from({ length: 200 }, (_, index) => ({ schema: "s", name: `t${index}` }));
    const held = asked.filter((_, index) => index % 3 === 0);
    await store.commit(
      held.map(({ schema, name }) => ({
        write: "claim",
        guard: relation(schema, name),
        owner: `ds_${name}`,
        otherwise: taken,
      })),
    );
    const owners = await store.relationOwners("con_1", asked);
    expect(owners).toEqual(new Map(held.map((each) => [relationKey(each), `ds_${each.name}`])));
    expect(await store.relationOwners("con_2", asked)).toEqual(new Map());
    expect(await store.relationOwners("con_1", [])).toEqual(new Map());
  });

  it("shows its connection to be in use, whichever it is, and no longer once it is freed", async () => {
    const { store } = await aStore();
    for (let round = 0; round < 20; round += 1) {
      const guard = relation("s", `t${round}`, `con_${round}`);
      expect(await store.connectionInUse(guard.place)).toBe(false);
      await claim(store, guard, "ds_1");
      expect(await store.connectionInUse(guard.place)).toBe(true);
      await release(store, guard, "ds_1");
      expect(await store.connectionInUse(guard.place)).toBe(false);
    }
  });

  it("has a key that no other relation has, and that DynamoDB takes", () => {
    const part = fc.oneof(
      fc.string({ unit: "binary", maxLength: 255 }),
      fc.constantFrom("a", "a#b", "a.b", ""),
    );
    fc.assert(
      fc.property(part, part, part, part, (schema, table, otherSchema, otherTable) => {
        const [one, other] = [
          keys.guard(relation(schema, table)),
          keys.guard(relation(otherSchema, otherTable)),
        ];
        const same = schema === otherSchema && table === otherTable;
        expect(one.pk === other.pk && one.sk === other.sk).toBe(same);
        expect(Buffer.byteLength(one.pk)).toBeLessThan(2048);
        expect(Buffer.byteLength(one.sk)).toBeLessThan(1024);
      }),
      { numRuns: 300 },
    );
  });
});
