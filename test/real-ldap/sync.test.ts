import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { knownPeople } from "#core/identity/ldap/read-people.ts";
import { anApp, type App } from "../support/app.ts";
import { aPersona } from "../support/personas.ts";
import {
  addGroup,
  addPerson,
  adminDn,
  base,
  groupDn,
  password,
  personDn,
  replace,
  startSlapd,
  type Slapd,
} from "./slapd.ts";

let slapd: Slapd;
let app: App;
let admin: { readonly key: string };
let providerId: string;

beforeAll(async () => {
  slapd = await startSlapd();
  app = await anApp();
  admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "USER_ADMIN"] });
  await slapd.admin(async (client) => {
    for (let n = 0; n < 1210; n += 1) await addPerson(client, `p${n}`);
    await addGroup(client, "analysts", ["p1", "p2"]);
    await addGroup(client, "engineers", ["p3"]);
  });
  const made = await app.call("POST", "/identity-providers", {
    as: admin,
    body: {
      kind: "ldap",
      name: "Directory",
      url: slapd.url,
      bindDn: adminDn,
      bindPassword: password,
      userBase: `ou=people,${base}`,
      groupBase: `ou=groups,${base}`,
      attributes: { Department: "departmentNumber" },
    },
  });
  expect(made.status).toBe(201);
  providerId = made.body.id;
});
afterAll(() => slapd.stop());

async function sync() {
  const asked = await app.call("POST", `/identity-providers/${providerId}/sync`, { as: admin });
  expect(asked.status).toBe(202);
  await app.drain().catch(() => undefined);
  return (await app.call("GET", `/jobs/${asked.body.id}`, { as: admin })).body;
}

const people = () => knownPeople(app.store, providerId);
async function factsOf(uid: string) {
  for (const { userId, facts } of await people()) {
    const found = await app.store.user(userId);
    if (found?.email === `${uid}@example.org`) return facts;
  }
  throw new Error(`nobody is ${uid}`);
}
const groupsOf = async (uid: string) => {
  const [{ groups }, directory] = [await factsOf(uid), await app.store.directory()];
  return groups.map((id) => directory.group(id)?.name).toSorted();
};

describe("a directory", () => {
  it("comes in as a whole, over more than one page", async () => {
    const job = await sync();
    expect(job).toMatchObject({ state: "succeeded", result: { users: 1210, groups: 2, created: 1210 } });
    expect(await people()).toHaveLength(1210);
    expect(await groupsOf("p1")).toEqual(["analysts"]);
    expect((await factsOf("p1")).attributes).toEqual({ Department: ["Sales"] });
  });

  it("that did not change writes no user, and keeps everybody fresh", async () => {
    const before = await people();
    app.clock.advance(60_000);
    const job = await sync();
    expect(job.result).toMatchObject({ created: 0, changed: 0, removed: 0, unchanged: 1210 });
    expect(await people()).toEqual(before);
    const provider = (await app.store.directory()).provider(providerId);
    expect(Date.parse(provider?.syncedAt ?? "")).toBe(app.clock.now().getTime());
  });

  it("changes an attribute, moves a member, renames a group, and lets one go", async () => {
    await slapd.admin(async (client) => {
      await replace(client, personDn("p5"), "departmentNumber", ["Finance"]);
      await replace(client, groupDn("analysts"), "member", [personDn("p2"), personDn("p4")]);
      await client.modifyDN(groupDn("engineers"), "cn=builders");
      await client.del(personDn("p9"));
    });
    const job = await sync();
    expect(job.result).toMatchObject({ created: 0, changed: 4, removed: 1 });
    expect((await factsOf("p5")).attributes).toEqual({ Department: ["Finance"] });
    expect([await groupsOf("p1"), await groupsOf("p4"), await groupsOf("p3")]).toEqual([
      [],
      ["analysts"],
      ["builders"],
    ]);
    expect(await factsOf("p9")).toMatchObject({ disabled: true, groups: [], attributes: {} });
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
    expect((await app.call("POST", `/jobs/${job.id}/approve`, { as: admin })).status).toBe(202);
    await app.drain();
    expect((await app.call("GET", `/jobs/${job.id}`, { as: admin })).body).toMatchObject({
      state: "succeeded",
      result: { removed: 400 },
    });
    expect((await factsOf("p100")).disabled).toBe(true);
  });

  it("that refuses the password is asked once, and removes nobody", async () => {
    const before = await people();
    const wrong = { as: admin, body: { bindPassword: "wrong" } };
    expect((await app.call("PATCH", `/identity-providers/${providerId}`, wrong)).status).toBe(200);
    expect(await sync()).toMatchObject({
      state: "failed",
      attempts: 1,
      error: { code: "identity-provider-unreachable" },
    });
    expect(await people()).toEqual(before);
    const right = { as: admin, body: { bindPassword: password } };
    expect((await app.call("PATCH", `/identity-providers/${providerId}`, right)).status).toBe(200);
  });

  it("that is gone removes nobody", async () => {
    const before = await people();
    await slapd.stop();
    expect((await sync()).state).not.toBe("succeeded");
    expect(await people()).toEqual(before);
  });
});
