import { afterAll, describe, expect, it } from "vitest";
import type { Principal } from "#core/connections/connection.ts";
import { memberWrites } from "#core/members/member-writes.ts";
import { anApp } from "#test/support/app.ts";
import { killedAt } from "#test/support/broken-steps.ts";
import { anIntegration } from "#test/support/dbt-records.ts";
import { expectSound } from "#test/support/invariants.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  aRegistrar,
  everyPermission,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { store, ids, clock } = app;
const administrator = await aPersona(app, { permissions: everyPermission, name: "Root" });
const { owner, connection } = await aRegistrar(app);

afterAll(() => expectSound(app));

const userOf = ({ user: { id } }: Persona): Principal => ({ type: "user", id });

/** Gives somebody a role, as the routes for members will. */
async function give(
  { id }: Pick<DataSource, "id">,
  principal: Principal,
  role: "owner" | "subscriber" | "removed",
) {
  const members = await store.dataSourceMembers(id);
  const at = clock.now();
  const after = {
    id: unique("mem_"),
    dataSourceId: id,
    principal,
    role,
    expiresAt: null,
    addedBy: "usr_1",
    addedAt: at.toISOString(),
  } as const;
  await store.commit(memberWrites(ids, at, members, [{ before: null, after }]));
}

/** What the table has that names somebody, but for what was done, what is being done and what the index was told. */
async function traces({ id }: Principal): Promise<readonly string[]> {
  const kinds = [
    "user",
    "group",
    "group-member",
    "principal-word",
    "data-source-member",
    "group-roles",
    "connection-member",
    "connection",
    "integration",
  ];
  const items = await Promise.all(kinds.map((kind) => itemsOf(app, kind)));
  return items
    .flat()
    .filter((item) => JSON.stringify({ ...item, createdBy: "", addedBy: "" }).includes(id))
    .map(({ pk, sk }) => `${String(pk)} / ${String(sk)}`);
}

/** Deletes a user; the job that takes away what is left of them. */
async function deleteUser({ user }: Persona): Promise<string> {
  await administrator.api.deleteUser({ params: { userId: user.id } });
  return await theRemoval();
}

const aGroup = (name = unique("Group ")) => administrator.api.createGroup({ body: { name } });
const join = (groupId: string, { user }: Persona) =>
  administrator.api.addGroupMember({ params: { groupId, userId: user.id } });
const manage = (connectionId: string, principal: Principal, role: "owner" | "registrar") =>
  owner.api.addConnectionMember({ params: { connectionId }, body: { principal, role } });
const jobNow = (jobId: string) => administrator.api.getJob({ params: { jobId } });

async function theRemoval(): Promise<string> {
  const { items } = await administrator.api.listJobs({ query: { type: "principal-removal", limit: 1 } });
  return items[0]?.id ?? "";
}

/** Whoever is given something of everything. */
async function endowed(principal: Principal) {
  const [one, two, hidden] = [
    await aDataSource(owner, connection),
    await aDataSource(owner, connection),
    await aDataSource(owner, connection),
  ];
  await give(one, principal, "owner");
  await give(two, principal, "subscriber");
  await give(hidden, principal, "subscriber");
  await owner.api.deleteDataSource({ params: { dataSourceId: hidden.id } });
  const own = await aConnection(owner);
  for (const role of ["owner", "registrar"] as const) await manage(own.id, principal, role);
  const integration = anIntegration({ owners: [principal, userOf(owner)], connectionId: own.id });
  await store.commit([{ write: "create", kind: "integration", record: integration }]);
  await app.drain();
  return { one, two, hidden, own, integration };
}

describe("when a group is deleted", () => {
  it("nobody is anything by it with the next request, and a job takes it off all that names it", async () => {
    const [group, member] = [await aGroup(), await aPersona(app)];
    const principal = { type: "group", id: group.id } as const;
    await join(group.id, member);
    const { one, two, hidden, own, integration } = await endowed(principal);
    const read = (source: DataSource) =>
      app.call("GET", `/data-sources/${source.id}`, { as: member }).then(({ status }) => status);
    expect([await read(one), await read(two)]).toEqual([200, 200]);
    await administrator.api.deleteGroup({ params: { groupId: group.id } });
    expect([await read(one), await read(two)]).toEqual([404, 404]);
    await app.drain();
    // What a user is in is dropped when the user is next written.
    expect(await traces(principal)).toEqual([`USER#${member.user.id} / USER`]);
    const job = await jobNow(await theRemoval());
    expect(job).toMatchObject({
      type: "principal-removal",
      state: "succeeded",
      subject: { type: "catalog" },
      result: { groupMembers: 1, integrations: 1, connections: 1, dataSources: 3 },
    });
    const { items } = await store.activity("group", group.id, null, 10);
    expect(
      items
        .filter(({ action }) => action === "group:removed-from")
        .map(({ actor, details }) => [actor, Object.keys(details).find((name) => name !== "jobId")]),
    ).toEqual(
      ["dataSources", "dataSources", "connections", "integrations", "groupMembers"].map((name) => [
        administrator.user.id,
        name,
      ]),
    );
    const other = await aGroup();
    await join(other.id, member);
    expect(await traces(principal)).toEqual([]);
    expect((await store.user(member.user.id))?.groups).toEqual([other.id]);
    const back = await owner.api.restoreDataSource({ params: { dataSourceId: hidden.id } });
    expect((await store.dataSourceMembers(back.id)).members).toHaveLength(1);
    await app.drain();
    await store.commit([{ write: "remove", kind: "integration", record: await latest(integration) }]);
    expect(await store.connectionMembers(own.id)).toHaveLength(2);
  });

  it("that is refused while it alone can act for a data source or an integration", async () => {
    const [group, member] = [await aGroup(), await aPersona(app)];
    const principal = { type: "group", id: group.id } as const;
    await join(group.id, member);
    const source = await aDataSource(owner, connection);
    await give(source, principal, "owner");
    const remove = () => app.call("DELETE", `/groups/${group.id}`, { as: administrator });
    const before = await store.dataSourceMembers(source.id);
    const first = before.members.find(({ principal: of }) => of.id === owner.user.id) ?? null;
    await store.commit(memberWrites(ids, clock.now(), before, [{ before: first, after: null }]));
    expect(await remove()).toMatchObject({
      status: 409,
      body: {
        code: "last-owner",
        detail: "1 data source would be left without an owner who can act.",
      },
    });
    const last = await app.call("DELETE", `/groups/${group.id}/members/${member.user.id}`, {
      as: administrator,
    });
    expect(last).toMatchObject({ status: 409, body: { code: "last-owner" } });
    const integration = anIntegration({ owners: [principal] });
    await store.commit([{ write: "create", kind: "integration", record: integration }]);
    expect(await remove()).toMatchObject({
      body: {
        detail: "1 data source and 1 dbt Cloud integration would be left without an owner who can act.",
      },
    });
    await give(source, userOf(owner), "owner");
    expect(await remove()).toMatchObject({
      body: { detail: "1 dbt Cloud integration would be left without an owner who can act." },
    });
    await store.commit([{ write: "remove", kind: "integration", record: integration }]);
    expect((await remove()).status).toBe(204);
    await app.drain();
  });
});

describe("when a user is deleted", () => {
  it("a job takes them off all that names them", async () => {
    const persona = await aPersona(app, { name: "Gone Girl" });
    const group = await aGroup();
    await join(group.id, persona);
    const { one, integration } = await endowed(userOf(persona));
    const jobId = await deleteUser(persona);
    await app.drain();
    expect(await traces(userOf(persona))).toEqual([]);
    expect(await jobNow(jobId)).toMatchObject({
      state: "succeeded",
      result: { groupMembers: 1, integrations: 1, connections: 1, dataSources: 3 },
    });
    expect((await store.dataSourceMembers(one.id)).members.map(({ principal }) => principal.id)).toEqual([
      owner.user.id,
    ]);
    expect((await latest(integration)).owners).toEqual([userOf(owner)]);
    await store.commit([{ write: "remove", kind: "integration", record: await latest(integration) }]);
  });

  it("that they were taken out by hand is forgotten too", async () => {
    const persona = await aPersona(app);
    const source = await aDataSource(owner, connection);
    await give(source, userOf(persona), "removed");
    await deleteUser(persona);
    await app.drain();
    expect(await traces(userOf(persona))).toEqual([]);
  });

  it("a connection of theirs alone is without an owner, and an administrator makes somebody else one", async () => {
    const last = await aPersona(app, { permissions: ["CREATE_DATA_SOURCE"] });
    const own = await aConnection(last);
    await deleteUser(last);
    await app.drain();
    expect(await store.connectionMembers(own.id)).toEqual([]);
    const next = await aPersona(app);
    const appoint = (principal: Principal, role = "owner", as = administrator) =>
      app.call("POST", `/connections/${own.id}/members`, { as, body: { principal, role } });
    expect((await appoint(userOf(next), "owner", next)).status).toBe(404);
    expect((await appoint(userOf(next), "registrar")).status).toBe(403);
    expect(await appoint(userOf(administrator))).toMatchObject({ body: { code: "self-change" } });
    expect((await appoint(userOf(next))).status).toBe(201);
    // There is somebody who can act now.
    expect((await appoint(userOf(owner))).status).toBe(403);
    expect((await app.call("GET", `/connections/${own.id}`, { as: next })).status).toBe(200);
  });

  it("is done once, though two workers are told of it at once", async () => {
    const persona = await aPersona(app);
    const source = await aDataSource(owner, connection);
    await give(source, userOf(persona), "subscriber");
    const jobId = await deleteUser(persona);
    await app.outbox.send({ jobId, correlationId: "again" });
    const [one, two] = [app.outbox.take(jobId), app.outbox.take(jobId)];
    await Promise.all([one, two].map((message) => app.outbox.deliver(app.worker(), message)));
    await app.drain();
    expect(await jobNow(jobId)).toMatchObject({ state: "succeeded", result: { dataSources: 1 } });
    expect(await traces(userOf(persona))).toEqual([]);
  });

  it("comes to the same end wherever a worker is killed", async () => {
    for (let step = 1; ; step += 3) {
      const persona = await aPersona(app, { name: "Often Killed" });
      const group = await aGroup();
      await join(group.id, persona);
      const source = await aDataSource(owner, connection);
      await app.drain();
      await give(source, userOf(persona), "subscriber");
      await manage(connection.id, userOf(persona), "registrar");
      const jobId = await deleteUser(persona);
      const broken = killedAt(step);
      await app.outbox.deliver(app.worker({ breaker: broken.breaker }), app.outbox.take(jobId));
      for (let round = 0; round < 2; round += 1) {
        app.clock.advance(3 * 60_000);
        await app.sweep();
        await app.drain();
      }
      expect(await traces(userOf(persona))).toEqual([]);
      expect(await jobNow(jobId)).toMatchObject({
        state: "succeeded",
        result: { groupMembers: 1, connections: 1, dataSources: 1 },
      });
      if (broken.at === null) break;
    }
  });
});

async function latest(of: { accountId: string; projectId: string; environmentId: string }) {
  const found = await store.integration(of);
  if (found === null) throw new Error("there is no such integration");
  return found;
}
