import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aConnection, aPersona, aRemoteTable, connectionBody } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const as = await aPersona(app, { permissions: ["GOVERNANCE", "CREATE_DATA_SOURCE"] });
const connection = await aConnection(as);
const postTag = (raw: string | Buffer, headers: Readonly<Record<string, string>> = {}) =>
  app.call("POST", "/tags", { as, raw, headers });

/** The places that a refusal names. */
const placesOf = (body: unknown): readonly string[] =>
  ((body as { errors?: readonly { in: string; pointer: string }[] }).errors ?? [])
    .map(({ in: where, pointer }) => `${where} ${pointer}`)
    .toSorted();

describe("a body", () => {
  it.each([
    ["broken", "{ broken"],
    ["absent", ""],
    ["cut off", '{"name":"a'],
    ["two documents", '{"name":"a"}{"name":"b"}'],
    ["JavaScript", "{name:'a'}"],
  ])("that is %s is malformed JSON", async (_, raw) => {
    expect(await postTag(raw)).toMatchObject({ status: 400, body: { code: "malformed-json" } });
  });

  it("that is not UTF-8 is malformed JSON", async () => {
    const raw = Buffer.from([...Buffer.from('{"name":"'), 0xff, ...Buffer.from('"}')]);
    const reply = await app.call("POST", "/tags", { as, raw, base64: true });
    expect(reply).toMatchObject({ status: 400, body: { code: "malformed-json" } });
  });

  it.each(["null", "[]", '"text"', "1", "true"])(
    "%s instead of an object is invalid as a whole",
    async (raw) => {
      const { status, body } = await postTag(raw);
      expect(status).toBe(400);
      expect(placesOf(body)).toEqual(["body "]);
    },
  );

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    "application/problem+json",
    "",
  ])("of type %j is refused", async (type) => {
    const reply = await postTag('{"name":"a"}', { "content-type": type });
    expect(reply).toMatchObject({ status: 415, body: { code: "unsupported-media-type" } });
  });

  it.each([
    "application/json",
    "APPLICATION/JSON",
    "application/json;charset=utf-8",
    "application/json ; x=y",
  ])("of type %s is read", async (type) => {
    const reply = await postTag(JSON.stringify({ name: unique("t") }), { "content-type": type });
    expect(reply.status).toBe(201);
  });

  it("that the gateway hands over as base64 is read alike", async () => {
    const body = { name: unique("täg 🐘 ") };
    const reply = await app.call("POST", "/tags", { as, body, base64: true });
    expect(reply).toMatchObject({ status: 201, body });
  });

  it("in which nothing may be said may be absent or empty, and is refused for whatever else it holds", async () => {
    const test = (raw: string, headers = {}) =>
      app.call("POST", `/connections/${connection.id}/test`, { as, raw, headers });
    for (const raw of ["", "{}", " {} "]) expect(await test(raw)).toMatchObject({ status: 200 });
    for (const raw of ["{ broken", " ", "{}{}"]) {
      expect(await test(raw)).toMatchObject({ status: 400, body: { code: "malformed-json" } });
    }
    const surplus = await test('{"dryRun":true,"a/b":1}');
    expect(surplus).toMatchObject({ status: 400, body: { code: "invalid-request" } });
    expect(placesOf(surplus.body)).toEqual(["body /a~1b", "body /dryRun"]);
    for (const raw of ["null", "[]", "1"]) expect(placesOf((await test(raw)).body)).toEqual(["body "]);
    expect((await test("{}", { "content-type": "text/plain" })).status).toBe(415);
    expect((await test(" ".repeat(1_048_577))).status).toBe(413);
  });

  it("of exactly 1 MiB is read, and of one byte more is too large, plain or base64", async () => {
    const start = '{"name":"';
    const full = `${start}${"x".repeat(1_048_576 - start.length - 2)}"}`;
    expect(full).toHaveLength(1_048_576);
    for (const base64 of [false, true]) {
      const fits = await app.call("POST", "/tags", { as, raw: full, base64 });
      expect(fits).toMatchObject({ status: 400, body: { code: "invalid-request" } });
      const large = await app.call("POST", "/tags", { as, raw: `${full} `, base64 });
      expect(large).toMatchObject({ status: 413, body: { code: "body-too-large" } });
    }
  });

  it("is measured in bytes, not in characters", async () => {
    const raw = JSON.stringify({ name: "€".repeat(400_000) });
    expect((await postTag(raw)).status).toBe(413);
  });

  it("is not asked for where every field is optional", async () => {
    const { schema, table } = await aRemoteTable();
    const source = await as.api.createDataSource({ body: { connectionId: connection.id, schema, table } });
    expect((await app.call("POST", `/data-sources/${source.id}/checks`, { as })).status).toBe(202);
  });
});

describe("what is invalid", () => {
  it("is named in full: unknown, missing, mistyped and oversized fields, each by its JSON pointer", async () => {
    const { config, credentials } = connectionBody();
    const { status, body } = await app.call("POST", "/connections", {
      as,
      body: {
        name: "x".repeat(201),
        technology: "postgresql",
        surplus: 1,
        "a/b~c": 2,
        config: { ...config, host: "a host", port: "5432", sslmode: "require" },
        credentials: { username: credentials.username },
      },
    });
    expect({ status, code: (body as { code: string }).code }).toEqual({
      status: 400,
      code: "invalid-request",
    });
    expect(placesOf(body)).toEqual([
      "body /a~1b~0c",
      "body /config/host",
      "body /config/port",
      "body /config/sslmode",
      "body /credentials/password",
      "body /name",
      "body /surplus",
    ]);
  });

  it.each([
    ["a technology that nobody knows", { technology: "oracle" }, "/technology"],
    ["a name of blanks", { name: "   " }, "/name"],
    ["a name with a control character", { name: "a\u0007b" }, "/name"],
    ["a name that is too long once it is composed", { name: "\u0958".repeat(200) }, "/name"],
    ["a name that is a number", { name: 7 }, "/name"],
    ["a port out of range", { config: { host: "h", port: 65_536, database: "d" } }, "/config/port"],
    ["a port that is not whole", { config: { host: "h", port: 1.5, database: "d" } }, "/config/port"],
    ["a socket as a host", { config: { host: "/run/postgresql", port: 1, database: "d" } }, "/config/host"],
    ["a list of hosts", { config: { host: "a,b", port: 1, database: "d" } }, "/config/host"],
    ["a host as a URL", { config: { host: "http://a", port: 1, database: "d" } }, "/config/host"],
    [
      "a host of 254 characters",
      { config: { host: "a".repeat(254), port: 1, database: "d" } },
      "/config/host",
    ],
    ["an unknown TLS mode", { config: { host: "h", port: 1, database: "d", tls: "prefer" } }, "/config/tls"],
  ])("names the place of %s", async (_, given, pointer) => {
    const { status, body } = await app.call("POST", "/connections", {
      as,
      body: { ...connectionBody(), ...given },
    });
    expect(status).toBe(400);
    expect(placesOf(body)).toContain(`body ${pointer}`);
  });

  it("is half a surrogate pair in free text", async () => {
    const body = { name: "T", description: "a\ud800b" };
    const reply = await app.call("POST", "/tags", { as, body });
    expect(reply.status).toBe(400);
    expect(placesOf(reply.body)).toEqual(["body /description"]);
  });

  it("in query and body is told at once", async () => {
    const { body } = await app.call("POST", "/connections", { as, query: { dry: "1" }, body: {} });
    expect(placesOf(body)).toEqual(expect.arrayContaining(["body /technology", "query /dry"]));
  });

  it("is told without the values that were sent", async () => {
    const reply = await app.call("POST", "/connections", {
      as,
      body: {
        ...connectionBody(),
        technology: "distinctive-technology",
        credentials: { username: "u", password: ["distinctive-password"] },
      },
    });
    expect(reply.status).toBe(400);
    expect(reply.text).not.toContain("distinctive");
  });
});

describe("a query", () => {
  const list = (query: Readonly<Record<string, string | readonly string[]>>) =>
    app.call("GET", "/data-sources", { as, query });

  it.each([
    ["limit", "0"],
    ["limit", "201"],
    ["limit", "-1"],
    ["limit", "1.5"],
    ["limit", "many"],
    ["limit", ""],
    ["limit", ["1", "2"]],
    ["cursor", ""],
    ["cursor", "x".repeat(1025)],
    ["health", "green"],
    ["status", ["enabled", "lost"]],
    ["technology", "oracle"],
    ["origin", "made-up"],
    ["sort", "age"],
    ["sort", ["name", "-createdAt"]],
    ["search", ""],
    ["search", "x".repeat(201)],
    ["unknown", "1"],
    ["__proto__", "1"],
  ])("with %s=%j is invalid, and says where", async (name, value) => {
    const { status, body } = await list({ [name]: value });
    expect({ status, code: (body as { code: string }).code }).toEqual({
      status: 400,
      code: "invalid-request",
    });
    expect(placesOf(body).every((place) => place.startsWith(`query /${name}`))).toBe(true);
    expect(placesOf(body)).not.toEqual([]);
  });

  it.each(["1", "200"])("with limit=%s is within the bounds", async (limit) => {
    expect((await list({ limit })).status).toBe(200);
  });

  it.each(["/me", "/settings", "/health"])("that %s does not know is invalid", async (path) => {
    const { status, body } = await app.call("GET", path, { as, query: { verbose: "1" } });
    expect(status).toBe(400);
    expect(placesOf(body)).toEqual(["query /verbose"]);
  });
});

describe("a path", () => {
  it.each(["..", "%2e%2e", "a%2Fb", "%00", "%ff", "x".repeat(201), "é", "con_1 or 1=1", "🐘"])(
    "with the id %j is not found or invalid, and never an error of ours",
    async (id) => {
      const { status } = await app.call("GET", `/connections/${id}`, { as });
      expect([400, 404]).toContain(status);
    },
  );
});
