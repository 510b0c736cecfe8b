import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { postgresqlConnector, postgresqlConnectorWith } from "#connectors/postgresql/connector.ts";
import type { RemoteSession } from "#core/ports/remote.ts";
import { aLogin, pgClient, runSql } from "#test/support/postgres-client.ts";
import { connectorContract } from "./connector-contract.ts";
import { postgresqlFixture, postgresqlTestConfig, postgresqlTestCredentials } from "./postgresql-fixture.ts";
import { amply, failureOf } from "./remote-failure.ts";

describe("the PostgreSQL connector", () => {
  connectorContract(postgresqlConnector, postgresqlFixture);
});

const certificate = (name: string): Promise<string> =>
  readFile(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");

const opened = async (opening: Promise<RemoteSession>): Promise<RemoteSession> => {
  const session = await opening;
  onTestFinished(() => session.close());
  return session;
};

/** A server on loopback that treats every connection in its own way. */
async function aServer(talk: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    talk(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

describe("TLS", () => {
  const connecting = (
    config: Readonly<Record<string, unknown>>,
    addresses: readonly string[] = ["127.0.0.1"],
  ): Promise<RemoteSession> => {
    const connector = postgresqlConnectorWith(async () => addresses);
    return connector.open({ ...postgresqlTestConfig(), ...config }, postgresqlTestCredentials(), amply);
  };

  it.each([
    ["disable", false],
    ["require", true],
  ])("with %s the server sees encryption: %s", async (tls, encrypted) => {
    const login = await aLogin();
    await opened(postgresqlConnector.open({ ...postgresqlTestConfig(), tls }, login, amply));
    const { rows } = await (
      await pgClient()
    ).query(
      "select s.ssl, a.application_name from pg_stat_ssl s join pg_stat_activity a using (pid) where a.usename = $1",
      [login.username],
    );
    expect(rows).toEqual([{ ssl: encrypted, application_name: "reeve" }]);
  });

  it.each(["db.reeve.test", "DB.reeve.test.", "127.0.0.1"])(
    "verify-full accepts a certificate of a trusted authority for %s",
    async (host) => {
      const session = await opened(connecting({ host, tls: "verify-full", ca: await certificate("ca.crt") }));
      await expect(session.server()).resolves.toBeDefined();
    },
  );

  it("verify-full refuses a certificate for another name", async () => {
    const ca = await certificate("ca.crt");
    const error = await failureOf(connecting({ host: "other.reeve.test", tls: "verify-full", ca }));
    expect(error.reason).toBe("tls-failed");
  });

  it("verify-full refuses a certificate of an authority that is not trusted", async () => {
    for (const ca of [undefined, await certificate("other-ca.crt")]) {
      const error = await failureOf(connecting({ host: "db.reeve.test", tls: "verify-full", ca }));
      expect(error.reason).toBe("tls-failed");
    }
  });

  it("verify-full refuses an authority that is no certificate", async () => {
    const error = await failureOf(connecting({ host: "db.reeve.test", tls: "verify-full", ca: "nonsense" }));
    expect(error.reason).toBe("tls-failed");
  });

  it("require never falls back to an open connection", async () => {
    const port = await aServer((socket) => socket.once("data", () => socket.write("N")));
    const error = await failureOf(connecting({ host: "db.reeve.test", port, tls: "require" }));
    expect(error.reason).toBe("tls-failed");
  });

  it("cancels over TLS what was opened over TLS", async () => {
    const controller = new AbortController();
    const slow = await postgresqlFixture.aSlowView(await postgresqlFixture.aSchema());
    const budget = { ...amply, signal: controller.signal };
    const config = { ...postgresqlTestConfig(), tls: "verify-full", ca: await certificate("ca.crt") };
    const session = await opened(postgresqlConnector.open(config, postgresqlTestCredentials(), budget));
    const probing = failureOf(session.probe(slow));
    await expect.poll(() => postgresqlFixture.running(slow)).toBe(1);
    controller.abort();
    expect((await probing).reason).toBe("cancelled");
    expect(await postgresqlFixture.running(slow)).toBe(0);
  });
});

describe("connecting", () => {
  it("opens through a pooler that refuses settings, and keeps its limits there", async () => {
    const { host, port } = postgresqlTestConfig();
    const pooler = await aServer((socket) => {
      socket.once("data", (startup) => {
        if (startup.includes("options\0")) {
          const fields = "SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: options\0\0";
          const length = Buffer.alloc(4);
          length.writeInt32BE(4 + fields.length);
          socket.end(Buffer.concat([Buffer.from("E"), length, Buffer.from(fields)]));
          return;
        }
        const server = connectSocket(port, host);
        server.on("error", () => socket.destroy());
        socket.on("close", () => server.destroy());
        server.write(startup);
        socket.pipe(server).pipe(socket);
      });
    });
    const slow = await postgresqlFixture.aSlowView(await postgresqlFixture.aSchema());
    const session = await opened(
      postgresqlConnector.open({ ...postgresqlTestConfig(), port: pooler }, postgresqlTestCredentials(), {
        ...amply,
        statementTimeoutMs: 200,
      }),
    );
    expect((await failureOf(session.probe(slow))).reason).toBe("statement-timeout");
    await expect(session.server()).resolves.toBeDefined();
  });

  it("resolves the host once, and connects to the address that was checked", async () => {
    let asked = 0;
    const connector = postgresqlConnectorWith(async () => {
      asked += 1;
      return asked === 1 ? ["127.0.0.1"] : ["169.254.169.254"];
    });
    const config = { ...postgresqlTestConfig(), host: "rebinding.test", tls: "disable" };
    const session = await opened(connector.open(config, postgresqlTestCredentials(), amply));
    await expect(session.server()).resolves.toBeDefined();
    expect(asked).toBe(1);
  });

  it("fails with unreachable for a server that accepts and never answers, in the time to connect", async () => {
    const config = { ...postgresqlTestConfig(), port: await aServer(() => {}) };
    const budget = { ...amply, connectTimeoutMs: 100 };
    const error = await failureOf(postgresqlConnector.open(config, postgresqlTestCredentials(), budget));
    expect(error.reason).toBe("unreachable");
    expect(error.message).toContain("timed out");
  });

  it("fails with unreachable for a resolver that never answers, in the time to connect", async () => {
    const never = postgresqlConnectorWith(() => Promise.withResolvers<string[]>().promise);
    const budget = { ...amply, connectTimeoutMs: 100 };
    const error = await failureOf(never.open(postgresqlTestConfig(), postgresqlTestCredentials(), budget));
    expect(error.reason).toBe("unreachable");
  });

  it("fails with unreachable for a server that hangs up or is no PostgreSQL", async () => {
    for (const talk of [
      (socket: Socket) => socket.destroy(),
      (socket: Socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
    ]) {
      const config = { ...postgresqlTestConfig(), port: await aServer(talk) };
      const error = await failureOf(postgresqlConnector.open(config, postgresqlTestCredentials(), amply));
      expect(error.reason).toBe("unreachable");
    }
  });

  it("gives up connecting when the work is cancelled", async () => {
    const controller = new AbortController();
    const port = await aServer(() => controller.abort());
    const budget = { ...amply, signal: controller.signal };
    const opening = postgresqlConnector.open(
      { ...postgresqlTestConfig(), port },
      postgresqlTestCredentials(),
      budget,
    );
    expect((await failureOf(opening)).reason).toBe("cancelled");
  });

  it("fails with database-not-found, and names the database", async () => {
    const config = { ...postgresqlTestConfig(), database: "no_such_database" };
    const error = await failureOf(postgresqlConnector.open(config, postgresqlTestCredentials(), amply));
    expect(error.reason).toBe("database-not-found");
    expect(error.message).toContain("no_such_database");
  });

  it("fails with too-many-connections at the login's limit", async () => {
    const login = await aLogin();
    await runSql(`alter role ${login.username} connection limit 0`);
    const error = await failureOf(
      postgresqlConnector.open(postgresqlTestConfig(), login, amply),
      login.password,
    );
    expect(error.reason).toBe("too-many-connections");
  });

  it("never tells the user name of a login that is refused", async () => {
    const login = await aLogin();
    await runSql(`alter role ${login.username} nologin`);
    const opening = postgresqlConnector.open(postgresqlTestConfig(), login, amply);
    const error = await failureOf(opening, login.username, login.password);
    expect(error.reason).toBe("authentication-failed");
  });

  it("masks a password that happens to stand in the server's message", async () => {
    const login = await aLogin();
    const config = { ...postgresqlTestConfig(), database: login.password };
    const error = await failureOf(postgresqlConnector.open(config, login, amply), login.password);
    expect(error.message).toContain("***");
  });
});
