import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Write } from "#core/ports/change.ts";
import { placeOf, threadCounts, type ThreadPlace } from "#core/threads/thread.ts";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aRegistrar } from "#test/support/personas.ts";
import { aThread } from "#test/support/catalog-records.ts";
import { unique } from "#test/support/records.ts";
import { creationOf } from "#core/threads/thread-writes.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const source = () => aDataSource(owner, connection);
const threadsPath = (id: string) => `/data-sources/${id}/threads`;
const post = (id: string, text: string) =>
  owner.api.createThread({ params: { dataSourceId: id }, body: { text } });
const reply = (id: string, text: string) =>
  app.call("POST", `/threads/${id}/replies`, { as: owner, body: { text } });
const patch = (id: string, body: unknown, headers = {}) =>
  app.call("PATCH", `/threads/${id}`, { as: owner, body, headers });
const read = (id: string) => owner.api.getThread({ params: { threadId: id } });

/** A thread with so many replies of such a text, put into the table as it is. */
async function aLongThread(dataSourceId: string, count: number, text: string): Promise<string> {
  const said = { author: owner.user.id, editedAt: null, createdAt: app.clock.now().toISOString() };
  const thread = aThread({
    ...said,
    dataSourceId,
    columnId: null,
    columnName: null,
    replies: Array.from({ length: count }, () => ({ ...said, id: unique("rpl_"), text })),
    lastActivityAt: app.clock.now().toISOString(),
  });
  await app.store.commit(creationOf(thread));
  return thread.id;
}

/** Writes many places, a hundred at a time. */
async function inSteps(places: readonly ThreadPlace[], write: (place: ThreadPlace) => Write): Promise<void> {
  for (let from = 0; from < places.length; from += 100) {
    await app.store.commit(places.slice(from, from + 100).map(write));
  }
}

describe("a data source is full", () => {
  it("with 1,000 threads, resolved ones included, until one is deleted", async () => {
    const { id } = await source();
    const first = await post(id, "the first");
    const column = { dataSourceId: id, columnId: "col_1", columnName: "id" };
    const places = Array.from({ length: 998 }, (_, index) => {
      const lastActivityAt = new Date(app.clock.now().getTime() - index).toISOString();
      return placeOf(aThread({ ...column, resolved: index % 2 === 0, lastActivityAt }));
    });
    await inSteps(places, (record) => ({ write: "put", kind: "thread-place", record }));
    const begin = () => app.call("POST", threadsPath(id), { as: owner, body: { text: "Q" } });
    expect((await begin()).status).toBe(201);
    expect(await begin()).toMatchObject({ status: 422, body: { code: "too-many-threads" } });
    expect((await reply(first.id, "still possible")).status).toBe(201);
    await owner.api.deleteThread({ params: { threadId: first.id } });
    expect((await begin()).status).toBe(201);
    await inSteps(places, (record) => ({ write: "remove", kind: "thread-place", record }));
  });
});

describe("a thread is full", () => {
  it("with 500 replies", async () => {
    const { id } = await source();
    const thread = await aLongThread(id, 499, "A");
    expect((await reply(thread, "the last")).status).toBe(201);
    expect(await reply(thread, "one more")).toMatchObject({ status: 422, body: { code: "thread-full" } });
    expect((await read(thread)).replies).toHaveLength(500);
    const last = (await read(thread)).replies.at(-1)?.id ?? "";
    await app.call("DELETE", `/threads/${thread}/replies/${last}`, { as: owner });
    expect((await reply(thread, "again")).status).toBe(201);
  });

  it("with 300,000 bytes of text, also by an edit, and is kept and read whole until then", async () => {
    const { id } = await source();
    const wide = "名".repeat(10_000);
    const thread = await aLongThread(id, 9, wide);
    expect((await patch(thread, { text: "名".repeat(9_999) })).status).toBe(200);
    expect((await reply(thread, "abc")).status).toBe(201);
    expect(await reply(thread, "d")).toMatchObject({ status: 422, body: { code: "thread-full" } });
    expect(await patch(thread, { text: wide })).toMatchObject({ status: 422, body: { code: "thread-full" } });
    const { replies } = await read(thread);
    expect(replies.every(({ text }) => text === wide || text === "abc")).toBe(true);
  });

  it("and many such come in pages that fit into a reply", async () => {
    const { id } = await source();
    const text = "\u0001".repeat(10_000);
    const ids = await Promise.all(Array.from({ length: 6 }, () => aLongThread(id, 29, text)));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = cursor === null ? {} : { cursor };
      const page = await app.call("GET", threadsPath(id), { as: owner, query });
      expect(JSON.stringify(page.text).length).toBeLessThan(5_900_000);
      const { items, nextCursor } = page.body as { items: { id: string }[]; nextCursor: string | null };
      seen.push(...items.map((one) => one.id));
      cursor = nextCursor;
    } while (cursor !== null);
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });
});

describe("at once", () => {
  it("two resolve a thread: both are answered, it happened once", async () => {
    const { id } = await source();
    const thread = await post(id, "Q");
    const replies = await Promise.all([
      patch(thread.id, { resolved: true }),
      patch(thread.id, { resolved: true }),
    ]);
    expect(replies.map(({ status, body }) => [status, (body as { resolved: boolean }).resolved])).toEqual([
      [200, true],
      [200, true],
    ]);
    expect((await read(thread.id)).version).toBe(2);
    const { items } = await app.store.activity("data-source", id, null, 10);
    expect(items.filter(({ action }) => action === "thread:resolve")).toHaveLength(1);
    const stale = await patch(thread.id, { resolved: false }, { "if-match": '"1"' });
    expect(stale).toMatchObject({ status: 412, body: { code: "version-mismatch" } });
  });

  it("five reply: none is lost", async () => {
    const { id } = await source();
    const thread = await post(id, "Q");
    const texts = ["a", "b", "c", "d", "e"];
    const replies = await Promise.all(texts.map((text) => reply(thread.id, text)));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect((await read(thread.id)).replies.map(({ text }) => text).toSorted()).toEqual(texts);
    await expectSound(app);
  });

  it("one edits and one deletes it: the edit is done before or is not found", async () => {
    const { id } = await source();
    const thread = await post(id, "Q");
    const [edited, removed] = await Promise.all([
      patch(thread.id, { text: "edited" }),
      app.call("DELETE", `/threads/${thread.id}`, { as: owner }),
    ]);
    expect(removed.status).toBe(204);
    expect([200, 404]).toContain(edited.status);
    expect((await app.call("GET", threadsPath(id), { as: owner })).body).toMatchObject({ items: [] });
    await expectSound(app);
  });

  it("one replies and one resolves: it stands once in the list, resolved and replied to", async () => {
    const { id } = await source();
    const thread = await post(id, "Q");
    app.clock.advance(1000);
    await Promise.all([reply(thread.id, "A"), patch(thread.id, { resolved: true })]);
    const { items } = await owner.api.listThreads({ params: { dataSourceId: id } });
    expect(items).toMatchObject([{ id: thread.id, resolved: true, replies: [{ text: "A" }] }]);
    await expectSound(app);
  });
});

describe("the counts of threads", () => {
  it("are those of the threads' last places, however often a thread was met while it moved", () => {
    const event = fc.record({
      thread: fc.nat(5),
      column: fc.constantFrom("col_1", "col_2", null),
      resolved: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const places = events.map(({ thread, column, resolved }, index) => ({
          dataSourceId: "ds_1",
          threadId: `thr_${thread}`,
          columnId: column,
          columnName: column,
          resolved,
          lastActivityAt: String(index).padStart(4, "0"),
        }));
        const last = new Map(places.map((place) => [place.threadId, place]));
        for (const columnId of ["col_1", "col_2"]) {
          const of = [...last.values()].filter((place) => place.columnId === columnId);
          const resolved = of.filter((place) => place.resolved).length;
          const expected = of.length === 0 ? undefined : { open: of.length - resolved, resolved };
          expect(threadCounts(places).get(columnId)).toEqual(expected);
        }
      }),
    );
  });
});
