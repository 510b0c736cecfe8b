import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aDataSource, aPersona, aRegistrar, aRemoteTable, type DataSource } from "#test/support/personas.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const stranger = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
for (const name of ["Sensitivity.Personal", "Finance"]) await governor.api.createTag({ body: { name } });
const { schema } = await aRemoteTable('id int, customer_email text, "netAmount" int, "Straße" text');
const orders = await aDataSource(owner, connection, { name: "shop.order_lines", schema, tags: ["Finance"] });
const people = await aDataSource(owner, connection, { name: "shop.people" });
const hidden = await aDataSource(stranger.owner, stranger.connection, { name: "shop.order_secrets" });
await owner.api.updateColumn({
  params: { dataSourceId: people.id, column: "name" },
  body: { addTags: ["Sensitivity.Personal"] },
});

const found = async (search: string, as = owner): Promise<readonly string[]> => {
  const { items } = await as.api.listDataSources({ query: { search } });
  return items.map(({ name }) => name);
};
type Facets = Awaited<ReturnType<typeof owner.api.facetsOfDataSources>>;
const facets = (query: object = {}, as = owner): Promise<Facets> => as.api.facetsOfDataSources({ query });
const named = ({ name }: DataSource): readonly string[] => [name];

describe("a search of data sources", () => {
  it.each<[string, readonly string[]]>([
    ["customer", named(orders)],
    ["EMAIL", named(orders)],
    ["customer_email", named(orders)],
    ["amou", named(orders)],
    ["netamount", named(orders)],
    ["netAmount", named(orders)],
    ["customerEmail", named(orders)],
    ["EmailCustomer", named(orders)],
    ["strAße", named(orders)],
    ["netamounT", named(orders)],
    ["customerMail", []],
    ["stras", []],
    ["straße", named(orders)],
    ["order_lines", named(orders)],
    ["shop fin", named(orders)],
    ["personal", named(people)],
    ["sensitivity.pers", named(people)],
    ["shop", ["shop.order_lines", "shop.people"]],
    ["shop nothing", []],
    ['"', []],
    ["* OR shop", []],
    ["%", []],
  ])("for %j finds %j", async (search, names) => {
    expect(await found(search)).toEqual(names);
  });

  it("finds a column's tag as long as a column has it", async () => {
    const params = { dataSourceId: orders.id, column: "id" };
    await owner.api.updateColumn({ params, body: { addTags: ["Sensitivity.Personal"] } });
    expect(await found("personal")).toEqual(["shop.order_lines", "shop.people"]);
    await owner.api.updateColumn({ params, body: { removeTags: ["Sensitivity.Personal"] } });
    expect(await found("personal")).toEqual(named(people));
  });

  it("puts whole words first, unless an order is asked for", async () => {
    const other = await aRegistrar(app);
    const names = ["a_parcels_lot", "b_parcel", "c_parcels", "d_parcel"];
    for (const name of names) {
      await aDataSource(other.owner, other.connection, { name });
      app.clock.advance(1000);
    }
    const listed = async (sort?: "name" | "-createdAt") => {
      const { items } = await other.owner.api.listDataSources({ query: { search: "parcel", sort } });
      return items.map(({ name }) => name);
    };
    expect(await listed()).toEqual(["b_parcel", "d_parcel", "a_parcels_lot", "c_parcels"]);
    expect(await listed("name")).toEqual(names);
    expect(await listed("-createdAt")).toEqual(names.toReversed());
  });

  it("finds nothing of what the caller may not see", async () => {
    expect(await found("secrets")).toEqual([]);
    expect(await found("secrets", governor)).toEqual(named(hidden));
  });
});

describe("GET /data-sources/facets", () => {
  it("counts what the caller may see, by what it is", async () => {
    expect(await facets()).toEqual({
      technology: { postgresql: 2 },
      health: { healthy: 2 },
      tag: { Finance: 1 },
      connection: { [connection.id]: 2 },
      origin: { manual: 2 },
    });
    expect((await facets({}, governor)).connection).toMatchObject({
      [connection.id]: 2,
      [stranger.connection.id]: 1,
    });
  });

  it("counts what passes every filter, as the list does", async () => {
    expect(await facets({ search: "customer" })).toMatchObject({
      tag: { Finance: 1 },
      health: { healthy: 1 },
    });
    expect((await facets({ tag: "Finance", search: "people" })).technology).toEqual({});
    expect((await facets({ connectionId: [stranger.connection.id] })).origin).toEqual({});
    expect((await facets({ role: "owner" }, governor)).health).toEqual({});
    expect((await facets({ role: "owner" })).health).toEqual({ healthy: 2 });
  });

  it("counts a disabled data source for its owners alone", async () => {
    await owner.api.updateDataSource({ params: { dataSourceId: people.id }, body: { status: "disabled" } });
    expect((await facets({ status: "disabled" })).technology).toEqual({ postgresql: 1 });
    expect((await facets({ status: "disabled" }, governor)).technology).toEqual({});
    expect((await facets({}, governor)).connection[connection.id]).toBe(1);
    await owner.api.updateDataSource({ params: { dataSourceId: people.id }, body: { status: "enabled" } });
  });

  it("refuses what it does not know, and who is not known", async () => {
    for (const query of [{ limit: 5 }, { sort: "name" }, { cursor: "x" }, { technology: "abacus" }]) {
      expect((await app.call("GET", "/data-sources/facets", { as: owner, query })).status).toBe(400);
    }
    expect((await app.call("GET", "/data-sources/facets")).status).toBe(401);
  });
});
