import { describe, expect, it } from "vitest";
import { RemoteError, type RemoteSessions } from "#core/ports/remote.ts";
import { anApp } from "#test/support/app.ts";
import { checkOf, shown } from "#test/support/health.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aKeyDatabase } from "#test/support/key-database.ts";
import { aPersona, registering, type DataSource } from "#test/support/personas.ts";
import { runSql, uniqueName } from "#test/support/postgres-client.ts";
import { aRefresh, changedSessions, withoutOwnJobs } from "#test/support/refresh.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const { login, connection, inDatabase, aSource, columnsKept } = await aKeyDatabase(app, owner);
await inDatabase("create schema reeve_keys", `grant usage, create on schema reeve_keys to ${login.username}`);

/** Gives the login another password, in the database and in the connection. */
async function rotate(): Promise<void> {
  const credentials = { username: login.username, password: uniqueName("rotated") };
  await runSql(`alter role ${login.username} password '${credentials.password}'`);
  await owner.api.updateConnection({ params: { connectionId: connection.id }, body: { credentials } });
}

/** Three data sources whose checks wait in one job. */
async function refreshed(): Promise<{ readonly sources: readonly DataSource[]; readonly jobId: string }> {
  const sources = [await aSource(), await aSource(), await aSource()];
  await withoutOwnJobs(app, owner, sources);
  return { sources, jobId: await aRefresh(app, owner, connection, sources) };
}

async function expectWell(sources: readonly DataSource[]): Promise<void> {
  for (const source of sources) {
    const after = await shown(owner, source);
    expect(after).toMatchObject({ health: { status: "healthy" }, unavailableMasks: [] });
    expect(checkOf(after, "row-count")).toMatchObject({ state: "passed" });
    expect(await columnsKept(source)).toHaveLength(3);
  }
  await expectSound(app);
}

describe("a refresh whose connection gets other credentials meanwhile", () => {
  it("goes on with them where its session is lost and the old ones open none any more", async () => {
    const { sources } = await refreshed();
    let counted = 0;
    const { sessions } = changedSessions(app, (session) => ({
      countRows: async (relation) => {
        counted += 1;
        if (counted !== 2) return await session.countRows(relation);
        await rotate();
        throw new RemoteError("connection-lost", "the session is gone");
      },
    }));
    await app.outbox.drain(app.worker({ sessions }));
    expect(counted).toBe(4);
    await expectWell(sources);
  });

  it("goes on with them where they came between its look at the connection and its session", async () => {
    const { sources } = await refreshed();
    let opened = 0;
    const sessions: RemoteSessions = {
      withSession: async (...given) => {
        opened += 1;
        if (opened === 1) await rotate();
        return await app.gateway.withSession(...given);
      },
    };
    await app.outbox.drain(app.worker({ sessions }));
    expect(opened).toBe(2);
    await expectWell(sources);
  });

  it("keeps domains with them, which it writes in sessions of their own", async () => {
    const { sources } = await refreshed();
    let rotated = false;
    const { sessions, opened } = changedSessions(app, (session) => ({
      columnDomains: async (...asked) => {
        if (!rotated) {
          rotated = true;
          await rotate();
        }
        return await session.columnDomains(...asked);
      },
    }));
    await app.outbox.drain(app.worker({ sessions }));
    expect(opened()).toBe(2);
    await expectWell(sources);
  });

  it("says at last that they do not work where each that is sent in turn does not", async () => {
    const { sources, jobId } = await refreshed();
    let opened = 0;
    const sessions: RemoteSessions = {
      withSession: async () => {
        opened += 1;
        await rotate();
        throw new RemoteError("authentication-failed", "the login is refused");
      },
    };
    await app.outbox.drain(app.worker({ sessions }));
    expect(opened).toBe(6);
    expect(await owner.api.getJob({ params: { jobId } })).toMatchObject({
      state: "succeeded",
      result: { total: 3, measured: 3, unhealthy: 3 },
    });
    for (const source of sources) {
      expect((await shown(owner, source)).health.status).toBe("unhealthy");
    }
  });
});
