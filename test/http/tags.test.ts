import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  everyPermission,
  type DataSource,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const { owner, connection } = await aRegistrar(app);
const create = (name: unknown, more: object = {}, as = governor) =>
  app.call("POST", "/tags", { as, body: { name, ...more } });
const aTag = async (): Promise<string> =>
  (await governor.api.createTag({ body: { name: unique("Tag ") } })).name;
const add = (id: string, tags: readonly string[], headers = {}) =>
  app.call("POST", `/data-sources/${id}/tags`, { as: owner, body: { tags }, headers });
const remove = (id: string, name: string, headers = {}) =>
  app.call("DELETE", `/data-sources/${id}/tags/${encodeURIComponent(name)}`, { as: owner, headers });
const tagsOf = async (dataSourceId: string) =>
  (await owner.api.getDataSource({ params: { dataSourceId } })).tags.map(({ name }) => name);

/** Every tag's name, in order. */
async function tagNames(): Promise<readonly string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await owner.api.listTags({
      query: { limit: 50, ...(cursor === undefined ? {} : { cursor }) },
    });
    found.push(...page.items.map(({ name }) => name));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

describe("POST /tags", () => {
  it("makes the tag and those above it that are not there yet", async () => {
    const root = unique("Root");
    const reply = await create(`${root}.Middle.Leaf`, { description: "The leaf" });
    expect(reply).toMatchObject({
      status: 201,
      headers: { etag: '"1"' },
      body: { name: `${root}.Middle.Leaf`, description: "The leaf", createdBy: governor.user.id, version: 1 },
    });
    expect((await create(`${root}.Middle.Other`)).status).toBe(201);
    const made = (await tagNames()).filter((name) => name.startsWith(root));
    expect(made).toEqual([root, `${root}.Middle`, `${root}.Middle.Leaf`, `${root}.Middle.Other`]);
  });

  it("finds parents whatever their case, and keeps how they are written", async () => {
    const root = unique("Root");
    await create(root);
    expect(await create(`${root.toUpperCase()}.Leaf`)).toMatchObject({ status: 201 });
    expect((await tagNames()).filter((name) => name === root.toUpperCase())).toEqual([]);
  });

  it("takes each name once, whatever its case, and a parent's afterwards too", async () => {
    const name = `${unique("Café")}.x`;
    expect((await create(name)).status).toBe(201);
    for (const same of [name, name.toUpperCase(), name.normalize("NFD"), ` ${name} `, name.slice(0, -2)]) {
      expect(await create(same)).toMatchObject({ status: 409, body: { code: "tag-name-taken" } });
    }
  });

  it.each(["", " ", ".", "a.", ".a", "a..b", "a\u0000b", "x".repeat(201), 7, null])(
    "refuses the name %j",
    async (name) => {
      expect(await create(name)).toMatchObject({
        status: 400,
        body: {
          code: "invalid-request",
          errors: expect.arrayContaining([expect.objectContaining({ in: "body", pointer: "/name" })]),
        },
      });
    },
  );

  it("lets one of twenty at once win, and makes each parent once", async () => {
    const root = unique("race");
    const replies = await Promise.all(Array.from({ length: 20 }, () => create(`${root}.a.b`)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, ...Array<number>(19).fill(409)]);
    const made = (await tagNames()).filter((name) => name.startsWith(root));
    expect(made).toEqual([root, `${root}.a`, `${root}.a.b`]);
  });

  it("lets siblings below a new parent be made at once", async () => {
    const root = unique("family");
    const replies = await Promise.all(["a", "b", "c", "d"].map((leaf) => create(`${root}.${leaf}`)));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  it("is for GOVERNANCE alone", async () => {
    const others = everyPermission.filter((one) => one !== "GOVERNANCE");
    const as = await aPersona(app, { permissions: others });
    expect(await create(unique("no "), {}, as)).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  it("takes names of 20 parts, all of which are made, and no deeper ones", async () => {
    const name = [unique("deep"), ...Array.from({ length: 19 }, (_, index) => `p${index}`)].join(".");
    expect((await create(`${name}.more`)).status).toBe(400);
    expect((await create(name)).status).toBe(201);
    expect((await tagNames()).filter((one) => name.startsWith(one))).toHaveLength(20);
  });
});

describe("POST /data-sources/{id}/tags", () => {
  it("puts tags on in any case, once each, with who and when", async () => {
    const [one, other] = [await aTag(), await aTag()];
    const { id } = await aDataSource(owner, connection);
    app.clock.advance(1000);
    const { status, body } = await add(id, [one.toUpperCase(), other, one]);
    expect(status).toBe(200);
    const applied = {
      provenance: "manual",
      appliedBy: owner.user.id,
      appliedAt: app.clock.now().toISOString(),
    };
    expect((body as DataSource).tags).toEqual([
      { name: one, ...applied },
      { name: other, ...applied },
    ]);
    expect(body).toMatchObject({ version: 2 });
  });

  it("a second time changes nothing: not the date, not the version, no record of it", async () => {
    const tag = await aTag();
    const { id } = await aDataSource(owner, connection);
    const first = await add(id, [tag]);
    app.clock.advance(1000);
    const second = await add(id, [tag.toLowerCase()]);
    expect(second).toMatchObject({ status: 200, body: first.body as object });
    expect(await auditOf(app, "data-source", id)).toEqual(["data-source:create", "data-source:tag"]);
  });

  it("puts at most 100 on one data source, and the one too many not at all", async () => {
    const { id } = await aDataSource(owner, connection);
    // One name of ten parts makes ten tags.
    const chains = await Promise.all(
      Array.from({ length: 11 }, async () => {
        const parts = Array.from({ length: 10 }, () => unique("T"));
        await governor.api.createTag({ body: { name: parts.join(".") } });
        return parts.map((_, index) => parts.slice(0, index + 1).join("."));
      }),
    );
    const names = chains.flat();
    expect((await add(id, names.slice(0, 50))).status).toBe(200);
    expect((await add(id, names.slice(50, 100))).status).toBe(200);
    expect(await add(id, names.slice(100, 101))).toMatchObject({
      status: 422,
      body: { code: "too-many-tags" },
    });
    expect((await add(id, names.slice(99, 100))).status).toBe(200);
    expect(await tagsOf(id)).toHaveLength(100);
  });

  it("takes all or none, and names those that do not exist", async () => {
    const tag = await aTag();
    const { id } = await aDataSource(owner, connection);
    expect(await add(id, ["nope", tag, "neither"])).toMatchObject({
      status: 422,
      body: { code: "tag-not-found", errors: [{ pointer: "/tags/0" }, { pointer: "/tags/2" }] },
    });
    expect(await tagsOf(id)).toEqual([]);
    expect((await add(id, [])).status).toBe(400);
  });

  it("loses none of those that many put on at once", async () => {
    const tags = await Promise.all(Array.from({ length: 6 }, aTag));
    const { id } = await aDataSource(owner, connection);
    const replies = await Promise.all(tags.map((tag) => add(id, [tag])));
    expect(replies.map(({ status }) => status)).toEqual(tags.map(() => 200));
    expect((await tagsOf(id)).toSorted()).toEqual(tags.toSorted());
  });

  it("honours If-Match", async () => {
    const tag = await aTag();
    const { id } = await aDataSource(owner, connection);
    expect((await add(id, [tag], { "if-match": '"2"' })).status).toBe(412);
    expect((await add(id, [tag], { "if-match": '"1"' })).status).toBe(200);
  });
});

describe("DELETE /data-sources/{id}/tags/{name}", () => {
  it("takes a tag off in any case, and an absent or unknown one is no error", async () => {
    const [one, other] = [await aTag(), await aTag()];
    const { id } = await aDataSource(owner, connection, { tags: [one, other] });
    expect((await remove(id, one.toUpperCase())).status).toBe(204);
    expect(await tagsOf(id)).toEqual([other]);
    for (const name of [one, "never.was"]) expect((await remove(id, name)).status).toBe(204);
    expect(await owner.api.getDataSource({ params: { dataSourceId: id } })).toMatchObject({ version: 2 });
  });

  it("takes a dotted tag off, and leaves its parent", async () => {
    const root = unique("Root");
    await create(`${root}.leaf/with slash`);
    const { id } = await aDataSource(owner, connection, { tags: [root, `${root}.leaf/with slash`] });
    expect((await remove(id, `${root}.leaf/with slash`)).status).toBe(204);
    expect(await tagsOf(id)).toEqual([root]);
  });

  it("honours If-Match", async () => {
    const tag = await aTag();
    const { id } = await aDataSource(owner, connection, { tags: [tag] });
    expect((await remove(id, tag, { "if-match": '"9"' })).status).toBe(412);
    expect(await tagsOf(id)).toEqual([tag]);
  });
});
