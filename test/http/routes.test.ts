import { describe, expect, it } from "vitest";
import type { RouteContract } from "#contracts/http/route.ts";
import { routes } from "#contracts/http/routes.ts";
import { anApp } from "#test/support/app.ts";
import { aPersona, everyPermission } from "#test/support/personas.ts";

const app = await anApp();
const contracts = Object.entries<RouteContract>(routes);
const filled = (path: string): string => path.replaceAll(/\{[^}]+\}/g, "some-id");
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** Whether a path is one of a route's: `/data-sources/bulk` is one of `/data-sources/{dataSourceId}` too. */
const isOf = (path: string, pattern: string): boolean =>
  new RegExp(`^${pattern.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`).test(filled(path));

/** Paths with the methods that they do not have. */
const missing = [...new Set(contracts.map(([, { path }]) => path))].flatMap((path) => {
  const allowed = contracts.filter(([, one]) => isOf(path, one.path)).map(([, { method }]) => method);
  const others = methods.filter((method) => !allowed.some((one) => one === method));
  return others.map((method) => ({ method, path, allow: allowed.join(", ") }));
});

describe("every route", () => {
  const authenticated = contracts.filter(([, { authenticated }]) => authenticated);

  it.each(authenticated)("%s answers 401 without credentials", async (_, { method, path }) => {
    const reply = await app.call(method, filled(path));
    expect(reply).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
  });

  it.each(contracts.filter(([, { authenticated }]) => !authenticated))(
    "%s answers without credentials",
    async (_, { method, path }) => {
      expect((await app.call(method, path)).status).toBe(200);
    },
  );

  it("that needs credentials is one of most: only two are open", () => {
    expect(contracts.length - authenticated.length).toBe(2);
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
        addTags: { tags: ["a"] },
        createQuery: { name: "a", sql: "select 1" },
        addConnectionMember: { principal: { type: "user", id: "usr_1" }, role: "owner" },
      };
      const sent = body === undefined ? {} : { body: bodies[id] ?? {} };
      const reply = await app.call(method, filled(path), { as, ...sent });
      expect(reply).toMatchObject({ status: 404, body: { code: "not-found" } });
    },
  );
});

describe("a path", () => {
  it.each(missing)("$path answers 405 to $method and says what it takes", async ({ method, path, allow }) => {
    const reply = await app.call(method, filled(path));
    expect(reply).toMatchObject({ status: 405, headers: { allow }, body: { code: "method-not-allowed" } });
  });

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
