import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar, aRemoteTable, everyPermission } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { allItems, auditOf, itemsOf, type StoredItem } from "#test/support/table-items.ts";

const app = await anApp();
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const { owner, connection } = await aRegistrar(app);

const make = (name: string) => governor.api.createTag({ body: { name } });
const change = (name: string, body: object, more: object = {}) =>
  app.call("PATCH", `/tags/${encodeURIComponent(name)}`, { as: governor, body, ...more });
const named = async (search: string) =>
  (await owner.api.listTags({ query: { limit: 200, ...(search === "" ? {} : { search }) } })).items.map(
    ({ name }) => name,
  );

const placeOf = ({ pk, sk }: StoredItem): string => `${String(pk)} ${String(sk)}`;

describe("GET /tags", () => {
  it("lists in the order of names, and finds by the beginnings of words, whatever their case", async () => {
    const root = unique("zoo");
    for (const leaf of ["Wild cats", "birds.Sea_gulls", "Birds.seaEagle", "ants"])
      await make(`${root}.${leaf}`);
    expect(await named(root)).toEqual([
      root,
      `${root}.ants`,
      `${root}.birds`,
      `${root}.birds.Sea_gulls`,
      `${root}.birds.seaEagle`,
      `${root}.Wild cats`,
    ]);
    expect(await named(`${root} SEA`)).toEqual([`${root}.birds.Sea_gulls`, `${root}.birds.seaEagle`]);
    expect(await named(`${root} eag`)).toEqual([`${root}.birds.seaEagle`]);
    expect(await named(`${root} ild`)).toEqual([]);
  });
});

describe("PATCH /tags/{name}", () => {
  it("renames what stands below and what carries it at once, by one write of the tag, however many there are", async () => {
    const root = unique("PII");
    await make(`${root}.Person.Name`);
    const sources = [];
    for (let n = 0; n < 3; n += 1) {
      const source = await aDataSource(owner, connection, await aRemoteTable());
      const params = { dataSourceId: source.id };
      await owner.api.addTags({ params, body: { tags: [`${root}.Person.Name`] } });
      await owner.api.updateColumn({ params: { ...params, column: "name" }, body: { addTags: [root] } });
      sources.push(params);
    }
    const before = new Map((await allItems(app)).map((item) => [placeOf(item), item]));
    const renamed = await change(root, { name: `${root} Personal` });
    expect(renamed).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: { name: `${root} Personal`, version: 2 },
    });
    const changed = (await allItems(app)).filter(
      (item) => JSON.stringify(before.get(placeOf(item))) !== JSON.stringify(item),
    );
    expect(changed.map(({ kind }) => kind).toSorted()).toEqual(["audit", "guard", "tag", "tag-tree"]);
    for (const params of sources) {
      const source = await owner.api.getDataSource({ params });
      expect(source.tags.map(({ name }) => name)).toEqual([`${root} Personal.Person.Name`]);
      const { items } = await owner.api.getDictionary({ params, query: {} });
      expect(items.flatMap(({ tags }) => tags.map(({ name }) => name))).toEqual([`${root} Personal`]);
    }
    const found = await owner.api.listDataSources({ query: { tag: `${root} personal.person.name` } });
    expect(found.items).toHaveLength(3);
    const old = await owner.api.listDataSources({ query: { tag: `${root}.Person.Name` } });
    expect(old.items).toEqual([]);
    await app.drain();
    await expectSound(app);
  });

  it("leaves the old name free, and takes no name that is there", async () => {
    const [a, b] = [unique("first"), unique("second")];
    await make(a);
    await make(b);
    expect(await change(a, { name: b.toUpperCase() })).toMatchObject({
      status: 409,
      body: { code: "tag-name-taken" },
    });
    expect((await change(a, { name: `${a}-renamed` })).status).toBe(200);
    expect(await make(a)).toMatchObject({ name: a, version: 1 });
    await expectSound(app);
  });

  it("changes the case of a name, and the description alone; what changes nothing has no new version", async () => {
    const name = unique("case");
    await make(name);
    expect((await change(name, { name: name.toUpperCase() })).body).toMatchObject({
      name: name.toUpperCase(),
    });
    expect((await change(name, { description: "What it means" })).body).toMatchObject({
      name: name.toUpperCase(),
      description: "What it means",
      version: 3,
    });
    expect((await change(name, { description: "What it means" })).body).toMatchObject({ version: 3 });
    expect((await change(name, {})).body).toMatchObject({ version: 3 });
    await expectSound(app);
  });

  it("moves a tag with all below it under another one, which is made if it is not there", async () => {
    const [from, to] = [unique("from"), unique("to")];
    await make(`${from}.a.b`);
    expect((await change(`${from}.a`, { name: `${to}.Sub.moved` })).status).toBe(200);
    expect(await named(to)).toEqual([to, `${to}.Sub`, `${to}.Sub.moved`, `${to}.Sub.moved.b`]);
    expect(await named(from)).toEqual([from]);
    expect((await change(`${to}.Sub.moved`, { name: unique("root") })).status).toBe(200);
    expect(await named(to)).toEqual([to, `${to}.Sub`]);
    await expectSound(app);
  });

  it("puts no tag below itself, whatever happens at once", async () => {
    const [a, b] = [unique("left"), unique("right")];
    await make(`${a}.x`);
    await make(b);
    for (const name of [`${a}.y`, `${a}.x.y`]) {
      expect(await change(a, { name })).toMatchObject({ status: 422, body: { code: "tag-below-itself" } });
    }
    const replies = await Promise.all([change(a, { name: `${b}.${a}` }), change(b, { name: `${a}.${b}` })]);
    expect(replies.every(({ status }) => status === 200 || status === 422)).toBe(true);
    // Whichever came first: both are in the tree, and so neither is below itself.
    const all = await named("");
    expect(all.some((name) => name.endsWith(`${a}.x`))).toBe(true);
    expect(all.some((name) => name.endsWith(b))).toBe(true);
    await expectSound(app);
  });

  it("lets one of many at once have a name", async () => {
    const wanted = unique("wanted");
    const names = Array.from({ length: 4 }, () => unique("rival"));
    for (const name of names) await make(name);
    const replies = await Promise.all([
      ...names.map((name) => change(name, { name: wanted })),
      app.call("POST", "/tags", { as: governor, body: { name: wanted } }),
    ]);
    expect(replies.filter(({ status }) => status < 300)).toHaveLength(1);
    expect(replies.filter(({ body }) => (body as { code?: string }).code === "tag-name-taken")).toHaveLength(
      4,
    );
    await expectSound(app);
  });

  it("refuses a name with which a tag below would become too long or too deep", async () => {
    const root = unique("deep");
    await make([root, ...Array.from({ length: 19 }, (_, index) => `p${index}`)].join("."));
    const deeper = await change(root, { name: `${unique("above")}.${root}` });
    expect(deeper).toMatchObject({
      status: 400,
      body: { code: "invalid-request", errors: [{ pointer: "/name" }] },
    });
    const long = unique("long");
    await make(`${long}.${"x".repeat(150)}`);
    expect((await change(long, { name: "y".repeat(100) })).status).toBe(400);
    for (const name of ["", "a..b", ".a", 7]) expect((await change(root, { name })).status).toBe(400);
  });

  it("honours If-Match, is for GOVERNANCE alone, and does not know what is not there", async () => {
    const name = unique("guarded");
    await make(name);
    const stale = await change(name, { description: "x" }, { headers: { "if-match": '"7"' } });
    expect(stale).toMatchObject({ status: 412, body: { code: "version-mismatch" } });
    const others = everyPermission.filter((one) => one !== "GOVERNANCE");
    const as = await aPersona(app, { permissions: others });
    expect((await change(name, { description: "x" }, { as })).status).toBe(403);
    expect((await change(unique("unknown"), { description: "x" })).status).toBe(404);
  });

  it("is recorded with what it was called before and after", async () => {
    const name = unique("told");
    await make(name);
    await change(name, { name: `${name}-new` });
    const record = (await itemsOf(app, "tag")).find(({ segment }) => segment === `${name}-new`);
    const { items } = await app.store.activity("tag", String(record?.["id"]), null, 5);
    expect(items[0]?.details).toMatchObject({ before: { name }, after: { name: `${name}-new` } });
    expect(await auditOf(app, "tag", String(record?.["id"]))).toEqual(["tag:create", "tag:update"]);
  });
});
