import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import { reeveClient, type ReeveClient } from "#client/client.ts";
import { items, pages } from "#client/paging.ts";
import { startScriptedServer, type ScriptedServer } from "#test/support/scripted-server.ts";

let server: ScriptedServer | undefined;

/** A list of tags in pages of `limit`, whose cursor is the position. */
async function clientOf(names: readonly string[]): Promise<ReeveClient> {
  server = await startScriptedServer(({ url }) => {
    const query = new URL(url, "http://x").searchParams;
    const from = Number(query.get("cursor") ?? 0);
    const to = from + Number(query.get("limit") ?? 50);
    return {
      body: {
        items: names.slice(from, to).map((name) => ({ name })),
        nextCursor: to < names.length ? String(to) : null,
      },
    };
  });
  return reeveClient({ baseUrl: server.url });
}

async function collected<T>(sequence: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const one of sequence) found.push(one);
  return found;
}

const queries = (): readonly string[] => (server?.received ?? []).map(({ url }) => url);

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

describe("a list", () => {
  it("gives every item once and in order, over all pages, with the same filters", async () => {
    const names = Array.from({ length: 25 }, (_, index) => `tag-${index}`);
    const client = await clientOf(names);
    const seen: string[] = [];
    for await (const { name } of items(client.listTags, { query: { limit: 10 } })) seen.push(name);
    expect(seen).toEqual(names);
    expect(queries()).toEqual(["/tags?limit=10", "/tags?limit=10&cursor=10", "/tags?limit=10&cursor=20"]);
  });

  it("goes on behind a page without items that has a cursor", async () => {
    server = await startScriptedServer(({ url }) => {
      const last = new URL(url, "http://x").searchParams.get("cursor") === "on";
      return {
        body: last ? { items: [{ name: "late" }], nextCursor: null } : { items: [], nextCursor: "on" },
      };
    });
    const client = reeveClient({ baseUrl: server.url });
    expect(await collected(items(client.listTags, {}))).toEqual([{ name: "late" }]);
  });

  it("asks for no page that nobody wants", async () => {
    const client = await clientOf(["a", "b", "c"]);
    for await (const page of pages(client.listTags, { query: { limit: 1 } })) {
      expect(page.items).toHaveLength(1);
      break;
    }
    expect(queries()).toEqual(["/tags?limit=1"]);
  });

  it("that is empty is one page without items", async () => {
    const client = await clientOf([]);
    expect(await collected(pages(client.listTags, {}))).toEqual([{ items: [], nextCursor: null }]);
  });

  it("that answers the same cursor for ever is given up", async () => {
    server = await startScriptedServer(() => ({ body: { items: [], nextCursor: "again" } }));
    const client = reeveClient({ baseUrl: server.url });
    await expect(collected(items(client.listTags, {}))).rejects.toThrow("it would never end");
    expect(server.received.length).toBe(2);
  });

  it("is typed by its contract, as every method is", () => {
    type Tag = Awaited<ReturnType<ReeveClient["createTag"]>>;
    expectTypeOf<Tag["version"]>().toEqualTypeOf<number>();
    expectTypeOf<Parameters<ReeveClient["getDataSource"]>[0]>().toExtend<{
      params: { dataSourceId: string };
    }>();
    expectTypeOf<Parameters<ReeveClient["deleteConnection"]>>().not.toExtend<[]>();
    const list = (client: ReeveClient) => items(client.listConnections, {});
    type Item = ReturnType<typeof list> extends AsyncGenerator<infer One, void> ? One : never;
    expectTypeOf<Item["technology"]>().toEqualTypeOf<"postgresql">();
  });
});
