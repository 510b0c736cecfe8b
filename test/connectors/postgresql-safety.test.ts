import { describe, expect, it } from "vitest";
import { aLogin, aSchema, pgClient, runSql } from "#test/support/postgres-client.ts";
import { failureOf } from "./remote-failure.ts";
import { postgresqlFixture, postgresqlTestCredentials } from "./postgresql-fixture.ts";
import { aSession } from "./postgresql-session.ts";

/** A view over one call of a function whose body is given, in a schema with a table `log` to write to. */
async function aViewCalling(body: string): Promise<{ schema: string; name: string }> {
  const schema = await aSchema();
  await runSql(
    `create table ${schema}.log (n int)`,
    `create function ${schema}.call() returns int language plpgsql as $f$ begin ${body.replaceAll("SCHEMA", schema)}; return 1; end $f$`,
    `create view ${schema}.v as select ${schema}.call() as n`,
  );
  return { schema, name: "v" };
}

describe("a PostgreSQL session", () => {
  it("writes nothing, whatever a view does", async () => {
    const view = await aViewCalling("insert into SCHEMA.log values (1)");
    const error = await failureOf((await aSession()).probe(view));
    expect(error.reason).toBe("query-failed");
    expect(error.message).toContain("(25006)");
  });

  it("writes nothing after a view that switched the session to writing", async () => {
    const view = await aViewCalling(
      "perform set_config('default_transaction_read_only', 'off', false); if current_setting('transaction_read_only') = 'off' then insert into SCHEMA.log values (1); end if",
    );
    const session = await aSession();
    await session.probe(view);
    await session.probe(view);
    expect(await session.countRows({ schema: view.schema, name: "log" })).toBe(0);
  });

  it("keeps its time limit and its path after a view that changed them", async () => {
    const view = await aViewCalling(
      "perform set_config('statement_timeout', '0', false), set_config('search_path', 'SCHEMA, pg_catalog', false)",
    );
    await runSql(
      `create function ${view.schema}.lower(text) returns text language sql as $f$ select 'hijacked' $f$`,
    );
    const session = await aSession(postgresqlTestCredentials(), { statementTimeoutMs: 300 });
    await session.probe(view);
    expect(await session.listRelations({ schema: view.schema, search: "V", limit: 5 })).toMatchObject([
      { name: "v" },
    ]);
    const slow = await postgresqlFixture.aSlowView(view.schema);
    expect((await failureOf(session.probe(slow))).reason).toBe("statement-timeout");
  });

  it("ends a statement in the engine when the time for all of the work is over, and begins none after it", async () => {
    const schema = await aSchema();
    const slow = await postgresqlFixture.aSlowView(schema);
    const login = await aLogin();
    await runSql(
      `grant usage on schema ${schema} to ${login.username}`,
      `grant select on ${schema}."${slow.name}" to ${login.username}`,
    );
    let left = 200;
    const session = await aSession(login, { remainingMs: () => left });
    expect((await failureOf(session.probe(slow))).reason).toBe("time-budget");
    left = 0;
    expect((await failureOf(session.server())).reason).toBe("time-budget");
    left = 1000;
    expect(await session.server()).toMatchObject({ database: expect.any(String) as string });
    const { rows } = await (
      await pgClient()
    ).query(`select from pg_stat_activity where usename = '${login.username}' and state = 'active'`);
    expect(rows).toEqual([]);
  });

  it("fails with lock-timeout on a table that somebody holds, before the statement's own limit", async () => {
    const schema = await aSchema();
    const relation = await postgresqlFixture.aTable(schema, { columns: [{ name: "id", type: "integer" }] });
    const holder = await pgClient();
    await holder.query(`begin; lock table ${schema}.${relation.name} in access exclusive mode`);
    const session = await aSession(postgresqlTestCredentials(), { statementTimeoutMs: 400 });
    expect((await failureOf(session.countRows(relation))).reason).toBe("lock-timeout");
    await holder.query("rollback");
    expect(await session.countRows(relation)).toBe(0);
  });

  it("fails with connection-lost when the server ends it, within a statement and between two", async () => {
    const login = await aLogin();
    const schema = await aSchema();
    const slow = await postgresqlFixture.aSlowView(schema);
    await runSql(
      `grant usage on schema ${schema} to ${login.username}`,
      `grant select on ${schema}.${slow.name} to ${login.username}`,
    );
    const client = await pgClient();
    const terminate = (): Promise<unknown> =>
      client.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = $1", [
        login.username,
      ]);
    const busy = await aSession(login);
    const probing = failureOf(busy.probe(slow), login.password);
    await expect.poll(() => postgresqlFixture.running(slow)).toBe(1);
    await terminate();
    expect((await probing).reason).toBe("connection-lost");
    const idle = await aSession(login);
    await terminate();
    expect((await failureOf(idle.server(), login.password)).reason).toBe("connection-lost");
  });

  it("fails with cancelled when somebody on the server cancels the statement", async () => {
    const slow = await postgresqlFixture.aSlowView(await aSchema());
    const probing = failureOf((await aSession()).probe(slow));
    await expect.poll(() => postgresqlFixture.running(slow)).toBe(1);
    const client = await pgClient();
    await client.query(
      "select pg_cancel_backend(pid) from pg_stat_activity where strpos(query, $1) > 0 and pid <> pg_backend_pid()",
      [slow.name],
    );
    expect((await probing).reason).toBe("cancelled");
  });

  it("leaves passwords and values out of what the server says", async () => {
    const login = await aLogin();
    const cases = [
      `raise exception 'cannot reach %', 'postgres://bob:hunter2@db/x'`,
      `raise exception 'dblink: host=db user=bob password=hunter2 failed'`,
      `raise exception 'dblink: password=''hunter2 x'' failed'`,
      `perform 'hunter2'::int`,
      `perform 'hunter2'::date`,
      `perform ('{"a": hunter2')::json`,
    ];
    for (const body of cases) {
      const view = await aViewCalling(body);
      const error = await failureOf((await aSession()).probe(view), "hunter2", login.password);
      expect(error.reason).toBe("query-failed");
    }
  });

  it("leaves out what a function raises, whatever it says, and keeps its code", async () => {
    const bodies = [
      ["raise exception 'no rate for customer Jane Doe'", "P0001"],
      ["raise exception 'Jane Doe' using errcode = 'P0002'", "P0002"],
      ["assert false, 'Jane Doe'", "P0004"],
      ["raise exception 'Jane Doe' using errcode = 'XX001'", "XX001"],
      ["raise exception 'Jane Doe' using errcode = 'JD001'", "JD001"],
    ];
    for (const [body = "", code] of bodies) {
      const view = await aViewCalling(body);
      const error = await failureOf((await aSession()).probe(view), "Jane Doe");
      expect(error).toMatchObject({
        reason: "query-failed",
        message: `a function raised an error (${code})`,
      });
    }
  });

  it("tells the name of a relation that a statement did not find", async () => {
    const view = await aViewCalling("null");
    const session = await aSession();
    const missing = await failureOf(session.countRows({ schema: view.schema, name: "gone" }));
    expect(missing.reason).toBe("table-not-found");
    expect(missing.message).toContain("gone");
  });
});
