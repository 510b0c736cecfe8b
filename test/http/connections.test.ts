import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "#test/support/free-port.ts";
import type { Write } from "#core/ports/change.ts";
import { anApp, caller } from "#test/support/app.ts";
import { testGateway } from "#test/support/composition.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  aRegistrar,
  connectionBody,
  postgresConfig,
  postgresCredentials,
  registering,
} from "#test/support/personas.ts";
import { aLogin } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const post = (given: object, as = owner) =>
  app.call("POST", "/connections", { as, body: { ...connectionBody(), ...given } });
/** Every reference to credentials that lies in the secret store. */
const secretRefs = async () => (await app.secrets.list("connections/")).map(({ ref }) => ref);

describe("POST /connections", () => {
  it("stores what was tested, and answers it without anything of its credentials", async () => {
    const body = connectionBody();
    const reply = await post(body);
    const { name, technology, config } = body;
    expect(reply).toMatchObject({
      status: 201,
      headers: { etag: '"1"' },
      body: { name, technology, config, createdBy: owner.user.id, version: 1 },
    });
    expect(reply.text).not.toContain(body.credentials.password);
    const { id } = reply.body as { id: string };
    expect(reply.headers["location"]).toBe(`/connections/${id}`);
    expect((await app.call("GET", `/connections/${id}`, { as: owner })).body).toEqual(reply.body);
    expect(await auditOf(app, "connection", id)).toEqual(["connection:create"]);
  });

  it.each([
    [
      "nobody listens",
      async () => ({ config: { ...postgresConfig(), port: await freePort() } }),
      "unreachable",
    ],
    [
      "the host has no address",
      () => ({ config: { ...postgresConfig(), host: "nowhere.test" } }),
      "unreachable",
    ],
    [
      "the password is wrong",
      () => ({ credentials: { ...postgresCredentials(), password: "wrong-password" } }),
      "authentication-failed",
    ],
    [
      "the user does not exist",
      () => ({ credentials: { username: "nobody", password: "wrong-password" } }),
      "authentication-failed",
    ],
    [
      "the database does not exist",
      () => ({ config: { ...postgresConfig(), database: "nothing" } }),
      "database-not-found",
    ],
    [
      "the server's certificate is not to be trusted",
      () => ({ config: { ...postgresConfig(), tls: "verify-full" } }),
      "tls-failed",
    ],
    [
      "the host is a metadata address",
      () => ({ config: { ...postgresConfig(), host: "169.254.169.254" } }),
      "address-refused",
    ],
    [
      "the host is a metadata address in IPv6",
      () => ({ config: { ...postgresConfig(), host: "fd00:ec2::254" } }),
      "address-refused",
    ],
    [
      "the host is a metadata address in disguise",
      () => ({ config: { ...postgresConfig(), host: "::ffff:169.254.169.254" } }),
      "address-refused",
    ],
    [
      "the host is a metadata address as a number",
      () => ({ config: { ...postgresConfig(), host: "2852039166" } }),
      "address-refused",
    ],
    [
      "the host resolves to a metadata address",
      () => ({ config: { ...postgresConfig(), host: "metadata.test" } }),
      "address-refused",
    ],
    [
      "the host resolves to a metadata address too",
      () => ({ config: { ...postgresConfig(), host: "rebinding.test" } }),
      "address-refused",
    ],
  ])("refuses with the reason when %s, and keeps nothing", async (_, given, reason) => {
    const before = { secrets: await secretRefs(), items: (await itemsOf(app, "connection", "guard")).length };
    const reply = await post(await given());
    expect(reply).toMatchObject({ status: 422, body: { code: "connection-failed", reason } });
    expect(reply.text).not.toContain("wrong-password");
    expect({
      secrets: await secretRefs(),
      items: (await itemsOf(app, "connection", "guard")).length,
    }).toEqual(before);
  });

  it("connects by name to the address that was checked, with TLS where asked", async () => {
    const reply = await post({ config: { ...postgresConfig(), host: "database.test", tls: "require" } });
    expect(reply).toMatchObject({ status: 201, body: { config: { host: "database.test", tls: "require" } } });
  });

  it("gives up on a server that accepts and never answers", async () => {
    const silent = createServer(() => {});
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const budget = { connectTimeoutMs: 150, statementTimeoutMs: 150, totalMs: 400 };
    const call = caller({ ...app.parts, remote: testGateway(app.secrets, budget) });
    const body = { ...connectionBody(), config: { ...postgresConfig(), port } };
    expect(await call("POST", "/connections", { as: owner, body })).toMatchObject({
      status: 422,
      body: { code: "connection-failed", reason: "unreachable" },
    });
  });

  it("takes each name once, whatever its case, blanks around it or Unicode form", async () => {
    const name = unique("Café Zürich ");
    expect((await post({ name })).status).toBe(201);
    for (const same of [name, name.toUpperCase(), ` ${name} `, name.normalize("NFD")]) {
      const reply = await post({ name: same });
      expect(reply).toMatchObject({
        status: 409,
        body: { code: "connection-name-taken", errors: [{ in: "body", pointer: "/name" }] },
      });
    }
  });

  it("lets one of twenty at once win, and leaves nothing of the others", async () => {
    const secrets = new Set(await secretRefs());
    const name = unique("race ");
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) => post({ name: index % 2 === 0 ? name : name.toUpperCase() })),
    );
    const statuses = replies.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, ...Array<number>(19).fill(409)]);
    const winner = replies.find(({ status }) => status === 201)?.body as { id: string };
    const records = await itemsOf(app, "connection");
    const named = records.filter((item) => String(item["name"]).toLowerCase() === name.toLowerCase());
    expect(named.map(({ id }) => id)).toEqual([winner.id]);
    const guards = (await itemsOf(app, "guard")).filter(({ owner }) => owner === winner.id);
    expect(guards).toHaveLength(1);
    const left = (await secretRefs()).filter((ref) => !secrets.has(ref));
    expect(left).toEqual([expect.stringMatching(new RegExp(`^connections/${winner.id}/`))]);
  });

  it("is refused without CREATE_DATA_SOURCE before anything is asked of a database", async () => {
    const as = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "USER_ADMIN", "GOVERNANCE"] });
    const reply = await post({ config: { ...postgresConfig(), port: 1 } }, as);
    expect(reply).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });
});

describe("POST /connections/{id}/test", () => {
  it("connects now and tells the server's version", async () => {
    const { id } = await aConnection(owner);
    const { status, body } = await app.call("POST", `/connections/${id}/test`, { as: owner });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: true, serverVersion: expect.stringMatching(/^1\d\./) });
  });

  it("tells the reason where it fails now", async () => {
    const login = await aLogin();
    const { id } = await aConnection(owner, { credentials: login });
    await app.secrets.put((await secretRefs()).find((ref) => ref.includes(id)) ?? "", {
      ...login,
      password: "old",
    });
    const reply = await app.call("POST", `/connections/${id}/test`, { as: owner });
    expect(reply).toMatchObject({ status: 422, body: { reason: "authentication-failed" } });
    expect(reply.text).not.toContain(login.username);
  });
});

describe("DELETE /connections/{id}", () => {
  const remove = (id: string) => app.call("DELETE", `/connections/${id}`, { as: owner });

  it("takes the connection, its members and credentials away, and frees its name", async () => {
    const { id, name } = await aConnection(owner);
    expect((await remove(id)).status).toBe(204);
    expect((await app.call("GET", `/connections/${id}`, { as: owner })).status).toBe(404);
    expect((await remove(id)).status).toBe(404);
    expect((await secretRefs()).filter((ref) => ref.includes(id))).toEqual([]);
    const left = await itemsOf(app, "connection", "connection-member", "guard");
    expect(left.filter((item) => [item["id"], item["connectionId"], item["owner"]].includes(id))).toEqual([]);
    expect(await auditOf(app, "connection", id)).toEqual(["connection:create", "connection:delete"]);
    expect((await post({ name })).status).toBe(201);
  });

  it("takes more members away than one transaction can, and tells of each part", async () => {
    const connection = await aConnection(owner);
    const addedAt = app.clock.now().toISOString();
    const given = Array.from({ length: 95 }, (): Write => {
      const principal = { type: "user", id: app.ids.next("user") } as const;
      const id = app.ids.next("member");
      const as = { connectionId: connection.id, role: "registrar", schemas: null } as const;
      return {
        write: "put",
        kind: "connection-member",
        record: { ...as, id, principal, addedBy: owner.user.id, addedAt },
      };
    });
    await app.store.commit(given.slice(0, 50));
    await app.store.commit(given.slice(50));
    expect((await remove(connection.id)).status).toBe(204);
    const left = await itemsOf(app, "connection-member");
    expect(left.filter(({ connectionId }) => connectionId === connection.id)).toEqual([]);
    const actions = ["connection:create", "connection:remove-members", "connection:delete"];
    expect(await auditOf(app, "connection", connection.id)).toEqual(actions);
  });

  it("is refused while a data source uses it, and possible once that is deleted", async () => {
    const { owner: as, connection } = await aRegistrar(app);
    const source = await aDataSource(as, connection);
    const path = `/connections/${connection.id}`;
    const refused = await app.call("DELETE", path, { as });
    expect(refused).toMatchObject({ status: 409, body: { code: "connection-in-use" } });
    expect((await as.api.getConnection({ params: { connectionId: connection.id } })).version).toBe(1);
    await as.api.deleteDataSource({ params: { dataSourceId: source.id } });
    expect((await app.call("DELETE", path, { as })).status).toBe(204);
  });

  it("and a creation at the same time come to one end: no data source without its connection", async () => {
    const { owner: as, connection } = await aRegistrar(app);
    const [created, deleted] = await Promise.allSettled([
      aDataSource(as, connection),
      as.api.deleteConnection({ params: { connectionId: connection.id } }),
    ]);
    expect([created.status, deleted.status].toSorted()).toEqual(["fulfilled", "rejected"]);
    const found = await app.call("GET", `/connections/${connection.id}`, { as });
    expect(found.status).toBe(created.status === "fulfilled" ? 200 : 404);
  });
});
