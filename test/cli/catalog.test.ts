import { beforeAll, describe, expect, it } from "vitest";
import type { App } from "#test/support/app.ts";
import {
  aPersona,
  aRemoteTable,
  everyPermission,
  postgresConfig,
  postgresCredentials,
  type Persona,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { configDirectory, runReeve, startReeve, type Ended } from "./run-reeve.ts";
import { aServedApp } from "./served-app.ts";

let app: App;
let url: string;
let admin: Persona;

beforeAll(async () => {
  ({ app, url } = await aServedApp());
  admin = await aPersona(app, { permissions: [...everyPermission] });
});

const home = configDirectory();

/** The command as the administrator runs it. */
const reeve = (
  args: readonly string[],
  input = "",
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> =>
  runReeve(args, { input, env: { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: admin.key, ...env } });

const json = (ended: Ended): Record<string, unknown> => {
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(0);
  return JSON.parse(ended.stdout) as Record<string, unknown>;
};

async function aConnectionByCommand(name: string): Promise<Ended> {
  const { host, port, database } = postgresConfig();
  const { username, password } = postgresCredentials();
  const config = [`host=${host}`, `port=${port}`, `database=${database}`].flatMap((one) => ["--config", one]);
  const args = ["--name", name, "--technology", "postgresql", "--username", username, ...config];
  return reeve(["connection", "create", ...args], `${password}\n`);
}

describe("from a connection to a healthy data source, by the command alone", () => {
  const shop = unique("Shop ");
  const source = unique("Orders ");

  it("a connection is registered with a password that no argument holds", async () => {
    const made = json(await aConnectionByCommand(shop));
    expect(made).toMatchObject({ name: shop, technology: "postgresql", config: postgresConfig() });
  });

  it("is shown, tested and listed by its name, whatever its case", async () => {
    const shown = json(await reeve(["connection", "show", shop.toUpperCase()]));
    expect(json(await reeve(["connection", "show", String(shown["id"])]))).toEqual(shown);
    expect(json(await reeve(["connection", "test", shop]))).toMatchObject({ ok: true });
    const listed = await reeve(["connection", "list", "-o", "tsv"]);
    expect(listed.stdout).toContain(`${String(shown["id"])}\t${shop}\tpostgresql\t`);
  });

  it("shows the tables of one schema", async () => {
    const { schema, table } = await aRemoteTable();
    const found = json(await reeve(["connection", "tables", shop, "--schema", schema]));
    expect(found).toEqual([expect.objectContaining({ schema, name: table, kind: "table", columnCount: 2 })]);
  });

  it("a table becomes a data source, with a tag", async () => {
    const tag = unique("Finance.");
    json(await reeve(["tag", "create", tag, "--description", "Money"]));
    const { schema, table } = await aRemoteTable(
      "id int primary key, name text",
      "select i, 'n' from generate_series(1, 7) i",
    );
    const place = ["--connection", shop, "--schema", schema, "--table", table];
    const made = json(await reeve(["data-source", "create", ...place, "--name", source, "--tag", tag]));
    expect(made).toMatchObject({ name: source, remote: { schema, table }, health: { status: "healthy" } });
    expect(made["tags"]).toEqual([expect.objectContaining({ name: tag })]);
    const found = json(
      await reeve(["data-source", "list", "--connection", shop, "--tag", tag, "--health", "healthy"]),
    );
    expect(found).toEqual([expect.objectContaining({ id: made["id"] })]);
  });

  it("is waited for until its first check has ended, where that is wanted", async () => {
    const { schema, table } = await aRemoteTable("id int primary key", "values (1), (2)");
    const args = ["data-source", "create", "--connection", shop, "--schema", schema, "--table", table];
    const env = { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: admin.key };
    const running = startReeve([...args, "--watch"], { env });
    await running.says("is created: ds_");
    await app.drain();
    const ended = await running.ended;
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/\nJob job_\w+ succeeded\.\n$/);
    const made = JSON.parse(ended.stdout) as Record<string, unknown>;
    expect(made).toMatchObject({ statistics: { rowCount: { value: 2, exact: true } } });
    expect((await reeve(["data-source", "delete", String(made["id"])])).code).toBe(0);
  });

  it("its check ends well, and the table of it says how many rows there are", async () => {
    await app.drain();
    const watched = await reeve(["data-source", "show", source, "-o", "table"]);
    expect(watched.stdout).toMatch(/^health +healthy$/m);
    expect(watched.stdout).toMatch(/^ {2}row-count +passed$/m);
    expect(watched.stdout).toMatch(/^rows +7$/m);
    const jobs = json(await reeve(["job", "list", "--data-source", source])) as unknown as { id: string }[];
    const ended = await reeve(["job", "watch", jobs[0]?.id ?? "", "-o", "tsv"]);
    expect(ended).toMatchObject({ code: 0, stderr: `Job ${jobs[0]?.id} succeeded.\n` });
    expect(ended.stdout).toMatch(/^state\tsucceeded$/m);
  });

  it("its dictionary, description and tags can be read and changed", async () => {
    const columns = json(await reeve(["data-source", "dictionary", source])) as unknown as { name: string }[];
    expect(columns.map(({ name }) => name)).toEqual(["id", "name"]);
    const changed = json(
      await reeve(["data-source", "update", source, "--description", "One row per order"]),
    );
    expect(changed["description"]).toBe("One row per order");
    const tags = json(await reeve(["data-source", "show", source]))["tags"] as { name: string }[];
    const untagged = await reeve(["data-source", "untag", source, tags[0]?.name ?? "", "--keep-away"]);
    expect(untagged).toMatchObject({ code: 0, stdout: "" });
    expect(json(await reeve(["data-source", "show", source]))["tags"]).toEqual([]);
    expect(json(await reeve(["data-source", "tag", source, tags[0]?.name ?? ""]))["tags"]).toHaveLength(1);
    expect(json(await reeve(["data-source", "check", source]))).toMatchObject({ type: "health-check" });
  });

  it("a connection that is in use is not deleted; both are, in the right order", async () => {
    const refused = await reeve(["connection", "delete", shop]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("reeve: Data sources use this connection (409 connection-in-use)");
    expect((await reeve(["data-source", "delete", source])).code).toBe(0);
    expect((await reeve(["connection", "delete", shop])).code).toBe(0);
    expect(await reeve(["connection", "show", shop])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `reeve: There is no connection "${shop}", or you may not know of it.\n`,
    });
  });
});

describe("a connection", () => {
  it("is changed by the types of its technology, its password typed anew", async () => {
    const [name, renamed] = [unique("before "), unique("after ")];
    json(await aConnectionByCommand(name));
    const { username, password } = postgresCredentials();
    const { port } = postgresConfig();
    const args = [
      "--name",
      renamed,
      "--config",
      `port=${port}`,
      "--config",
      "tls=disable",
      "--username",
      username,
    ];
    const changed = json(await reeve(["connection", "update", name, ...args], `${password}\n`));
    expect(changed).toMatchObject({ name: renamed, config: { ...postgresConfig(), tls: "disable" } });
    const bad = await reeve(["connection", "update", renamed, "--config", "port=many"]);
    expect(bad).toMatchObject({ code: 2, stderr: "reeve: config.port: must be a number\n" });
  });

  it("whose password is wrong is refused with the remote's reason", async () => {
    const { host, port, database } = postgresConfig();
    const config = [`host=${host}`, `port=${port}`, `database=${database}`].flatMap((one) => [
      "--config",
      one,
    ]);
    const args = [
      "--name",
      unique("wrong "),
      "--technology",
      "postgresql",
      "--username",
      "nobody",
      ...config,
    ];
    const refused = await reeve(["connection", "create", ...args], "", { REEVE_PASSWORD: "wrong-password" });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/422 connection-failed/);
    expect(refused.stderr).toMatch(/reason: authentication-failed/);
    expect(refused.stderr).not.toContain("wrong-password");
  });

  it("that is described wrongly is refused before its password is asked for", async () => {
    const args = ["--name", "x", "--technology", "postgresql", "--config", "prt=1"];
    expect(await reeve(["connection", "create", ...args])).toMatchObject({
      code: 2,
      stderr: "reeve: config.prt: is not a known field (host, port, database, tls, ca)\n",
    });
  });

  it("has members, who come and go", async () => {
    const name = unique("members ");
    json(await aConnectionByCommand(name));
    const other = await aPersona(app);
    const args = ["--user", other.user.id, "--role", "registrar", "--schema", "sales*"];
    const [member] = json(await reeve(["connection", "add-member", name, ...args])) as unknown as {
      id: string;
    }[];
    const listed = await reeve(["connection", "members", name, "-o", "tsv"]);
    expect(listed.stdout).toContain(`${member?.id}\tuser\t${other.user.id}\tregistrar\tsales*\n`);
    expect((await reeve(["connection", "remove-member", name, member?.id ?? ""])).code).toBe(0);
    expect((await reeve(["connection", "members", name])).stdout).not.toContain(member?.id);
    const both = await reeve(["connection", "add-member", name, "--role", "owner"]);
    expect(both).toMatchObject({ code: 2, stderr: "reeve: Give either --user or --group.\n" });
  });
});

describe("what holds for everybody", () => {
  it("is shown and changed by name and type", async () => {
    expect(json(await reeve(["me"]))).toMatchObject({ user: { id: admin.user.id } });
    const changed = await reeve(["settings", "set", "deletionGuard.percent=33", "deletionGuard.minimum=7"]);
    expect(json(changed)["deletionGuard"]).toEqual({ percent: 33, minimum: 7 });
    expect((await reeve(["settings", "-o", "table"])).stdout).toMatch(
      /^deletionGuard +\{"percent":33,"minimum":7\}$/m,
    );
    expect(await reeve(["settings", "set", "deletionGuard.percent=x"])).toMatchObject({
      code: 2,
      stdout: "",
    });
  });

  it("is listed as far as one wants, and says when there is more", async () => {
    for (const name of ["a", "b", "c"]) json(await reeve(["tag", "create", unique(`list.${name}`)]));
    const some = await reeve(["tag", "list", "--limit", "2"]);
    expect(JSON.parse(some.stdout)).toHaveLength(2);
    expect(some.stderr).toBe("These are the first 2; --all shows every one.\n");
    const all = json(await reeve(["tag", "list", "--all"])) as unknown as readonly unknown[];
    expect(all.length).toBeGreaterThan(3);
  });
});

describe("tags, by the command alone", () => {
  it("are made, renamed with what stands below them, described and found", async () => {
    const root = unique("Money ");
    json(await reeve(["tag", "create", `${root}.Revenue`]));
    expect(json(await reeve(["tag", "rename", root, `${root} matters`]))).toMatchObject({
      name: `${root} matters`,
    });
    expect(json(await reeve(["tag", "describe", `${root} matters.revenue`, "What came in"]))).toMatchObject({
      name: `${root} matters.Revenue`,
      description: "What came in",
    });
    const listed = await reeve(["tag", "list", "--search", `${root} rev`, "-o", "tsv"]);
    expect(listed.stdout).toBe(`name\tdescription\n${root} matters.Revenue\tWhat came in\n`);
    const deleted = await reeve(["tag", "delete", `${root} matters`]);
    expect([deleted.code, deleted.stdout]).toEqual([0, ""]);
    const gone = await reeve(["tag", "rename", root, "Other"]);
    expect([gone.code, gone.stdout]).toEqual([1, ""]);
  });
});
