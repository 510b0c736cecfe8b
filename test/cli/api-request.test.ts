import { describe, expect, it } from "vitest";
import { apiRequest, targetOf, type ApiArguments, type ApiRequest } from "#cli/input/api-request.ts";
import { UsageError } from "#cli/failure.ts";
import { InvalidRequest } from "#client/path.ts";

const files: Readonly<Record<string, string>> = {
  "note.md": "# Orders\n\nOne row each.\n",
  "body.json": '{"name":"shop","technology":"postgresql","config":{"host":"db","port":5432,"database":"a"}}',
  "config.json": '{"host":"db","port":5432,"database":"shop"}',
  "broken.json": "{",
  "-": '{"tags":["Sales"]}',
};

function request(path: string, given: Partial<ApiArguments> = {}): ApiRequest {
  const standard = { path, params: [], data: [], query: [], useContract: true };
  return apiRequest({ ...standard, ...given }, (name) => files[name] ?? "");
}

const sent = (path: string, given?: Partial<ApiArguments>): readonly [string, string, unknown] => {
  const made = request(path, given);
  return [made.method, targetOf(made), made.body];
};

describe("the path", () => {
  it("is filled by percent-encoded parameters, whatever the contract calls them", () => {
    const params = ["id=ds/1", "tag=a b#c?d"];
    expect(sent("/data-sources/{id}/tags/{tag}", { method: "DELETE", params })).toEqual([
      "DELETE",
      "/data-sources/ds%2F1/tags/a%20b%23c%3Fd",
      undefined,
    ]);
  });

  it("may be one that no contract has", () => {
    const params = ["accountId=1", "projectId=10", "environmentId=100"];
    const path = "/nothing/{accountId}/{projectId}/{environmentId}";
    expect(sent(path, { method: "PUT", params, data: ["apiKey=s=3"] })).toEqual([
      "PUT",
      "/nothing/1/10/100",
      { apiKey: "s=3" },
    ]);
  });

  it("needs each of its parameters, and no other", () => {
    expect(() => request("/jobs/{a}/{b}", { params: ["b=1"] })).toThrow("-P a=… is missing.");
    expect(() => request("/jobs", { params: ["c=1"] })).toThrow("The path has no {c} to fill.");
    expect(() => request("/jobs/{a}", { params: ["a="] })).toThrow(InvalidRequest);
    expect(() => request("/jobs/{a}", { params: ["=1"] })).toThrow("-P takes name=value.");
  });

  it("never leaves the service that has the key", () => {
    expect(() => request("https://else.where/me")).toThrow(UsageError);
    expect(sent("me")).toEqual(["GET", "/me", undefined]);
    expect(targetOf(request("//else.where/me")).startsWith("/")).toBe(true);
  });

  it("may carry a query, and a # that is part of a name", () => {
    expect(targetOf(request("/jobs?state=failed&state=queued", { query: ["limit=5"] }))).toBe(
      "/jobs?state=failed&state=queued&limit=5",
    );
    expect(targetOf(request("/data-sources/a#b"))).toBe("/data-sources/a%23b");
  });
});

describe("the method", () => {
  it.each<[string, Partial<ApiArguments>, string]>([
    ["/connections", {}, "GET"],
    ["/connections", { query: ["limit=5"] }, "GET"],
    ["/tags", { data: ["name=Sales"] }, "POST"],
    ["/jobs", { data: ["state=failed"] }, "GET"],
    ["/no-contract", { data: ["a=b"] }, "POST"],
    ["/settings", { method: "patch", data: ["preventStatisticsTag=x"] }, "PATCH"],
  ])("of %s with %j is %s", (path, given, method) => {
    expect(request(path, given).method).toBe(method);
  });

  it("must be said where fields could mean several", () => {
    expect(() => request("/connections/con_1", { data: ["name=x"] })).toThrow(
      "/connections/con_1 takes GET, PATCH, DELETE: say which with -X.",
    );
    expect(() => request("/tags", { method: "GE T" })).toThrow('"GE T" is no HTTP method.');
  });
});

describe("fields", () => {
  it("become the types of the contract", () => {
    const data = ["name=shop", "technology=postgresql", "config.host=db", "config.port=5432"];
    const more = ["config.database=007", "credentials.username=u", "credentials.password=12"];
    expect(request("/connections", { data: [...data, ...more] }).body).toEqual({
      name: "shop",
      technology: "postgresql",
      config: { host: "db", port: 5432, database: "007" },
      credentials: { username: "u", password: "12" },
    });
  });

  it("go into the query of a GET, as text, and are held to its contract", () => {
    const data = ["state=failed", "state=queued", "limit=5"];
    expect(sent("/jobs", { data })).toEqual(["GET", "/jobs?state=failed&state=queued&limit=5", undefined]);
    expect(targetOf(request("/jobs", { data: ['state:=["failed","queued"]', "limit:=5"] }))).toBe(
      "/jobs?state=failed&state=queued&limit=5",
    );
    expect(() => request("/jobs", { data: ["state=done"] })).toThrow(/state: /);
    expect(() => request("/jobs", { query: ["nope=1"] })).toThrow("nope: is not a known field");
    expect(() => request("/me", { query: ["a=1"] })).toThrow("GET /me takes no fields.");
    expect(() => request("/jobs/{id}/retry", { method: "POST", params: ["id=1"], data: ["a=1"] })).toThrow(
      "takes no fields.",
    );
  });

  it("can be read from files, as text or as JSON, or be the whole body", () => {
    const path = "/data-sources/ds_1";
    expect(request(path, { method: "PATCH", data: ["documentation=@note.md"] }).body).toEqual({
      documentation: files["note.md"],
    });
    expect(request(path, { method: "PATCH", data: ["description=@@home"] }).body).toEqual({
      description: "@home",
    });
    expect(request(`${path}/tags`, { method: "POST", data: ["@-"] }).body).toEqual({ tags: ["Sales"] });
    const data = [
      "credentials.username=u",
      "@body.json",
      "credentials.password=p",
      "config.port=1",
      "name=new",
    ];
    expect(request("/connections", { data }).body).toEqual({
      name: "new",
      technology: "postgresql",
      config: { host: "db", port: 1, database: "a" },
      credentials: { username: "u", password: "p" },
    });
    expect(request("/no-contract", { data: ["config:=@config.json"] }).body).toEqual({
      config: { host: "db", port: 5432, database: "shop" },
    });
  });

  it("that are no fields are refused, and what they hold is not repeated", () => {
    expect(() => request("/tags", { data: ["secret-word"] })).toThrow('"…" is not of the form field=value.');
    expect(() => request("/tags", { data: [".=secret-word"] })).toThrow(
      '".=…" is not of the form field=value.',
    );
    expect(() => request("/tags", { data: ["name:={"] })).toThrow(/^The value of name is not JSON/);
    expect(() => request("/tags", { data: ["@broken.json"] })).toThrow(/^broken\.json is not JSON/);
    expect(() => request("/tags", { data: ["@-", "@body.json"] })).toThrow(
      "Only one -d can be the whole body.",
    );
  });

  it("are sent as they are where the contract is set aside", () => {
    const given = { data: ["name=shop", "port=5432", "more:=true"], useContract: false };
    expect(sent("/connections", given)).toEqual([
      "POST",
      "/connections",
      { name: "shop", port: "5432", more: true },
    ]);
  });

  it("may be none: a body that may be left out is left out, one that is needed is asked for", () => {
    expect(request("/data-sources/ds_1/checks", { method: "POST" }).body).toBeUndefined();
    expect(request("/connections/con_1/test", { method: "POST" }).body).toBeUndefined();
    expect(() => request("/tags", { method: "POST" })).toThrow("name: is needed");
  });
});
