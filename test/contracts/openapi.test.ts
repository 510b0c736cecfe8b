import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { problemsOf, type RouteContract } from "#contracts/http/route.ts";
import { routeGroups, routes } from "#contracts/http/routes.ts";
import { problemCodes } from "#contracts/problems.ts";
import { openapiDocument } from "../../scripts/openapi-document.ts";

const root = new URL("../../", import.meta.url);
const contracts = Object.entries<RouteContract>(routes);

describe("contracts", () => {
  it("make the committed openapi.json, to the letter (npm run openapi)", () => {
    expect(openapiDocument()).toBe(readFileSync(new URL("openapi.json", root), "utf8"));
  });

  it("name each operation once, over all groups", () => {
    const ids = Object.values(routeGroups).flatMap((group) => Object.keys(group));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(contracts.map(([id]) => id).sort());
  });

  it("take each method and path once", () => {
    const keys = contracts.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{[^}]+\}/g, "{}")}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(contracts)("%s declares every parameter of its path, and no other", (_, { path, params }) => {
    const named = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]).sort();
    expect(Object.keys(params?.shape ?? {}).sort()).toEqual(named);
  });

  it("lists page in one way", () => {
    const lists = contracts.filter(([id]) => id.startsWith("list") || id === "getDictionary");
    for (const [id, { query }] of lists)
      expect(Object.keys(query?.shape ?? {}), id).toEqual(expect.arrayContaining(["limit", "cursor"]));
  });
});

describe("problem codes", () => {
  it.each(problemCodes)("%s has a page that names it", (code) => {
    expect(readFileSync(new URL(`docs/errors/${code}.md`, root), "utf8")).toContain(`# ${code}`);
  });

  it("can each be met: by a route, by the edge, or in a job", () => {
    const met = new Set<string>(contracts.flatMap(([, contract]) => problemsOf(contract)));
    const inJobs = ["job-dead-lettered", "dbt-artifact-invalid", "dbt-run-not-found", "dbt-run-unusable"];
    const elsewhere = ["method-not-allowed", "not-found", ...inJobs];
    expect(problemCodes.filter((code) => !met.has(code) && !elsewhere.includes(code))).toEqual([]);
  });
});
