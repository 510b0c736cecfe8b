import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aDataSource, aPersona, aRegistrar, makeMember, type DataSource } from "#test/support/personas.ts";
import { asUser } from "#test/support/records.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const source = (documentation?: string) =>
  aDataSource(owner, connection, documentation === undefined ? {} : { documentation });
const write = (id: string, documentation: string, as = owner) =>
  app.call("PATCH", `/data-sources/${id}`, { as, body: { documentation } });
const versionsPath = (id: string) => `/data-sources/${id}/documentation/versions`;
const restore = (id: string, version: string | number, as = owner, headers = {}) =>
  app.call("POST", `${versionsPath(id)}/${version}/restore`, { as, headers });
const versions = async (id: string, as = owner) =>
  (await as.api.listDocumentationVersions({ params: { dataSourceId: id } })).items;

describe("the documentation of a data source", () => {
  it("is kept as it was before each change, newest first, with who wrote it and when", async () => {
    const { id } = await source("# One");
    const made = app.clock.now().toISOString();
    const expert = await aPersona(app);
    await makeMember(app, { id }, expert, "expert");
    app.clock.advance(1000);
    expect((await write(id, "# Two", expert)).status).toBe(200);
    expect(await versions(id)).toEqual([
      {
        version: 2,
        documentation: "# Two",
        createdBy: expert.user.id,
        createdAt: app.clock.now().toISOString(),
      },
      { version: 1, documentation: "# One", createdBy: owner.user.id, createdAt: made },
    ]);
  });

  it("has no version while it is empty, and none for a change that is none or of something else", async () => {
    const { id } = await source();
    expect(await versions(id)).toEqual([]);
    await write(id, "");
    await app.call("PATCH", `/data-sources/${id}`, { as: owner, body: { description: "x" } });
    expect(await versions(id)).toEqual([]);
    await write(id, "text");
    await write(id, "text");
    await write(id, "");
    expect((await versions(id)).map(({ version, documentation }) => [version, documentation])).toEqual([
      [2, ""],
      [1, "text"],
    ]);
  });

  it("written before there were versions is kept as the first when it is replaced", async () => {
    const { id } = await source("old");
    const view = await app.store.dataSource(id, asUser(owner.user.id));
    if (view === null) throw new Error("no data source");
    const number = { dataSourceId: id, number: 1, documentation: "", createdBy: "", createdAt: "" };
    await app.store.commit([
      { write: "put", kind: "data-source", record: { ...view.dataSource, documentationVersion: 0 } },
      { write: "remove", kind: "documentation-version", record: number },
    ]);
    await write(id, "new");
    expect(
      (await versions(id)).map(({ version, documentation, createdBy }) => [
        version,
        documentation,
        createdBy,
      ]),
    ).toEqual([
      [2, "new", owner.user.id],
      [1, "old", "system"],
    ]);
  });

  it("loses no version to writers at once, and numbers them without a gap", async () => {
    const { id } = await source();
    const texts = Array.from({ length: 5 }, (_, index) => `text ${index}`);
    const replies = await Promise.all(texts.map((text) => write(id, text)));
    expect(replies.map(({ status }) => status)).toEqual(texts.map(() => 200));
    const kept = await versions(id);
    expect(kept.map(({ version }) => version)).toEqual([5, 4, 3, 2, 1]);
    expect(kept.map(({ documentation }) => documentation).toSorted()).toEqual(texts);
    expect((await owner.api.getDataSource({ params: { dataSourceId: id } })).documentation).toBe(
      kept[0]?.documentation,
    );
  });

  it("is listed in pages that fit into a reply, however long its texts are", async () => {
    const { id } = await source();
    const text = (index: number) => `${index}${String.fromCodePoint(1).repeat(99_000)}`;
    for (let index = 0; index < 12; index += 1) expect((await write(id, text(index))).status).toBe(200);
    const seen: number[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const query: Record<string, string> = cursor === null ? {} : { cursor };
      const reply = await app.call("GET", versionsPath(id), { as: owner, query });
      expect(JSON.stringify(reply.text).length).toBeLessThan(5_900_000);
      const page = reply.body as Awaited<ReturnType<typeof owner.api.listDocumentationVersions>>;
      for (const { version, documentation } of page.items) {
        expect(documentation === text(version - 1)).toBe(true);
        seen.push(version);
      }
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== null);
    expect(seen).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(pages).toBeGreaterThan(1);
  });

  it("is listed in pages as short as one asks, whose cursors are good for this list alone", async () => {
    const { id } = await source("a");
    await write(id, "b");
    await write(id, "c");
    const page = async (query: Record<string, string>) =>
      await app.call("GET", versionsPath(id), { as: owner, query });
    const first = (await page({ limit: "2" })).body as { items: unknown[]; nextCursor: string };
    expect(first.items).toHaveLength(2);
    expect((await page({ limit: "2", cursor: first.nextCursor })).body).toMatchObject({
      items: [{ version: 1 }],
      nextCursor: null,
    });
    const other = await source("a");
    const elsewhere = await app.call("GET", versionsPath(other.id), {
      as: owner,
      query: { cursor: first.nextCursor },
    });
    expect(elsewhere).toMatchObject({ status: 400, body: { code: "invalid-cursor" } });
    expect((await page({ limit: "0" })).status).toBe(400);
  });
});

describe("an earlier documentation", () => {
  it("is made the documentation again as a new version, with an audit record", async () => {
    const { id } = await source("first");
    await write(id, "second");
    const reply = await restore(id, 1);
    expect(reply).toMatchObject({ status: 200, body: { documentation: "first", version: 3 } });
    expect((await versions(id)).map(({ documentation }) => documentation)).toEqual([
      "first",
      "second",
      "first",
    ]);
    expect((await auditOf(app, "data-source", id)).at(-1)).toBe("data-source:restore-documentation");
  });

  it("that still is the documentation changes nothing", async () => {
    const { id } = await source("first");
    expect(await restore(id, 1)).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    expect(await versions(id)).toHaveLength(1);
    expect(await auditOf(app, "data-source", id)).toEqual(["data-source:create"]);
  });

  it.each(["0", "2", "-1", "1.5", "one", "99999999999"])(
    "%s that never was is not found",
    async (version) => {
      const { id } = await source("first");
      expect(await restore(id, version)).toMatchObject({ status: 404, body: { code: "not-found" } });
    },
  );

  it("is not restored over a version that the caller has not seen", async () => {
    const { id } = await source("first");
    await write(id, "second");
    const reply = await restore(id, 1, owner, { "if-match": '"1"' });
    expect(reply).toMatchObject({ status: 412, body: { code: "version-mismatch" } });
    expect((await restore(id, 1, owner, { "if-match": '"2"' })).status).toBe(200);
  });

  it("is restored once for one idempotency key, and the key is refused for another version", async () => {
    const { id } = await source("first");
    await write(id, "second");
    const headers = { "idempotency-key": "restore-1" };
    const once = await restore(id, 1, owner, headers);
    await write(id, "third");
    expect(await restore(id, 1, owner, headers)).toMatchObject({ status: 200, text: once.text });
    expect((await versions(id))[0]?.documentation).toBe("third");
    expect(await restore(id, 2, owner, headers)).toMatchObject({ status: 422 });
  });
});

describe("who may read and restore versions", () => {
  const tried = async (id: string, as: Awaited<ReturnType<typeof aPersona>>) => [
    (await app.call("GET", versionsPath(id), { as })).status,
    (await restore(id, 1, as)).status,
  ];
  const member = async ({ id }: DataSource, role: "expert" | "subscriber" | "ingest") => {
    const persona = await aPersona(app);
    await makeMember(app, { id }, persona, role);
    return persona;
  };

  it("members read, owners and experts restore, others are not told that there is anything", async () => {
    const made = await source("first");
    expect(await tried(made.id, owner)).toEqual([200, 200]);
    expect(await tried(made.id, await member(made, "expert"))).toEqual([200, 200]);
    expect(await tried(made.id, await member(made, "subscriber"))).toEqual([200, 403]);
    expect(await tried(made.id, await member(made, "ingest"))).toEqual([200, 403]);
    expect(await tried(made.id, await aPersona(app, { permissions: ["GOVERNANCE"] }))).toEqual([200, 403]);
    const outsider = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "AUDIT"] });
    expect(await tried(made.id, outsider)).toEqual([404, 404]);
  });

  it("of a disabled data source the owner alone, of a deleted one nobody", async () => {
    const made = await source("first");
    const expert = await member(made, "expert");
    await app.call("PATCH", `/data-sources/${made.id}`, { as: owner, body: { status: "disabled" } });
    expect(await tried(made.id, expert)).toEqual([404, 404]);
    expect(await tried(made.id, owner)).toEqual([200, 200]);
    await app.call("DELETE", `/data-sources/${made.id}`, { as: owner });
    expect(await tried(made.id, owner)).toEqual([404, 404]);
  });
});
