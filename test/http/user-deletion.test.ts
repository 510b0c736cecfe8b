import { describe, expect, it } from "vitest";
import { DomainError } from "#core/errors/domain-error.ts";
import { anApp } from "#test/support/app.ts";
import { checked } from "#test/support/invariants.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  everyPermission,
  makeMember,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { aJoinedPerson, personBody } from "#test/support/people.ts";
import { unique } from "#test/support/records.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const admin = await aPersona(app, { permissions: everyPermission });
const call = (method: string, path: string, body?: unknown, as: Persona = admin) =>
  app.call(method, path, { as, ...(body === undefined ? {} : { body }) });
const aUser = () => admin.api.createUser({ body: personBody() });
const remove = (id: string) => app.call("DELETE", `/users/${id}`, { as: admin });
/** A data source of somebody's, on a connection that is not theirs. */
async function aSourceOf(person: Persona): Promise<DataSource> {
  const connection = await aConnection(admin);
  await admin.api.addConnectionMember({
    params: { connectionId: connection.id },
    body: { principal: { type: "user", id: person.user.id }, role: "registrar" },
  });
  return await aDataSource(person, connection);
}
const lastOwner = { status: 409, body: { code: "last-owner" } };

describe("DELETE /users/{id}", () => {
  it("leaves nothing of the user but what was done, and lets their keys in no more", async () => {
    const person = await aJoinedPerson(app, admin);
    await person.api.createMyKey({ body: { name: "second" } });
    const path = `/users/${person.user.id}`;
    expect((await call("DELETE", path)).status).toBe(204);
    expect((await call("GET", "/me", undefined, person)).status).toBe(401);
    for (const [method, at, body] of [
      ["GET", path],
      ["PATCH", path, { name: "x" }],
      ["DELETE", path],
      ["POST", `${path}/invitation`],
    ] as const) {
      expect((await call(method, at, body)).status).toBe(404);
    }
    const left = (await itemsOf(app, "user", "user-place", "key-ring", "api-key", "invitation")).filter(
      (item) => JSON.stringify(item).includes(person.user.id),
    );
    expect(left).toEqual([]);
    expect((await auditOf(app, "user", person.user.id)).at(-1)).toBe("user:delete");
  });

  it("of the same user ten times at once succeeds once", async () => {
    const { id } = await aUser();
    const replies = await Promise.all(Array.from({ length: 10 }, () => call("DELETE", `/users/${id}`)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([204, ...Array<number>(9).fill(404)]);
  });

  it("takes with it what providers say of the user, and frees who they are there", async () => {
    const { id } = await aUser();
    const [issuer, subject] = ["https://issuer.example.com", unique("subject")];
    const guard = { guard: "identity", issuer, subject } as const;
    const facts = {
      providerId: "idp_1",
      issuer,
      subject,
      groups: [],
      attributes: {},
      disabled: false,
      refreshedAt: app.clock.now().toISOString(),
      tokenIssuedAt: null,
    };
    await app.store.commit([
      { write: "claim", guard, owner: id, otherwise: new DomainError("contention") },
      { write: "create", kind: "user-facts", record: { userId: id, providers: [facts], version: 1 } },
    ]);
    expect((await call("DELETE", `/users/${id}`)).status).toBe(204);
    expect(await app.store.guardOwner(guard)).toBeNull();
    expect((await itemsOf(app, "user-facts")).filter(({ userId }) => userId === id)).toEqual([]);
  });

  it("is refused while a data source would be left without an owner who can act", async () => {
    const person = await aJoinedPerson(app, admin, { permissions: ["CREATE_DATA_SOURCE"] });
    const other = await aJoinedPerson(app, admin);
    const source = await aSourceOf(person);
    await app.drain();
    expect(await remove(person.user.id)).toMatchObject(lastOwner);
    await makeMember(app, source, other, "owner");
    const path = `/users/${other.user.id}`;
    await app.call("PATCH", path, { as: admin, body: { disabled: true } });
    expect(await remove(person.user.id)).toMatchObject(lastOwner);
    await app.call("PATCH", path, { as: admin, body: { disabled: false } });
    expect((await remove(person.user.id)).status).toBe(204);
    expect(await remove(other.user.id)).toMatchObject(lastOwner);
  });

  it("of two owners at once leaves one", async () => {
    const one = await aJoinedPerson(app, admin, { permissions: ["CREATE_DATA_SOURCE"] });
    const other = await aJoinedPerson(app, admin);
    const source = await aSourceOf(one);
    await makeMember(app, source, other, "owner");
    await app.drain();
    const replies = await Promise.all([remove(one.user.id), remove(other.user.id)]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([204, 409]);
  });

  it("is never in the way of disabling", async () => {
    const person = await aJoinedPerson(app, admin, { permissions: ["CREATE_DATA_SOURCE"] });
    await aSourceOf(person);
    const reply = await app.call("PATCH", `/users/${person.user.id}`, {
      as: admin,
      body: { disabled: true },
    });
    expect(reply.status).toBe(200);
  });

  it("has a job take the user's roles away", async () => {
    const person = await aJoinedPerson(app, admin);
    const source = await aDataSource(admin, await aConnection(admin));
    await makeMember(app, source, person, "expert");
    await app.drain();
    expect((await remove(person.user.id)).status).toBe(204);
    await app.drain();
    const { members } = await app.store.dataSourceMembers(source.id);
    expect(members.map(({ principal }) => principal.id)).toEqual([admin.user.id]);
    const [job] = (await admin.api.listJobs({ query: { type: "principal-removal" } })).items;
    expect(job).toMatchObject({ state: "succeeded" });
  });

  it("leaves a table in which nothing contradicts itself", async () => {
    await app.drain();
    expect((await checked(app)).findings).toEqual([]);
  });
});
