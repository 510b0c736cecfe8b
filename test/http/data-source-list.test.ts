import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  aRegistrar,
  aRemoteTable,
  type DataSource,
} from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
await governor.api.createTag({ body: { name: "Finance.Revenue" } });
await governor.api.createTag({ body: { name: "PII" } });
const second = await aConnection(owner);
const place = await aRemoteTable();
await runSql(`create view ${place.schema}."orderLines" as select 1 as one`);

/** A small catalog, made in this order, a second apart. */
const made: Record<"beta" | "Alpha" | "gamma" | "lines", DataSource> = {
  beta: await dated({ name: "beta", tags: ["PII"] }),
  Alpha: await dated({ name: "Alpha", tags: ["Finance.Revenue", "PII"] }),
  gamma: await dated({ name: "Größte_gamma-quelle.v2", connectionId: second.id, tags: ["Finance"] }),
  lines: await dated({ name: "zeta", schema: place.schema, table: "orderLines" }),
};

async function dated(given: object): Promise<DataSource> {
  app.clock.advance(1000);
  return aDataSource(owner, connection, given);
}

type Query = Readonly<Record<string, string | number | readonly string[]>>;
const list = (query: Query = {}, as = owner) => app.call("GET", "/data-sources", { as, query });
const names = async (query: Query = {}, as = owner): Promise<readonly string[]> => {
  const { status, body } = await list(query, as);
  expect(status).toBe(200);
  return (body as { items: readonly DataSource[] }).items.map(({ name }) => name);
};
const all = ["Alpha", "beta", "Größte_gamma-quelle.v2", "zeta"];

describe("GET /data-sources", () => {
  it("orders by name without regard to case, or by age, newest first", async () => {
    expect(await names()).toEqual(all);
    expect(await names({ sort: "-createdAt" })).toEqual(["zeta", "Größte_gamma-quelle.v2", "Alpha", "beta"]);
  });

  it("shows each as its detail does", async () => {
    const { body } = await list({ search: "alpha" });
    const { myRole, remote, columnCount, status, version } = made.Alpha;
    expect(body).toMatchObject({
      items: [
        {
          id: made.Alpha.id,
          tags: [{ name: "Finance.Revenue" }, { name: "PII" }],
          health: { status: "healthy" },
          myRole,
          remote,
          columnCount,
          status,
          version,
        },
      ],
      nextCursor: null,
    });
  });

  it.each<[Query, readonly string[]]>([
    [{ tag: "pii" }, ["Alpha", "beta"]],
    [{ tag: ["PII", "Finance"] }, ["Alpha", "beta", "Größte_gamma-quelle.v2"]],
    [{ tag: "Finance.Revenue" }, ["Alpha"]],
    [{ tag: "no such tag" }, []],
    [{ tag: ["no such tag", "PII"] }, ["Alpha", "beta"]],
    [{ connectionId: second.id }, ["Größte_gamma-quelle.v2"]],
    [{ connectionId: [second.id, connection.id] }, all],
    [{ connectionId: "con_unknown" }, []],
    [{ technology: "postgresql" }, all],
    [{ health: "healthy" }, all],
    [{ health: ["unhealthy", "unknown"] }, []],
    [{ status: "enabled" }, all],
    [{ status: "disabled" }, []],
    [{ origin: "manual" }, all],
    [{ origin: ["bulk", "dbt"] }, []],
    [{ role: "owner" }, all],
    [{ role: ["expert", "subscriber"] }, []],
    [{ search: "alp" }, ["Alpha"]],
    [{ search: "GRÖSSTE" }, []],
    [{ search: "größte GAMMA" }, ["Größte_gamma-quelle.v2"]],
    [{ search: "quelle v2" }, ["Größte_gamma-quelle.v2"]],
    [{ search: "uelle" }, []],
    [{ search: "Gro\u0308ßte" }, ["Größte_gamma-quelle.v2"]],
    [{ search: "order lines" }, ["zeta"]],
    [{ search: "orderLines" }, ["zeta"]],
    [{ search: "lines" }, ["zeta"]],
    [{ search: "alpha", tag: "Finance" }, []],
    [{ search: "%" }, []],
    [{ search: "a*" }, []],
  ])("with %j shows %j", async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it("holds nothing of what the caller may not see, whatever they filter by", async () => {
    const outsider = await aPersona(app, {
      permissions: ["APPLICATION_ADMIN", "CREATE_DATA_SOURCE", "AUDIT"],
    });
    for (const query of [{}, { search: "alpha" }, { tag: "PII" }, { connectionId: connection.id }]) {
      expect((await list(query, outsider)).body).toEqual({ items: [], nextCursor: null });
    }
    expect(await names({}, governor)).toEqual(all);
  });

  it("pages through every data source once, in every order and size", async () => {
    for (const sort of ["name", "-createdAt"]) {
      for (const limit of [1, 2, 3]) {
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const query: Query = cursor === null ? { sort, limit } : { sort, limit, cursor };
          const page = (await list(query)).body as { items: DataSource[]; nextCursor: string | null };
          expect(page.items.length).toBeLessThanOrEqual(limit);
          seen.push(...page.items.map(({ name }) => name));
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(seen).toEqual(await names({ sort }));
      }
    }
  });

  it("goes on behind the last one shown when others come and go in between", async () => {
    const first = (await list({ limit: 2 })).body as { nextCursor: string };
    const between = await dated({ name: "Alpine" });
    const behind = await dated({ name: "delta" });
    expect(await names({ limit: 2, cursor: first.nextCursor })).toEqual(["delta", "Größte_gamma-quelle.v2"]);
    for (const { id } of [between, behind])
      await owner.api.deleteDataSource({ params: { dataSourceId: id } });
    expect(await names()).toEqual(all);
  });

  it("shows each change at once to who made it", async () => {
    const { owner: as, connection: own } = await aRegistrar(app);
    const params = { dataSourceId: (await aDataSource(as, own, { name: "fresh one" })).id };
    expect(await names({}, as)).toEqual(["fresh one"]);
    await as.api.updateDataSource({ params, body: { name: "renamed" } });
    expect(await names({}, as)).toEqual(["renamed"]);
    await as.api.addTags({ params, body: { tags: ["PII"] } });
    expect(await names({ tag: "PII" }, as)).toEqual(["renamed"]);
    await as.api.removeTag({ params: { ...params, name: "PII" } });
    expect(await names({ tag: "PII" }, as)).toEqual([]);
    await as.api.updateDataSource({ params, body: { status: "disabled" } });
    expect(await names({ status: "disabled" }, as)).toEqual(["renamed"]);
    await as.api.deleteDataSource({ params });
    expect(await names({}, as)).toEqual([]);
  });

  it("shows to two at once what each has just made", async () => {
    const { owner: as, connection: own } = await aRegistrar(app);
    await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const { name } = await aDataSource(as, own, { name: `concurrent ${index} ${own.id}` });
        expect(await names({ limit: 200 }, as)).toContain(name);
      }),
    );
  });
});

describe("a cursor", () => {
  const cursorOf = async (path: string, query: Query, as = owner): Promise<string> => {
    const { body } = await app.call("GET", path, { as, query });
    const { nextCursor } = body as { nextCursor: string | null };
    if (nextCursor === null) throw new Error("there is only one page");
    return nextCursor;
  };

  it("is refused by another list, under other filters, in another order", async () => {
    const cursor = await cursorOf("/data-sources", { limit: 1 });
    const foreign: readonly (readonly [string, Query])[] = [
      ["/tags", {}],
      ["/jobs", {}],
      ["/connections", {}],
      [`/data-sources/${made.beta.id}/dictionary`, {}],
      [`/connections/${connection.id}/tables`, {}],
      [`/connections/${connection.id}/members`, {}],
      ["/data-sources", { tag: "PII" }],
      ["/data-sources", { search: "a" }],
      ["/data-sources", { sort: "-createdAt" }],
      ["/data-sources", { role: "owner" }],
    ];
    for (const [path, query] of foreign) {
      expect(await app.call("GET", path, { as: owner, query: { ...query, cursor } })).toMatchObject({
        status: 400,
        body: { code: "invalid-cursor", errors: [{ in: "query", pointer: "/cursor" }] },
      });
    }
  });

  it("of one data source's dictionary is refused by another's", async () => {
    const cursor = await cursorOf(`/data-sources/${made.beta.id}/dictionary`, { limit: 1 });
    const query = { cursor };
    expect(
      (await app.call("GET", `/data-sources/${made.beta.id}/dictionary`, { as: owner, query })).status,
    ).toBe(200);
    expect(
      (await app.call("GET", `/data-sources/${made.Alpha.id}/dictionary`, { as: owner, query })).status,
    ).toBe(400);
  });

  it("is refused when any character of it was changed, or is no cursor at all", async () => {
    const cursor = await cursorOf("/data-sources", { limit: 1 });
    const characters = cursor.split("");
    const changed = characters.map((character, index) =>
      characters.with(index, character === "A" ? "B" : "A").join(""),
    );
    const garbage = ["x", "null", "{}", "AAAA", "é", "../..", cursor.slice(0, -1), `${cursor}AAAA`];
    for (const one of [...changed, ...garbage]) {
      expect((await list({ cursor: one })).body).toMatchObject({ code: "invalid-cursor" });
    }
  });

  it("may be used with another limit, again and by another caller, who sees their own", async () => {
    const cursor = await cursorOf("/data-sources", { limit: 1 });
    expect(await names({ cursor, limit: 2 })).toEqual(all.slice(1, 3));
    expect(await names({ cursor })).toEqual(all.slice(1));
    expect(await names({ cursor }, await aPersona(app))).toEqual([]);
  });

  it("is at most 1 KB, also behind the longest name", async () => {
    const { owner: as, connection: own } = await aRegistrar(app);
    await aDataSource(as, own, { name: "İ".repeat(200) });
    await aDataSource(as, own, { name: "名".repeat(200) });
    const cursor = await cursorOf("/data-sources", { limit: 1 }, as);
    expect(cursor.length).toBeLessThanOrEqual(1024);
    expect(await names({ cursor }, as)).toEqual(["名".repeat(200)]);
  });
});
