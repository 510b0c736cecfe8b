import { describe, expect, it } from "vitest";
import { anApp, caller } from "#test/support/app.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  aRegistrar,
  aRemoteTable,
  makeMember,
} from "#test/support/personas.ts";
import { aLogin, runSql } from "#test/support/postgres-client.ts";
import { allItems } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const secret = "raw-value-7c1e";
const { schema, table } = await aRemoteTable(
  `id int primary key, "Kind" text, doc json`,
  `values (1, '${secret}', '{}'), (2, '${secret}', null), (3, null, '[]')`,
);
const source = await aDataSource(owner, connection, { schema, table });

const analyze = (as: { readonly key: string }, columns: unknown, headers = {}) =>
  app.call("POST", `/data-sources/${source.id}/analytics`, { as, body: { columns }, headers });

describe("POST /data-sources/{id}/analytics", () => {
  it("answers what the rows say of the columns asked for, each once, named in any case", async () => {
    const { status, body } = await analyze(owner, ["kind", "id", "Kind"]);
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        {
          column: "Kind",
          count: 3,
          nulls: 1,
          distinct: 1,
          minimum: secret,
          minimumCut: false,
          maximum: secret,
          maximumCut: false,
          topValues: [{ value: secret, count: 2, cut: false }],
          exact: true,
        },
        expect.objectContaining({ column: "id", count: 3, distinct: 3, minimum: "1", maximum: "3" }),
      ],
      nextCursor: null,
    });
  });

  it("keeps no value anywhere: not in the table, the log, or under an idempotency key", async () => {
    await analyze(owner, ["Kind"], { "idempotency-key": "once" });
    expect(JSON.stringify(await allItems(app))).not.toContain(secret);
    expect(JSON.stringify(app.log)).not.toContain(secret);
    await runSql(`update ${schema}.${table} set "Kind" = 'other' where id = 1`);
    const { body } = await analyze(owner, ["Kind"], { "idempotency-key": "once" });
    expect(body).toMatchObject({ items: [{ distinct: 2 }] });
    await runSql(`update ${schema}.${table} set "Kind" = '${secret}' where id = 1`);
  });

  it("records who looked at which columns", async () => {
    await analyze(owner, ["doc"]);
    const [record] = (await app.store.activity("data-source", source.id, null, 1)).items;
    expect(record).toMatchObject({
      actor: owner.user.id,
      action: "data-source:analyze",
      details: { columns: ["doc"] },
    });
  });

  it("is for members who may read rows: 403 for GOVERNANCE and ingest, 404 for everybody else", async () => {
    const [expert, subscriber, ingest] = await Promise.all([aPersona(app), aPersona(app), aPersona(app)]);
    await makeMember(app, source, expert, "expert");
    await makeMember(app, source, subscriber, "subscriber");
    await makeMember(app, source, ingest, "ingest");
    const governor = await aPersona(app, { permissions: ["GOVERNANCE", "APPLICATION_ADMIN", "AUDIT"] });
    const stranger = await aPersona(app);
    const seen = await Promise.all(
      [expert, subscriber, ingest, governor, stranger].map(async (as) => (await analyze(as, ["id"])).status),
    );
    expect(seen).toEqual([200, 200, 403, 403, 404]);
  });

  it("gives nothing to whom the membership was taken while the database answered", async () => {
    const guest = await aPersona(app);
    await makeMember(app, source, guest, "subscriber");
    const remote: typeof app.parts.remote = {
      ...app.gateway,
      analyze: async (...given) => {
        const found = await app.gateway.analyze(...given);
        await makeMember(app, source, guest, "subscriber", "2020-01-01T00:00:00.000Z");
        return found;
      },
    };
    const call = caller({ ...app.parts, remote });
    const reply = await call("POST", `/data-sources/${source.id}/analytics`, {
      as: guest,
      body: { columns: ["id"] },
    });
    expect(reply.status).toBe(404);
  });

  it("names every column that is not there", async () => {
    expect(await analyze(owner, ["id", "nope", "neither"])).toMatchObject({
      status: 422,
      body: {
        code: "column-not-found",
        errors: [{ pointer: "/columns/1" }, { pointer: "/columns/2" }],
      },
    });
  });

  it("says why the database refused, without a value or a name of the login", async () => {
    const login = await aLogin();
    const remote = await aRemoteTable("id int", "values (1)");
    await runSql(
      `grant usage on schema ${remote.schema} to ${login.username}`,
      `grant select on ${remote.schema}.${remote.table} to ${login.username}`,
    );
    const other = await aDataSource(owner, await aConnection(owner, { credentials: login }), remote);
    const ask = () =>
      app.call("POST", `/data-sources/${other.id}/analytics`, { as: owner, body: { columns: ["id"] } });
    await runSql(`revoke select on ${remote.schema}.${remote.table} from ${login.username}`);
    expect(await ask()).toMatchObject({
      status: 422,
      body: { code: "connection-failed", reason: "permission-denied" },
    });
    await runSql(`drop table ${remote.schema}.${remote.table}`);
    expect(await ask()).toMatchObject({ status: 422, body: { code: "table-not-found" } });
  });

  it.each([[[]], [Array.from({ length: 21 }, () => "id")], [["a\0b"]], ["id"], [undefined]])(
    "refuses the columns %j",
    async (columns) => {
      expect(await analyze(owner, columns)).toMatchObject({ status: 400, body: { code: "invalid-request" } });
    },
  );
});
