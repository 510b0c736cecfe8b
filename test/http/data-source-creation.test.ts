import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import {
  aConnection,
  aPersona,
  aRegistrar,
  aRemoteTable,
  connectionBody,
  postgresConfig,
  postgresCredentials,
  type DataSource,
} from "#test/support/personas.ts";
import { aLogin, runSql, uniqueName } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";
import { allItems, auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const create = (given: object, as = owner) =>
  app.call("POST", "/data-sources", { as, body: { connectionId: connection.id, ...given } });
const summary = (items: readonly Readonly<Record<string, unknown>>[]): readonly string[] =>
  items.map(({ pk, sk }) => `${String(pk)} ${String(sk)}`).toSorted();

describe("POST /data-sources", () => {
  it("answers the data source whole: its dictionary counted, its checks pending, its maker the owner", async () => {
    const { schema, table } = await aRemoteTable("id int primary key, name text");
    await runSql(`comment on table ${schema}.${table} is 'Things, one row each'`);
    const reply = await create({ schema, table });
    const body = reply.body as DataSource;
    expect(reply).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: `/data-sources/${body.id}` },
      body: {
        name: `${schema}.${table}`,
        technology: "postgresql",
        connectionId: connection.id,
        remote: { database: postgresConfig().database, schema, table, kind: "table" },
        description: "Things, one row each",
        descriptionProvenance: "schema",
        documentation: "",
        tags: [],
        status: "enabled",
        statistics: { rowCount: null, highCardinalityColumn: null, fingerprintAt: null },
        statisticsPrevented: false,
        columnCount: 2,
        origin: { type: "manual" },
        queryAs: null,
        myRole: "owner",
        createdBy: owner.user.id,
        version: 1,
      },
    });
    expect(body.health.status).toBe("healthy");
    expect(Object.fromEntries(body.health.checks.map(({ check, state }) => [check, state]))).toEqual({
      connectivity: "passed",
      "row-count": "pending",
      "high-cardinality": "pending",
      fingerprint: "pending",
      "schema-detection": "unknown",
      "column-detection": "unknown",
      "policy-enforcement": "unknown",
    });
    expect((await app.call("GET", `/data-sources/${body.id}`, { as: owner })).body).toEqual(body);
    expect(await auditOf(app, "data-source", body.id)).toEqual(["data-source:create"]);
    const jobs = await owner.api.listJobs({ query: { dataSourceId: body.id } });
    expect(jobs.items).toMatchObject([{ type: "health-check", state: "queued", createdBy: owner.user.id }]);
  });

  it("takes name, description, documentation and tags from the caller", async () => {
    const tag = unique("Finance.");
    await governor.api.createTag({ body: { name: tag } });
    const { schema, table } = await aRemoteTable();
    const given = {
      name: unique("Mine "),
      description: "Described",
      documentation: "# Doc",
      tags: [tag.toUpperCase()],
    };
    const { body } = await create({ schema, table, ...given });
    expect(body).toMatchObject({
      ...given,
      descriptionProvenance: "manual",
      tags: [{ name: tag, provenance: "manual", appliedBy: owner.user.id }],
    });
  });

  it.each([
    "Upper Case",
    'quo"te',
    "it's",
    "select",
    "a.b",
    "back\\slash",
    "naïve 🐘",
    "$1",
    "tab\tname",
    "-- x",
  ])("exposes a table whose name is %j", async (name) => {
    const schema = uniqueName("test");
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await runSql(`create schema ${schema}`, `create table ${schema}.${quoted} (${quoted} int)`);
    const { status, body } = await create({ schema, table: name });
    expect(status).toBe(201);
    expect(body).toMatchObject({ remote: { table: name }, columnCount: 1 });
    const { items } = await owner.api.getDictionary({ params: { dataSourceId: (body as DataSource).id } });
    expect(items.map((column) => column.name)).toEqual([name]);
  });

  it.each([
    ["a table that does not exist", "nothing", "table-not-found"],
    ["a table in another case", "THINGS", "table-not-found"],
  ])("refuses %s, and keeps nothing", async (_, table, code) => {
    const { schema } = await aRemoteTable();
    const before = summary(await allItems(app));
    expect(await create({ schema, table })).toMatchObject({ status: 422, body: { code, reason: code } });
    expect(await create({ schema: `${schema}x`, table: "things" })).toMatchObject({
      status: 422,
      body: { code },
    });
    expect(summary(await allItems(app))).toEqual(before);
  });

  it("refuses with the reason what its login may not read, and says no more", async () => {
    const login = await aLogin();
    const { schema, table } = await aRemoteTable();
    const held = await aConnection(owner, { ...connectionBody(), credentials: login });
    const body = { connectionId: held.id, schema, table };
    const reply = await app.call("POST", "/data-sources", { as: owner, body });
    expect(reply).toMatchObject({
      status: 422,
      body: { code: "connection-failed", reason: "permission-denied" },
    });
    await runSql(`grant usage on schema ${schema} to ${login.username}`);
    expect((await app.call("POST", "/data-sources", { as: owner, body })).status).toBe(422);
    await runSql(`grant select on ${schema}.${table} to ${login.username}`);
    expect((await app.call("POST", "/data-sources", { as: owner, body })).status).toBe(201);
  });

  it("refuses a view that exists and cannot be read, without the value that broke it", async () => {
    const { schema } = await aRemoteTable();
    await runSql(
      `create view ${schema}.broken as select ('raw-value' || n)::int as x from generate_series(1, 3) n`,
    );
    const reply = await create({ schema, table: "broken" });
    expect(reply).toMatchObject({ status: 422, body: { code: "connection-failed", reason: "query-failed" } });
    expect(reply.text).not.toContain("raw-value");
  });

  it("refuses when the database is gone since, by its reason", async () => {
    const { schema, table } = await aRemoteTable();
    const login = await aLogin();
    const { id } = await aConnection(owner, { ...connectionBody(), credentials: login });
    await runSql(`drop role ${login.username}`);
    const reply = await app.call("POST", "/data-sources", {
      as: owner,
      body: { connectionId: id, schema, table },
    });
    expect(reply).toMatchObject({ status: 422, body: { reason: "authentication-failed" } });
  });

  it.each(["pg_catalog", "information_schema", "pg_toast", "pg_temp_1", "reeve", "reeve_keys"])(
    "never exposes the schema %s",
    async (schema) => {
      const reply = await create({ schema, table: "pg_authid" });
      expect(reply).toMatchObject({ status: 422, body: { code: "reserved-schema" } });
    },
  );

  it("takes 1,600 columns, which the dictionary lists in order, each once", async () => {
    const schema = uniqueName("test");
    const columns = (count: number): string =>
      Array.from({ length: count }, (_, index) => `c${index} int`).join(", ");
    await runSql(`create schema ${schema}`, `create table ${schema}.widest (${columns(1600)})`);
    const { status, body } = await create({ schema, table: "widest" });
    expect({ status, columnCount: (body as DataSource).columnCount }).toEqual({
      status: 201,
      columnCount: 1600,
    });
    const params = { dataSourceId: (body as DataSource).id };
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await owner.api.getDictionary({
        params,
        query: { limit: 200, ...(cursor ? { cursor } : {}) },
      });
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(names).toEqual(Array.from({ length: 1600 }, (_, index) => `c${index}`));
  });

  it("names the tags that do not exist, and asks the database nothing", async () => {
    const reply = await create({ schema: "nothing", table: "nothing", tags: ["no.such", "neither"] });
    expect(reply).toMatchObject({
      status: 422,
      body: {
        code: "tag-not-found",
        errors: [
          { in: "body", pointer: "/tags/0" },
          { in: "body", pointer: "/tags/1" },
        ],
      },
    });
  });

  it("takes each table and each name once, whatever the name's case", async () => {
    const { schema, table } = await aRemoteTable();
    const name = unique("Café ");
    expect((await create({ schema, table, name })).status).toBe(201);
    const again = await create({ schema, table, name: unique("other ") });
    expect(again).toMatchObject({ status: 409, body: { code: "data-source-exists" } });
    const other = await aRemoteTable();
    const sameName = await create({ ...other, name: name.toUpperCase().normalize("NFD") });
    expect(sameName).toMatchObject({
      status: 409,
      body: { code: "data-source-name-taken", errors: [{ in: "body", pointer: "/name" }] },
    });
    expect(`${again.text}${sameName.text}`).not.toMatch(/"ds_/);
  });
});

describe("credentials that are gone from the secret store", () => {
  it("are told as a reason, not as an error of ours", async () => {
    const { id } = await aConnection(owner);
    const { schema, table } = await aRemoteTable();
    const [secret] = (await app.secrets.list(`connections/${id}`)).map(({ ref }) => ref);
    await app.secrets.delete(secret ?? "");
    const reply = await app.call("POST", "/data-sources", {
      as: owner,
      body: { connectionId: id, schema, table },
    });
    expect(reply).toMatchObject({ status: 422, body: { reason: "credentials-missing" } });
    const body = { credentials: postgresCredentials() };
    expect((await app.call("PATCH", `/connections/${id}`, { as: owner, body })).status).toBe(200);
    expect((await app.call("POST", `/connections/${id}/test`, { as: owner })).status).toBe(200);
  });
});
