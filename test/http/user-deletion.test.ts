import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  everyPermission,
  makeMember,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { aJoinedPerson } from "#test/support/people.ts";

const app = await anApp();
const admin = await aPersona(app, { permissions: everyPermission });
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
    await expectSound(app);
  });
});
