import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { reeveClient, type ReeveClient } from "#client/client.ts";
import { InvalidRequest } from "#client/path.ts";
import { routes } from "#contracts/http/routes.ts";
import { matchRoute } from "#local/server/match-route.ts";
import {
  startScriptedServer,
  type Answer,
  type Received,
  type ScriptedServer,
} from "#test/support/scripted-server.ts";

const apiKey = "rv_key_clientsecret";
let server: ScriptedServer | undefined;

async function clientOf(answer: (request: Received) => Answer, path = ""): Promise<ReeveClient> {
  server = await startScriptedServer(answer);
  return reeveClient({ baseUrl: server.url + path, apiKey });
}

const last = (): Received => {
  const found = server?.received.at(-1);
  if (found === undefined) throw new Error("nothing was received");
  return found;
};

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

describe("the client's methods", () => {
  it("are one for each operation of the contracts", async () => {
    const client = await clientOf(() => ({}));
    expect(Object.keys(client).sort()).toEqual([...Object.keys(routes), "send"].sort());
  });

  it("send method, path, key and body, and give the answer", async () => {
    const connection = { id: "con_1", name: "shop", version: 1 };
    const client = await clientOf(() => ({ status: 201, body: connection }));
    const body = {
      name: "shop",
      technology: "postgresql",
      config: { host: "db", port: 5432, database: "shop" },
      credentials: { username: "u", password: "p" },
    } as const;
    expect(await client.createConnection({ body, idempotencyKey: "once" })).toEqual(connection);
    const { method, url, headers } = last();
    expect([method, url]).toEqual(["POST", "/connections"]);
    expect(headers).toMatchObject({
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      "idempotency-key": "once",
    });
    expect(JSON.parse(last().body)).toEqual(body);
  });

  it("say which version they saw", async () => {
    const client = await clientOf(() => ({ status: 204, headers: { "content-type": "" } }));
    const params = { dataSourceId: "ds_1" };
    expect(await client.deleteDataSource({ params, ifMatch: 7 })).toBeUndefined();
    expect(last().headers["if-match"]).toBe('"7"');
    await client.deleteDataSource({ params });
    expect(last().headers["if-match"]).toBeUndefined();
  });

  it("repeat a filter that has several values, and leave out what is undefined", async () => {
    const client = await clientOf(() => ({ body: { items: [], nextCursor: null } }));
    await client.listDataSources({ query: { tag: ["a b", "c&d"], search: "ü", health: "healthy" } });
    const query = new URL(last().url, "http://x").searchParams;
    expect(query.getAll("tag")).toEqual(["a b", "c&d"]);
    expect([...query.keys()]).toEqual(["tag", "tag", "search", "health"]);
  });

  it("send no key where there is none", async () => {
    server = await startScriptedServer(() => ({ body: { status: "ok", version: "1" } }));
    await reeveClient({ baseUrl: server.url }).getHealth();
    expect(last().headers.authorization).toBeUndefined();
  });

  it("keep a path that the base URL has, with or without a closing slash", async () => {
    const client = await clientOf(() => ({ body: { status: "ok", version: "1" } }), "/prod/");
    await client.getHealth();
    expect(last().url).toBe("/prod/health");
  });

  it("take any fetch", async () => {
    const asked: string[] = [];
    const client = reeveClient({
      baseUrl: "https://reeve.test",
      fetch: (input) => {
        asked.push(input instanceof Request ? input.url : String(input));
        return Promise.resolve(Response.json({ status: "ok", version: "9" }));
      },
    });
    expect(await client.getHealth()).toEqual({ status: "ok", version: "9" });
    expect(asked).toEqual(["https://reeve.test/health"]);
  });

  it("keep what a newer service says beyond the contract", async () => {
    const client = await clientOf(() => ({ body: { status: "ok", version: "9", more: 1 } }));
    expect(await client.getHealth()).toHaveProperty("more", 1);
  });
});

describe("path parameters", () => {
  it("arrive as they were given, whatever they hold", async () => {
    const client = await clientOf(() => ({ status: 204, headers: { "content-type": "" } }));
    const text = fc
      .string({ unit: "binary", minLength: 1 })
      .filter((one) => one !== "." && one !== ".." && one.isWellFormed());
    await fc.assert(
      fc.asyncProperty(text, text, async (dataSourceId, name) => {
        await client.removeTag({ params: { dataSourceId, name } });
        const { pathname } = new URL(last().url, "http://x");
        expect(matchRoute("DELETE", pathname)).toMatchObject({
          routeKey: "DELETE /data-sources/{dataSourceId}/tags/{name}",
          pathParameters: { dataSourceId, name },
        });
      }),
      { numRuns: 100 },
    );
  });

  it.each(["", ".", "..", "\ud800"])(
    "that no path can carry (%j) are refused before anything is sent",
    async (id) => {
      const client = await clientOf(() => ({ body: {} }));
      await expect(client.getDataSource({ params: { dataSourceId: id } })).rejects.toThrow(InvalidRequest);
      expect(server?.received).toEqual([]);
    },
  );
});

describe("the client's options", () => {
  it.each(["", "reeve.example.com", "ftp://x", "http://me:pass@x", "/local"])(
    "refuse the base URL %j",
    (baseUrl) => {
      expect(() => reeveClient({ baseUrl })).toThrow("must be like https://reeve.example.com");
    },
  );

  it("refuse a key that no header can carry, without showing it", () => {
    for (const bad of ["two words", "line\nbreak", "schlüssel", ""]) {
      expect(() => reeveClient({ baseUrl: "http://x", apiKey: bad })).toThrow(
        /visible ASCII(?!.*(?:two|schl))/,
      );
    }
  });
});
