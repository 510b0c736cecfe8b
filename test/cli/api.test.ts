import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startScriptedServer,
  type Answer,
  type Received,
  type ScriptedServer,
} from "#test/support/scripted-server.ts";
import { configDirectory, runReeve } from "./run-reeve.ts";

const directory = configDirectory();
let server: ScriptedServer;
let answer: (request: Received) => Answer;

beforeAll(async () => {
  server = await startScriptedServer((request) => answer(request));
});
afterAll(() => server.stop());

const api = (args: readonly string[], input = "") =>
  runReeve(["api", ...args], {
    input,
    env: { XDG_CONFIG_HOME: directory, REEVE_URL: server.url, REEVE_API_KEY: "rv_key_apisecret" },
  });

const sent = (): readonly [string | undefined, string | undefined, unknown] => {
  const last = server.received.at(-1);
  return [last?.method, last?.url, last?.body === "" ? undefined : JSON.parse(last?.body ?? "null")];
};

describe("reeve api", () => {
  it("sends any request, also one that no contract describes", async () => {
    answer = () => ({ body: { ok: true } });
    const path = "/nothing/{accountId}/{projectId}/{environmentId}";
    const params = ["-P", "accountId=1", "-P", "projectId=10", "-P", "environmentId=100"];
    const ended = await api([path, "-X", "PUT", ...params, "-d", "apiKey=dbtc_1=2"]);
    expect(ended).toMatchObject({ code: 0, stdout: '{\n  "ok": true\n}\n', stderr: "" });
    expect(sent()).toEqual(["PUT", "/nothing/1/10/100", { apiKey: "dbtc_1=2" }]);
  });

  it("shapes what a contract describes, and takes the rest from files and standard input", async () => {
    answer = () => ({ status: 201, body: {} });
    const file = join(directory, "config.json");
    writeFileSync(file, '{"host":"db","port":1,"database":"shop"}');
    const fields = [
      "name=shop",
      "technology=postgresql",
      `config:=@${file}`,
      "credentials.username=u",
      "credentials.password=@-",
    ];
    expect((await api(["/connections", ...fields.flatMap((one) => ["-d", one])], "p=1")).code).toBe(0);
    expect(sent()).toEqual([
      "POST",
      "/connections",
      {
        name: "shop",
        technology: "postgresql",
        config: { host: "db", port: 1, database: "shop" },
        credentials: { username: "u", password: "p=1" },
      },
    ]);
  });

  it("sends nothing where a field does not fit, and names it", async () => {
    const before = server.received.length;
    const ended = await api(["/connections", "-d", "technology=postgresql", "-d", "config.port=many"]);
    expect(ended).toMatchObject({ code: 2, stdout: "", stderr: "reeve: config.port: must be a number\n" });
    const missing = await api(["/tags", "-d", "description=x", "-d", "nme=y"]);
    expect(missing).toMatchObject({
      code: 2,
      stderr: "reeve: nme: is not a known field (name, description)\n",
    });
    expect(server.received.length).toBe(before);
  });

  it("carries version and idempotency key", async () => {
    answer = () => ({ status: 204, headers: { "content-type": "" } });
    const ended = await api([
      "/data-sources/ds_1",
      "-X",
      "DELETE",
      "--if-match",
      "7",
      "--idempotency-key",
      "k",
    ]);
    expect(ended).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(server.received.at(-1)?.headers).toMatchObject({ "if-match": "7", "idempotency-key": "k" });
  });

  it("prints a refusal as the service answered it, tells it on stderr, and ends with 1", async () => {
    const problem = {
      type: "https://reeve.dev/errors/tag-name-taken",
      title: "A tag has this name",
      status: 409,
      detail: "A tag has this name",
      instance: "req-9",
      code: "tag-name-taken",
    };
    answer = () => ({ status: 409, headers: { "content-type": "application/problem+json" }, body: problem });
    const ended = await api(["/tags", "-d", "name=a"]);
    expect(ended).toMatchObject({
      code: 1,
      stderr: "reeve: A tag has this name (409 tag-name-taken)\n  request: req-9\n",
    });
    expect(JSON.parse(ended.stdout)).toEqual(problem);
    expect(await api(["/tags", "-d", "name=a", "-o", "table"])).toMatchObject({ code: 1, stdout: "" });
  });

  it("draws a list as table or tab-separated values, and one thing by its fields", async () => {
    answer = () => ({
      body: {
        items: [
          { name: "a", n: 1 },
          { name: "b", deep: { x: [1] } },
        ],
        nextCursor: null,
      },
    });
    expect((await api(["/tags", "-o", "table"])).stdout).toBe('NAME  N  DEEP\na     1\nb        {"x":[1]}\n');
    expect((await api(["/tags", "-o", "tsv"])).stdout).toBe('name\tn\tdeep\na\t1\t\nb\t\t{"x":[1]}\n');
    answer = () => ({ body: { status: "ok", version: "1" } });
    expect((await api(["/health", "-o", "table"])).stdout).toBe("status   ok\nversion  1\n");
  });

  it("follows a list to its end", async () => {
    answer = ({ url }) => {
      const cursor = new URL(url, "http://x").searchParams.get("cursor");
      return { body: cursor === null ? { items: [1], nextCursor: "two" } : { items: [2], nextCursor: null } };
    };
    const ended = await api(["/tags", "-q", "limit=1", "--all"]);
    expect(JSON.parse(ended.stdout)).toEqual({ items: [1, 2], nextCursor: null });
    expect(server.received.slice(-2).map(({ url }) => url)).toEqual([
      "/tags?limit=1",
      "/tags?limit=1&cursor=two",
    ]);
    expect((await api(["/tags", "-d", "name=x", "--all"])).code).toBe(2);
  });

  it("prints what is no JSON as it is", async () => {
    answer = () => ({ body: "plain words" });
    expect(await api(["/words"])).toMatchObject({ code: 0, stdout: "plain words\n" });
  });
});
