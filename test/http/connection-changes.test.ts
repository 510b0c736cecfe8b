import { describe, expect, it } from "vitest";
import { sweepSecrets } from "#core/connections/sweep-secrets.ts";
import type { RemoteGateway } from "#core/ports/remote.ts";
import { anApp, caller } from "#test/support/app.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  connectionBody,
  postgresConfig,
  postgresCredentials,
  registering,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const post = (given: object) =>
  app.call("POST", "/connections", { as: owner, body: { ...connectionBody(), ...given } });
const patch = (id: string, body: unknown, headers = {}) =>
  app.call("PATCH", `/connections/${id}`, { as: owner, body, headers });

/** Every reference to credentials that lies in the secret store. */
const secretRefs = async () => (await app.secrets.list("connections/")).map(({ ref }) => ref);

describe("PATCH /connections/{id}", () => {
  it("changes the name alone, and nothing else", async () => {
    const before = await aConnection(owner);
    const name = unique("renamed ");
    const { status, body } = await patch(before.id, { name });
    expect(status).toBe(200);
    expect(body).toEqual({ ...before, name, version: 2 });
    expect((await post({ name: before.name })).status).toBe(201);
    expect((await post({ name })).status).toBe(409);
  });

  it("loses no update: If-Match refuses the second of two who read the same version", async () => {
    const { id } = await aConnection(owner);
    const both = await Promise.all(
      [unique("a "), unique("b ")].map((name) => patch(id, { name }, { "if-match": '"1"' })),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    const stale = { as: owner, headers: { "if-match": "1" } };
    expect(await app.call("DELETE", `/connections/${id}`, stale)).toMatchObject({
      status: 412,
      body: { code: "version-mismatch" },
    });
    const current = { as: owner, headers: { "if-match": 'W/"2"' } };
    expect((await app.call("DELETE", `/connections/${id}`, current)).status).toBe(204);
  });

  it("lets the name's case change", async () => {
    const before = await aConnection(owner);
    const name = before.name.toUpperCase();
    expect(await patch(before.id, { name })).toMatchObject({ status: 200, body: { name } });
  });

  it.each([
    ["host", () => ({ host: "database.test" })],
    ["port", () => ({ port: 1 })],
    ["database", () => ({ database: "template1" })],
    ["certificate authority", () => ({ ca: "another" })],
  ])("needs the credentials again for another %s", async (_, config) => {
    const { id } = await aConnection(owner);
    const reply = await patch(id, { config: config() });
    expect(reply).toMatchObject({
      status: 422,
      body: { code: "credentials-required", errors: [{ in: "body", pointer: "/credentials" }] },
    });
    expect((await owner.api.getConnection({ params: { connectionId: id } })).version).toBe(1);
  });

  it("needs the credentials again for weaker TLS, and not for stronger", async () => {
    const { id } = await aConnection(owner);
    expect(await patch(id, { config: { tls: "require" } })).toMatchObject({ status: 200 });
    for (const tls of ["disable", null]) {
      expect(await patch(id, { config: { tls } })).toMatchObject({ body: { code: "credentials-required" } });
    }
  });

  it("takes another host with credentials, and the sweep forgets the old ones", async () => {
    const { id } = await aConnection(owner);
    const [before] = (await secretRefs()).filter((ref) => ref.includes(id));
    const body = { config: { host: "database.test" }, credentials: postgresCredentials() };
    expect(await patch(id, body)).toMatchObject({
      status: 200,
      body: { config: { ...postgresConfig(), host: "database.test" }, version: 2 },
    });
    // The files carry the machine's own time.
    const later = { now: () => new Date(Date.now() + 2 * 3_600_000) };
    await sweepSecrets({ store: app.store, secrets: app.secrets, clock: later });
    const after = (await secretRefs()).filter((ref) => ref.includes(id));
    expect(after).toHaveLength(1);
    expect(after).not.toContain(before);
  });

  it("leaves old ones, of whatever age, for an hour to what is under way with them", async () => {
    const { id } = await aConnection(owner);
    const [before = ""] = (await secretRefs()).filter((ref) => ref.includes(id));
    const secrets: typeof app.secrets = {
      ...app.secrets,
      list: async (prefix) => {
        const days = new Date(Date.now() - 10 * 24 * 3_600_000);
        const found = await app.secrets.list(prefix);
        return found.map((each) => (each.ref === before ? { ...each, writtenAt: days } : each));
      },
    };
    const sweep = (hours: number) => {
      const at = new Date(Date.now() + hours * 3_600_000);
      return sweepSecrets({ store: app.store, secrets, clock: { now: () => at } });
    };
    expect((await patch(id, { credentials: postgresCredentials() })).status).toBe(200);
    await sweep(0.9);
    expect(await secretRefs()).toContain(before);
    await sweep(1.1);
    const after = (await secretRefs()).filter((ref) => ref.includes(id));
    expect(after).toHaveLength(1);
    expect(after).not.toContain(before);
  });

  it("leaves old ones also when they are replaced while the sweep is at it", async () => {
    const { id } = await aConnection(owner);
    const [before = ""] = (await secretRefs()).filter((ref) => ref.includes(id));
    const secrets: typeof app.secrets = {
      ...app.secrets,
      list: async (prefix) => {
        const found = await app.secrets.list(prefix);
        expect((await patch(id, { credentials: postgresCredentials() })).status).toBe(200);
        return found;
      },
    };
    const later = { now: () => new Date(Date.now() + 2 * 3_600_000) };
    await sweepSecrets({ store: app.store, secrets, clock: later });
    expect(await secretRefs()).toContain(before);
  });

  it("tests new credentials, and keeps the old ones where they fail", async () => {
    const { id } = await aConnection(owner);
    const credentials = { username: "nobody", password: "wrong-password" };
    const reply = await patch(id, { credentials });
    expect(reply).toMatchObject({ body: { code: "connection-failed", reason: "authentication-failed" } });
    expect((await secretRefs()).filter((ref) => ref.includes(id))).toHaveLength(1);
    expect((await app.call("POST", `/connections/${id}/test`, { as: owner })).status).toBe(200);
  });

  it("says by pointer what the technology does not take", async () => {
    const { id } = await aConnection(owner);
    expect(await patch(id, { config: { sslmode: "x" }, credentials: {} })).toMatchObject({
      status: 400,
      body: { code: "invalid-request", errors: [{ in: "body", pointer: "/config/sslmode" }] },
    });
    expect(await patch(id, { credentials: { username: "a", password: 1 } })).toMatchObject({
      status: 400,
      body: { code: "invalid-request", errors: [{ in: "body", pointer: "/credentials/password" }] },
    });
  });

  it("keeps the database while data sources use it, and lets everything else change", async () => {
    const connection = await aConnection(owner);
    await aDataSource(owner, connection);
    const other = { config: { database: "template1" }, credentials: postgresCredentials() };
    expect(await patch(connection.id, other)).toMatchObject({
      status: 409,
      body: { code: "connection-in-use" },
    });
    expect((await patch(connection.id, { credentials: postgresCredentials() })).status).toBe(200);
  });

  it("takes another database while no data source uses it", async () => {
    const { id } = await aConnection(owner);
    const other = { config: { database: "template1" }, credentials: postgresCredentials() };
    expect(await patch(id, other)).toMatchObject({
      status: 200,
      body: { config: { database: "template1" } },
    });
  });

  it("takes none when a data source comes while the other database is asked", async () => {
    const connection = await aConnection(owner);
    const remote: RemoteGateway = {
      ...app.gateway,
      server: async (target) => {
        await aDataSource(owner, connection);
        return await app.gateway.server(target);
      },
    };
    const body = { config: { database: "template1" }, credentials: postgresCredentials() };
    const path = `/connections/${connection.id}`;
    const reply = await caller({ ...app.parts, remote })("PATCH", path, { as: owner, body });
    expect(reply).toMatchObject({ status: 409, body: { code: "connection-in-use" } });
    // It is open as before.
    await aDataSource(owner, connection);
  });

  it("opens a connection that a broken deletion left closed; so does a deletion that is refused", async () => {
    const connection = await aConnection(owner);
    await aDataSource(owner, connection);
    const close = async () => {
      const record = (await app.store.connections([connection.id])).get(connection.id);
      if (record === undefined) throw new Error("it is gone");
      const { version } = record;
      const closed = { ...record, closing: true, version: version + 1 };
      const otherwise = new Error("it moved") as never;
      await app.store.commit([
        { write: "replace", kind: "connection", record: closed, expected: version, otherwise },
      ]);
    };
    await close();
    expect((await patch(connection.id, { name: unique("open ") })).status).toBe(200);
    await aDataSource(owner, connection);
    await close();
    const refused = await app.call("DELETE", `/connections/${connection.id}`, { as: owner });
    expect(refused).toMatchObject({ status: 409, body: { code: "connection-in-use" } });
    await aDataSource(owner, connection);
  });
});
