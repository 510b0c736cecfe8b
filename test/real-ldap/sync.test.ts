import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { knownPeople } from "#core/identity/ldap/read-people.ts";
import { anApp } from "../support/app.ts";
import { expectSound } from "../support/invariants.ts";
import { aPersona } from "../support/personas.ts";
import {
  addPerson,
  base,
  groupDn,
  groupEntry,
  password,
  personDn,
  personEntry,
  readerDn,
  replace,
  startSlapd,
} from "./slapd.ts";

const people = Array.from({ length: 1210 }, (_, n) => `p${n}`);
const slapd = await startSlapd([
  ...people.map((uid) => personEntry(uid)),
  groupEntry("analysts", ["p1", "p2"]),
  groupEntry("engineers", ["p3"]),
]);
afterAll(() => slapd.stop());
const app = await anApp();
const { api } = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "USER_ADMIN"] });
const { id: providerId } = await api.createIdentityProvider({
  body: {
    kind: "ldap",
    name: "Directory",
    url: slapd.url,
    bindDn: readerDn,
    bindPassword: password,
    userBase: `ou=people,${base}`,
    groupBase: `ou=groups,${base}`,
    attributes: { Department: "departmentNumber" },
  },
});
const params = { providerId };

async function sync() {
  const { id } = await api.syncIdentityProvider({ params });
  await app.drain();
  const letters = app.outbox.deadLetters.splice(0);
  if (letters.length > 0) await app.outbox.deliver(app.deadLetterWorker, ...letters);
  return await api.getJob({ params: { jobId: id } });
}

/** Who somebody is by their address in the directory. */
async function userIdOf(uid: string): Promise<string> {
  const places = [await app.store.userPlaces(null, 1000)];
  for (let next = places[0]?.next ?? null; next !== null; next = places.at(-1)?.next ?? null) {
    places.push(await app.store.userPlaces(next, 1000));
  }
  const place = places.flatMap(({ items }) => items).find(({ email }) => email === `${uid}@example.org`);
  if (place === undefined) throw new Error(`nobody is ${uid}`);
  return place.userId;
}

async function factsOf(uid: string) {
  const person = await app.store.person(await userIdOf(uid));
  const facts = person?.facts.providers.find((of) => of.providerId === providerId);
  if (facts === undefined) throw new Error(`nothing is said of ${uid}`);
  return facts;
}
const groupsOf = async (uid: string) => {
  const [{ groups }, directory] = [await factsOf(uid), await app.store.directory()];
  return groups.map((id) => directory.group(id)?.name).toSorted();
};

describe("a directory of 1,210 people", () => {
  it("comes in as a whole, over more than one page, in few transactions", async () => {
    expect(await sync()).toMatchObject({
      state: "succeeded",
      progress: { done: 1210, total: 1210 },
      result: { users: 1210, groups: 2, created: 1210 },
    });
    expect(await knownPeople(app.store, providerId)).toHaveLength(1210);
    expect(await groupsOf("p1")).toEqual(["analysts"]);
    expect((await factsOf("p1")).attributes).toEqual({ Department: ["Sales"] });
    await expectSound(app);
  });

  it("that did not change writes no user, and keeps everybody fresh", async () => {
    const before = await knownPeople(app.store, providerId);
    app.clock.advance(60_000);
    expect((await sync()).result).toMatchObject({ created: 0, changed: 0, removed: 0, unchanged: 1210 });
    expect(await knownPeople(app.store, providerId)).toEqual(before);
    const { syncedAt } = await api.getIdentityProvider({ params });
    expect(syncedAt).toBe(app.clock.now().toISOString());
  });

  it("changes an attribute, moves a member, renames a person and a group, and lets one go", async () => {
    const [renamed, subject] = [await userIdOf("p7"), (await factsOf("p7")).subject];
    await slapd.admin(async (client) => {
      await replace(client, personDn("p5"), "departmentNumber", ["Finance"]);
      await replace(client, groupDn("analysts"), "member", [personDn("p2"), personDn("p4")]);
      await client.modifyDN(groupDn("engineers"), "cn=builders");
      await client.modifyDN(personDn("p7"), "uid=renamed");
      await client.del(personDn("p9"));
    });
    expect((await sync()).result).toMatchObject({ created: 0, changed: 4, removed: 1 });
    expect((await factsOf("p5")).attributes).toEqual({ Department: ["Finance"] });
    const groups = await Promise.all(["p1", "p4", "p3"].map(groupsOf));
    expect(groups).toEqual([[], ["analysts"], ["builders"]]);
    expect(await factsOf("p9")).toMatchObject({ disabled: true, groups: [], attributes: {} });
    expect(await api.getUser({ params: { userId: renamed } })).toMatchObject({
      disabled: false,
      providers: [{ subject, lapsed: false }],
    });
  });

  it("from which many went waits for a person; what came and changed does not", async () => {
    await slapd.admin(async (client) => {
      for (let n = 100; n < 500; n += 1) await client.del(personDn(`p${n}`));
      await addPerson(client, "newcomer");
    });
    const job = await sync();
    expect(job).toMatchObject({
      state: "awaiting-approval",
      result: { created: 1, removed: 0, held: { removes: 400 } },
    });
    expect((await factsOf("p100")).disabled).toBe(false);
    await api.approveJob({ params: { jobId: job.id } });
    await app.drain();
    expect(await api.getJob({ params: { jobId: job.id } })).toMatchObject({
      state: "succeeded",
      result: { removed: 400, held: null },
    });
    expect((await factsOf("p100")).disabled).toBe(true);
  });

  it("that refuses the password is asked once, and removes nobody", async () => {
    const before = await knownPeople(app.store, providerId);
    await api.updateIdentityProvider({ params, body: { bindPassword: "another password" } });
    expect(await sync()).toMatchObject({
      state: "failed",
      error: { code: "identity-provider-unreachable" },
    });
    expect(await knownPeople(app.store, providerId)).toEqual(before);
    await api.updateIdentityProvider({ params, body: { bindPassword: password } });
  });

  it("that is gone is asked three times, and removes nobody; no word of any attempt holds a password", async () => {
    const before = await knownPeople(app.store, providerId);
    await slapd.stop();
    expect(await sync()).toMatchObject({
      state: "failed",
      attempts: 3,
      error: { code: "job-dead-lettered" },
    });
    expect(await knownPeople(app.store, providerId)).toEqual(before);
    const { items } = await api.listJobs({ query: {} });
    const told = inspect([items, app.log.lines], { depth: 20, maxArrayLength: null, maxStringLength: null });
    expect(told).toContain("ECONNREFUSED");
    expect([password, "another password"].filter((secret) => told.includes(secret))).toEqual([]);
    await expectSound(app);
  });
});
