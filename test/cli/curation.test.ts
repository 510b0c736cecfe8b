import type { App } from "#test/support/app.ts";
import { beforeAll, describe, expect, it } from "vitest";
import {
  aConnection,
  aDataSource,
  aPersona,
  everyPermission,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";
import { configDirectory, runReeve, type Ended } from "./run-reeve.ts";
import { aServedApp } from "./served-app.ts";

let url: string;
let app: App;
let owner: Persona;
let source: DataSource;
const home = configDirectory();

beforeAll(async () => {
  const served = await aServedApp();
  url = served.url;
  app = served.app;
  owner = await aPersona(served.app, { permissions: [...everyPermission] });
  source = await aDataSource(owner, await aConnection(owner), {
    documentation: "# First\nwith a bell \u0007",
  });
});

const reeve = (...args: readonly string[]): Promise<Ended> =>
  runReeve(args, { env: { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: owner.key } });

const output = (ended: Ended): string => {
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(0);
  return ended.stdout;
};

describe("the documentation of a data source", () => {
  it("is shown as it was written, without what could move the cursor", async () => {
    const shown = output(await reeve("data-source", "documentation", source.name, "-o", "table"));
    expect(shown).toBe("# First\nwith a bell \\u0007\n");
    const json: unknown = JSON.parse(output(await reeve("data-source", "documentation", source.name)));
    expect(json).toMatchObject({ id: source.id, documentation: source.documentation });
  });

  it("is listed version by version and made again what it was", async () => {
    await owner.api.updateDataSource({ params: { dataSourceId: source.id }, body: { documentation: "2nd" } });
    const listed = output(await reeve("data-source", "documentation", source.id, "--versions", "-o", "tsv"));
    expect(listed.split("\n").map((line) => line.split("\t")[0])).toEqual(["version", "2", "1", ""]);
    const args = ["data-source", "documentation", source.id, "--restore", "1"];
    const restored: unknown = JSON.parse(output(await reeve(...args)));
    expect(restored).toMatchObject({ documentation: source.documentation, version: 3 });
    expect(await reeve(...args, "--versions")).toMatchObject({
      code: 2,
      stderr: "reeve: Give either --versions or --restore.\n",
    });
  });
});

describe("saved queries", () => {
  it("are saved, listed, shown by name, changed and deleted", async () => {
    const made = await reeve("query", "save", source.name, "Daily", "--sql", "select 1\nfrom orders");
    expect(made).toMatchObject({ code: 0, stdout: "" });
    expect(made.stderr).toMatch(/^Query Daily is saved: qry_/);
    expect(output(await reeve("query", "list", source.id, "-o", "tsv"))).toContain("\tDaily\t");
    expect(output(await reeve("query", "show", source.id, "daily", "-o", "table"))).toBe(
      "select 1\nfrom orders\n",
    );
    const edit = await reeve("query", "edit", source.id, "daily", "--name", "Nightly");
    expect(edit).toMatchObject({ code: 0, stderr: "Query Nightly is changed.\n" });
    const json: unknown = JSON.parse(output(await reeve("query", "show", source.id, "Nightly")));
    expect(json).toMatchObject({ name: "Nightly", version: 2 });
    expect((await reeve("query", "delete", source.id, "Nightly")).code).toBe(0);
    expect(JSON.parse(output(await reeve("query", "list", source.id)))).toEqual([]);
  });

  it("need a text, from one place", async () => {
    expect(await reeve("query", "save", source.id, "None")).toMatchObject({
      code: 2,
      stderr: "reeve: Give the query by --sql or --file.\n",
    });
    expect(await reeve("query", "save", source.id, "Two", "--sql", "a", "--file", "b")).toMatchObject({
      code: 2,
      stderr: "reeve: Give either --sql or --file.\n",
    });
  });
});

describe("the activity of a data source", () => {
  it("is listed, newest first", async () => {
    const listed = output(await reeve("data-source", "activity", source.name, "-o", "tsv"));
    const actions = listed
      .trim()
      .split("\n")
      .map((line) => line.split("\t")[2]);
    expect(actions.slice(0, 2)).toEqual(["action", "data-source:delete-query"]);
    expect(actions.at(-1)).toBe("data-source:create");
  });
});

describe("the statistics of a data source", () => {
  it("are listed as they were counted, and the fingerprint is made by hand", async () => {
    await app.drain();
    const listed = output(await reeve("data-source", "history", source.name, "-o", "tsv"));
    const [title, line] = listed.split("\n").map((each) => each.split("\t"));
    expect(title).toEqual(["counted", "rows", "high cardinality column", "distinct"]);
    expect(line).toEqual([app.clock.now().toISOString(), "0", "", ""]);
    const job: unknown = JSON.parse(output(await reeve("data-source", "fingerprint", source.name)));
    expect(job).toMatchObject({ type: "health-check", state: "queued", subject: { id: source.id } });
  });
});

describe("a deleted data source", () => {
  it("is listed and restored by its name", async () => {
    expect((await reeve("data-source", "delete", source.name)).code).toBe(0);
    const listed = output(await reeve("data-source", "deleted", "-o", "tsv"));
    expect(listed).toContain(`${source.id}\t${source.name}\t`);
    const restored: unknown = JSON.parse(output(await reeve("data-source", "restore", source.name)));
    expect(restored).toMatchObject({ id: source.id, status: "enabled" });
    expect(JSON.parse(output(await reeve("data-source", "deleted")))).toEqual([]);
    expect(await reeve("data-source", "restore", source.name)).toMatchObject({
      code: 1,
      stderr: `reeve: There is no deleted data source "${source.name}", or you may not know of it.\n`,
    });
  });

  it("comes back under another name, and says why it is disabled", async () => {
    expect((await reeve("data-source", "delete", source.id)).code).toBe(0);
    await runSql(`drop table ${source.remote.schema}.things`);
    const name = unique("Renamed ");
    const restored = await reeve("data-source", "restore", source.id, "--name", name);
    expect(JSON.parse(restored.stdout)).toMatchObject({ name, status: "disabled" });
    expect(restored.stderr).toContain("It is disabled");
  });
});

describe("the limits of a connection", () => {
  it("are set and taken away, and what does not fit is refused before anything is asked", async () => {
    const id = source.connectionId ?? "";
    const update = (...args: readonly string[]) => reeve("connection", "update", id, ...args);
    const set: unknown = JSON.parse(
      output(await update("--statement-timeout", "30", "--concurrent-jobs", "2")),
    );
    expect(set).toMatchObject({ statementTimeoutSeconds: 30, concurrentJobs: 2 });
    const gone: unknown = JSON.parse(output(await update("--concurrent-jobs", "0")));
    expect(gone).toMatchObject({ statementTimeoutSeconds: 30, concurrentJobs: null });
    const refused = await update("--statement-timeout", "601");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("statementTimeoutSeconds");
  });
});

describe("the values of columns", () => {
  it("are shown as a table and as JSON, without what could move the cursor", async () => {
    const rows = await aDataSource(owner, await aConnection(owner));
    const { schema, table } = rows.remote;
    await runSql(`insert into ${schema}.${table} values (7, E'a\\u0007'), (8, E'a\\u0007'), (9, null)`);
    const args = ["data-source", "analyze", rows.name, "--column", "name", "--column", "ID"];
    expect(JSON.parse(output(await reeve(...args)))).toMatchObject([
      { column: "name", count: 3, nulls: 1, distinct: 1, exact: true },
      { column: "id", minimum: "7", maximum: "9" },
    ]);
    const lines = output(await reeve(...args, "-o", "tsv")).split("\n");
    expect(lines[0]?.split("\t")).toEqual([
      "column",
      "rows",
      "nulls",
      "distinct",
      "minimum",
      "maximum",
      "top values",
    ]);
    expect(lines[1]).toContain("(2)");
    expect(lines[1]).not.toContain("\u0007");
  });

  it("need a column, and say which is not there", async () => {
    const rows = await aDataSource(owner, await aConnection(owner));
    expect((await reeve("data-source", "analyze", rows.name)).code).toBe(2);
    const missing = await reeve("data-source", "analyze", rows.name, "--column", "nope");
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain("nope");
  });
});
