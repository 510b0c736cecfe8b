import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { inProcessGateway } from "#connectors/gateway.ts";
import { RemoteError, type Connector, type RemoteTarget } from "#core/ports/remote.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import { aSchema, pgClient, aLogin, runSql } from "#test/support/postgres-client.ts";
import { postgresqlFixture, postgresqlTestConfig, postgresqlTestCredentials } from "./postgresql-fixture.ts";
import { amply, failureOf } from "./remote-failure.ts";

const holding = (secrets: Readonly<Record<string, Readonly<Record<string, string>>>>): SecretStore => ({
  put: () => Promise.resolve(),
  get: (ref) => Promise.resolve(secrets[ref] ?? null),
  delete: () => Promise.resolve(),
  list: () => Promise.resolve([]),
});

const target = (): RemoteTarget => ({
  technology: "postgresql",
  config: postgresqlTestConfig(),
  secretRef: "connections/con_1/1",
});
const gateway = (): ReturnType<typeof inProcessGateway> =>
  inProcessGateway(holding({ "connections/con_1/1": postgresqlTestCredentials() }));

const connectionsOf = async (username: string): Promise<number> => {
  const sql = "select from pg_stat_activity where usename = $1";
  return (await (await pgClient()).query(sql, [username])).rowCount ?? 0;
};

describe("the in-process gateway", () => {
  it("answers with the credentials that the target names", async () => {
    const schema = await aSchema();
    const relation = await postgresqlFixture.aTable(schema, { columns: [{ name: "id", type: "integer" }] });
    expect(await gateway().server(target())).toMatchObject({ database: postgresqlTestConfig().database });
    expect(await gateway().listRelations(target(), { schema, limit: 5 })).toMatchObject([relation]);
    expect(await gateway().inspect(target(), relation)).toMatchObject({ ...relation, kind: "table" });
  });

  it("fails with credentials-missing when the reference names nothing", async () => {
    const error = await failureOf(gateway().server({ ...target(), secretRef: "connections/con_1/2" }));
    expect(error.reason).toBe("credentials-missing");
  });

  it("inspects only what can be read: a view that fails on a row fails the inspection", async () => {
    const view = await postgresqlFixture.aFailingView(await aSchema());
    expect((await failureOf(gateway().inspect(target(), view))).reason).toBe("query-failed");
  });

  it("closes the session when the work succeeds and when it fails", async () => {
    const login = await aLogin();
    await runSql(`grant usage on schema public to ${login.username}`);
    const sessions = inProcessGateway(holding({ "connections/con_1/1": login }));
    await sessions.withSession(target(), amply, async (session) => {
      await session.server();
      expect(await connectionsOf(login.username)).toBe(1);
    });
    await expect.poll(() => connectionsOf(login.username)).toBe(0);
    const failing = sessions.withSession(target(), amply, () => Promise.reject(new Error("work failed")));
    await expect(failing).rejects.toThrow("work failed");
    await expect.poll(() => connectionsOf(login.username)).toBe(0);
  });

  it("ends a request that takes too long in all, whatever its statements take", async () => {
    const stuck: Connector = {
      technology: "postgresql",
      open: (_config, _credentials, { signal }) => {
        const { promise, reject } = Promise.withResolvers<never>();
        signal?.addEventListener("abort", () =>
          reject(new RemoteError("cancelled", "the work was cancelled")),
        );
        return promise;
      },
      openKeyStore: () => Promise.reject(new Error("not asked for in this test")),
    };
    const slow = inProcessGateway(holding({ "connections/con_1/1": postgresqlTestCredentials() }), {
      connectors: () => Promise.resolve(stuck),
      request: { connectTimeoutMs: 10, statementTimeoutMs: 10, totalMs: 20 },
    });
    expect(await failureOf(slow.server(target()))).toMatchObject({
      reason: "statement-timeout",
      needsLonger: true,
    });
    const limited = { ...target(), statementTimeoutMs: 1 };
    expect((await failureOf(slow.server(limited))).needsLonger).toBe(true);
  });

  it.each([
    ["statement-timeout", undefined, true],
    ["statement-timeout", 51, true],
    ["statement-timeout", 50, false],
    ["statement-timeout", 49, false],
    ["time-budget", undefined, false],
    ["lock-timeout", undefined, false],
    ["unreachable", undefined, false],
    ["query-failed", undefined, false],
  ] as const)(
    "tells of %s under a limit of %s ms whether more time than a request has would help: %s",
    async (reason, statementTimeoutMs, needsLonger) => {
      const refusing: Connector = {
        technology: "postgresql",
        open: () => Promise.reject(new RemoteError(reason, "no")),
        openKeyStore: () => Promise.reject(new Error("not asked for in this test")),
      };
      const remote = inProcessGateway(holding({ "connections/con_1/1": postgresqlTestCredentials() }), {
        connectors: () => Promise.resolve(refusing),
        request: { connectTimeoutMs: 10, statementTimeoutMs: 50, totalMs: 1000 },
      });
      const limited = { ...target(), statementTimeoutMs };
      expect(await failureOf(remote.server(limited))).toMatchObject({ reason, message: "no", needsLonger });
    },
  );

  it("loads the driver only when a connection is opened", async () => {
    const script = `
      const { createRequire } = await import("node:module");
      const loaded = () => Object.keys(createRequire(process.cwd() + "/x.js").cache).some((path) => path.includes("/node_modules/pg/"));
      const { inProcessGateway } = await import("#connectors/gateway.ts");
      const { connectorOf } = await import("#connectors/registry.ts");
      const connector = await connectorOf("postgresql");
      const before = loaded();
      const budget = { connectTimeoutMs: 1000, statementTimeoutMs: 1000 };
      const config = { host: "127.0.0.1", port: 1, database: "x" };
      await connector.open(config, { username: "u", password: "p" }, budget).catch(() => {});
      console.log(JSON.stringify({ before, after: loaded(), gateway: typeof inProcessGateway }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    expect(JSON.parse(stdout)).toEqual({ before: false, after: true, gateway: "function" });
  });
});
