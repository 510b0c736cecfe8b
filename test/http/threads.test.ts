import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar, makeMember, type Persona } from "#test/support/personas.ts";
import { auditOf } from "#test/support/table-items.ts";
import type { DataSourceRole } from "#contracts/resources/data-source.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const source = () => aDataSource(owner, connection);
const member = async (id: string, role: DataSourceRole): Promise<Persona> => {
  const persona = await aPersona(app);
  await makeMember(app, { id }, persona, role);
  return persona;
};
const post = (id: string, body: unknown, as: Persona = owner, headers = {}) =>
  app.call("POST", `/data-sources/${id}/threads`, { as, body, headers });
const posted = (id: string, text: string, column?: string, as: Persona = owner) =>
  as.api.createThread({
    params: { dataSourceId: id },
    body: { text, ...(column === undefined ? {} : { column }) },
  });
const reply = (id: string, text: string, as: Persona = owner) =>
  as.api.createReply({ params: { threadId: id }, body: { text } });
const read = async (id: string, as: Persona = owner) => await as.api.getThread({ params: { threadId: id } });
const patch = (id: string, body: unknown, as: Persona = owner, headers = {}) =>
  app.call("PATCH", `/threads/${id}`, { as, body, headers });
const list = async (id: string, query = {}) =>
  (await owner.api.listThreads({ params: { dataSourceId: id }, query })).items;
const idsOf = async (id: string, query = {}) => (await list(id, query)).map((one) => one.id);

describe("a thread", () => {
  it("begins on a data source or on a column, is found by its id, and holds its replies in order", async () => {
    const { id } = await source();
    const text = "With **tax**? <script>alert(1)</script>\n\u0007 尺寸 📏";
    const made = await post(id, { column: "NAME", text });
    const now = app.clock.now().toISOString();
    expect(made).toMatchObject({ status: 201, headers: { etag: '"1"' } });
    expect(made.body).toEqual({
      id: expect.stringMatching(/^thr_/) as string,
      dataSourceId: id,
      column: "name",
      columnRemoved: false,
      text,
      author: owner.user.id,
      createdAt: now,
      editedAt: null,
      resolved: false,
      replies: [],
      lastActivityAt: now,
      version: 1,
    });
    const { id: threadId } = made.body as { id: string };
    expect(made.headers["location"]).toBe(`/threads/${threadId}`);
    const subscriber = await member(id, "subscriber");
    app.clock.advance(1000);
    const first = await reply(threadId, "Without.", subscriber);
    expect(first).toEqual({
      id: expect.stringMatching(/^rpl_/) as string,
      text: "Without.",
      author: subscriber.user.id,
      createdAt: app.clock.now().toISOString(),
      editedAt: null,
    });
    const second = await reply(threadId, "Thanks.");
    expect(await read(threadId)).toEqual({
      ...(made.body as object),
      replies: [first, second],
      lastActivityAt: app.clock.now().toISOString(),
      version: 3,
    });
    expect(await posted(id, "On the whole")).toMatchObject({ column: null, columnRemoved: false });
    await expectSound(app);
  });

  it("is resolved and reopened, which is on record once however often it is said", async () => {
    const { id } = await source();
    const made = await posted(id, "Q");
    for (const resolved of [true, true, false, false]) {
      expect(await patch(made.id, { resolved })).toMatchObject({ status: 200, body: { resolved } });
    }
    expect((await read(made.id)).version).toBe(3);
    expect((await auditOf(app, "data-source", id)).slice(1)).toEqual([
      "thread:post",
      "thread:resolve",
      "thread:reopen",
    ]);
    await expectSound(app);
  });

  it("is edited by its author, marked as such, and stays where it stands in the list", async () => {
    const { id } = await source();
    const made = await posted(id, "Frist");
    app.clock.advance(1000);
    const other = await posted(id, "Second");
    app.clock.advance(1000);
    const edited = await patch(made.id, { text: "First" });
    expect(edited.body).toEqual({
      ...made,
      text: "First",
      editedAt: app.clock.now().toISOString(),
      version: 2,
    });
    expect(await patch(made.id, { text: "First" })).toMatchObject({ body: { version: 2 } });
    expect(await patch(made.id, {})).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await idsOf(id)).toEqual([other.id, made.id]);
  });

  it("is gone with its replies when it is deleted", async () => {
    const { id } = await source();
    const made = await posted(id, "Q", "id");
    await reply(made.id, "A");
    expect((await app.call("DELETE", `/threads/${made.id}`, { as: owner })).status).toBe(204);
    for (const [method, rest, body] of [
      ["GET", ""],
      ["PATCH", "", { resolved: true }],
      ["DELETE", ""],
      ["POST", "/replies", { text: "x" }],
    ] as const) {
      const sent = body === undefined ? {} : { body };
      const gone = await app.call(method, `/threads/${made.id}${rest}`, { as: owner, ...sent });
      expect(gone).toMatchObject({ status: 404, body: { code: "not-found" } });
    }
    expect(await list(id)).toEqual([]);
    await expectSound(app);
  });

  it("leaves no word of what was said in the audit records", async () => {
    const { id } = await source();
    const made = await posted(id, "secret question", "id");
    const said = await reply(made.id, "secret answer");
    const path = `/threads/${made.id}/replies/${said.id}`;
    await app.call("PATCH", path, { as: owner, body: { text: "secret correction" } });
    await app.call("DELETE", path, { as: owner });
    await app.call("DELETE", `/threads/${made.id}`, { as: owner });
    const { items } = await app.store.activity("data-source", id, null, 20);
    expect(
      items
        .map(({ action }) => action)
        .toReversed()
        .slice(1),
    ).toEqual(["thread:post", "thread:reply", "thread:edit-reply", "thread:delete-reply", "thread:delete"]);
    expect(JSON.stringify(items)).not.toContain("secret");
  });

  it.each([
    ["no text", {}],
    ["an empty text", { text: "" }],
    ["blanks", { text: " \n\t" }],
    ["a text that is too long", { text: "x".repeat(10_001) }],
    ["half a letter", { text: "\ud800" }],
    ["a field that is not known", { text: "a", resolved: true }],
  ])("with %s is invalid", async (_, body) => {
    const { id } = await source();
    expect(await post(id, body)).toMatchObject({ status: 400, body: { code: "invalid-request" } });
  });

  it("on a column that there is not is refused", async () => {
    const { id } = await source();
    expect(await post(id, { column: "nope", text: "Q" })).toMatchObject({
      status: 422,
      body: { code: "column-not-found", errors: [{ pointer: "/column" }] },
    });
  });

  it("is begun once for one idempotency key, and so is a reply", async () => {
    const { id } = await source();
    const headers = { "idempotency-key": "thread-1" };
    const once = await post(id, { text: "Q" }, owner, headers);
    const again = await post(id, { text: "Q" }, owner, headers);
    expect(again).toMatchObject({
      status: 201,
      text: once.text,
      headers: { location: once.headers["location"] },
    });
    expect(await list(id)).toHaveLength(1);
  });
});

describe("who may do what in threads", () => {
  const tried = async (id: string, threadId: string, replyId: string, as: Persona) => {
    const requests: readonly (readonly [string, string, unknown?])[] = [
      ["GET", `/data-sources/${id}/threads`],
      ["GET", `/threads/${threadId}`],
      ["POST", `/data-sources/${id}/threads`, { text: "x" }],
      ["POST", `/threads/${threadId}/replies`, { text: "x" }],
      ["PATCH", `/threads/${threadId}`, { resolved: true }],
      ["PATCH", `/threads/${threadId}`, { text: "mine?" }],
      ["PATCH", `/threads/${threadId}/replies/${replyId}`, { text: "mine?" }],
    ];
    const statuses: number[] = [];
    for (const [method, path, body] of requests) {
      const sent = body === undefined ? {} : { body };
      statuses.push((await app.call(method, path, { as, ...sent })).status);
    }
    return statuses;
  };

  it("members talk, experts and owners resolve, authors edit; others are not told that there is anything", async () => {
    const { id } = await source();
    const author = await member(id, "subscriber");
    const made = await posted(id, "Q", undefined, author);
    const said = await reply(made.id, "A", author);
    const as = (persona: Persona) => tried(id, made.id, said.id, persona);
    expect(await as(author)).toEqual([200, 200, 201, 201, 200, 200, 200]);
    expect(await as(owner)).toEqual([200, 200, 201, 201, 200, 403, 403]);
    expect(await as(await member(id, "expert"))).toEqual([200, 200, 201, 201, 200, 403, 403]);
    expect(await as(await member(id, "subscriber"))).toEqual([200, 200, 201, 201, 403, 403, 403]);
    expect(await as(await member(id, "ingest"))).toEqual([403, 403, 403, 403, 403, 403, 403]);
    const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
    expect(await as(governor)).toEqual([403, 403, 403, 403, 403, 403, 403]);
    const outsider = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "AUDIT", "USER_ADMIN"] });
    expect(await as(outsider)).toEqual([404, 404, 404, 404, 404, 404, 404]);
  });

  it("who said it deletes it, and owners do", async () => {
    const { id } = await source();
    const [author, expert] = [await member(id, "subscriber"), await member(id, "expert")];
    const made = await posted(id, "Q", undefined, author);
    const [one, two] = [await reply(made.id, "A", author), await reply(made.id, "B", author)];
    const remove = async (rest: string, as: Persona) =>
      (await app.call("DELETE", `/threads/${made.id}${rest}`, { as })).status;
    expect(await remove(`/replies/${one.id}`, expert)).toBe(403);
    expect(await remove("", expert)).toBe(403);
    expect(await remove(`/replies/${one.id}`, author)).toBe(204);
    expect(await remove(`/replies/${one.id}`, author)).toBe(404);
    expect(await remove(`/replies/${two.id}`, owner)).toBe(204);
    expect((await read(made.id)).replies).toEqual([]);
    expect(await remove("", author)).toBe(204);
  });

  it("of a disabled data source its owners alone, of a deleted one nobody, of a restored one all again", async () => {
    const made = await source();
    const expert = await member(made.id, "expert");
    const thread = await posted(made.id, "Q", undefined, expert);
    const said = await reply(thread.id, "A", expert);
    const params = { dataSourceId: made.id };
    await owner.api.updateDataSource({ params, body: { status: "disabled" } });
    expect(await tried(made.id, thread.id, said.id, expert)).toEqual(Array(7).fill(404));
    expect((await app.call("GET", `/threads/${thread.id}`, { as: owner })).status).toBe(200);
    await owner.api.updateDataSource({ params, body: { status: "enabled" } });
    await owner.api.deleteDataSource({ params });
    expect(await tried(made.id, thread.id, said.id, owner)).toEqual(Array(7).fill(404));
    await app.call("POST", `/data-sources/${made.id}/restore`, { as: owner });
    expect((await read(thread.id, expert)).replies).toEqual([said]);
    await expectSound(app);
  });
});
