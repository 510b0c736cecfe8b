import { describe, expect, it } from "vitest";
import type { RouteContract } from "#contracts/http/route.ts";
import { routes } from "#contracts/http/routes.ts";
import { matchRoute } from "#local/server/match-route.ts";
import { anApp } from "#test/support/app.ts";
import { aPersona, everyPermission } from "#test/support/personas.ts";

const app = await anApp();
const contracts = Object.entries<RouteContract>(routes);
const filled = (path: string): string => path.replaceAll(/\{[^}]+\}/g, "some-id");
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** Paths with the methods that they have; a fixed path also has those of the parameter that stands in its place. */
const paths = new Set(contracts.map(([, { path }]) => path));
const missing = [...paths].flatMap((path) => {
  const takes = (method: string): boolean => matchRoute(method, filled(path)).routeKey !== "$default";
  const allowed = [...new Set(contracts.map(([, { method }]) => method))].filter(takes);
  const others = methods.filter((method) => !takes(method));
  return others.map((method) => ({ method, path, allowed: allowed.toSorted() }));
});

describe("every route", () => {
  const authenticated = contracts.filter(([, { authenticated }]) => authenticated);

  it.each(authenticated)("%s answers 401 without credentials", async (_, { method, path }) => {
    const reply = await app.call(method, filled(path));
    expect(reply).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
  });

  const open = contracts.filter(
    ([, { authenticated, signedBody, browser }]) => !authenticated && !signedBody && !browser,
  );

  it.each(open.filter(([, { body }]) => body === undefined))(
    "%s answers without credentials",
    async (_, { method, path }) => {
      expect((await app.call(method, path)).status).toBe(200);
    },
  );

  it.each(open.filter(([, { body }]) => body !== undefined))(
    "%s asks for an invitation instead of credentials",
    async (_, { method, path }) => {
      const reply = await app.call(method, path, { body: { token: "rvi_none", keyName: "laptop" } });
      expect(reply).toMatchObject({ status: 401, body: { code: "invitation-invalid" } });
    },
  );

  it.each(contracts.filter(([, { signedBody }]) => signedBody))(
    "%s asks for a signature",
    async (_, { method, path }) => {
      const reply = await app.call(method, filled(path));
      expect(reply).toMatchObject({ status: 401, body: { code: "webhook-signature-invalid" } });
    },
  );

  it("that needs neither credentials nor a signature is one of four", () => {
    expect(open.map(([id]) => id).toSorted()).toEqual([
      "acceptInvitation",
      "getHealth",
      "getOpenapi",
      "listSignInProviders",
    ]);
  });

  it.each(authenticated.filter(([, { body }]) => body !== undefined))(
    "%s asks for credentials before it looks at the body",
    async (_, { method, path }) => {
      expect((await app.call(method, filled(path), { raw: "{ broken" })).status).toBe(401);
    },
  );

  it.each(authenticated.filter(([, { params }]) => params !== undefined))(
    "%s answers 404 for an id that names nothing, to an administrator too",
    async (id, { method, path, body }) => {
      const as = await aPersona(app, { permissions: everyPermission });
      const bodies: Readonly<Record<string, unknown>> = {
        updateDictionary: { changes: [{ column: "a" }] },
        replaceDictionary: { columns: [] },
        analyzeDataSource: { columns: ["a"] },
        addTags: { tags: ["a"] },
        addMember: { principal: { type: "user", id: "usr_1" }, role: "owner" },
        setSubscriptionPolicy: { kind: "anyone", discoverable: true },
        createQuery: { name: "a", sql: "select 1" },
        createThread: { text: "a" },
        createReply: { text: "a" },
        createAccessRequest: { reason: "a" },
        denyAccessRequest: { reason: "a" },
        updateReply: { text: "a" },
        updateIntegration: { webhookSecret: "a" },
        setUserAttribute: { values: ["a"] },
        setGroupAttribute: { values: ["a"] },
        createUserKey: { name: "a" },
        addConnectionMember: { principal: { type: "user", id: "usr_1" }, role: "owner" },
      };
      const sent = body === undefined ? {} : { body: bodies[id] ?? {} };
      const reply = await app.call(method, filled(path), { as, ...sent });
      expect(reply).toMatchObject({ status: 404, body: { code: "not-found" } });
    },
  );
});

describe("a path", () => {
  it.each(missing)(
    "$path answers 405 to $method and says what it takes",
    async ({ method, path, allowed }) => {
      const reply = await app.call(method, filled(path));
      expect(reply).toMatchObject({ status: 405, body: { code: "method-not-allowed" } });
      expect(reply.headers["allow"]?.split(", ").toSorted()).toEqual(allowed);
    },
  );

  it.each([
    "/",
    "/nothing",
    "/Health",
    "/health/",
    "/data-sources/",
    "/data-sources/a/nothing",
    "/openapiXjson",
    "/connections/a/members/b/c",
  ])("%s that does not exist answers 404", async (path) => {
    expect(await app.call("GET", path)).toMatchObject({ status: 404, body: { code: "not-found" } });
  });
});

describe("GET /openapi.json", () => {
  it("describes every route", async () => {
    const { body } = await app.call("GET", "/openapi.json");
    const described = Object.entries(
      (body as { paths: Record<string, Record<string, unknown>> }).paths,
    ).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const expected = contracts.map(([, { method, path }]) => `${method} ${path}`);
    expect(new Set(described)).toEqual(new Set(expected));
  });
});
