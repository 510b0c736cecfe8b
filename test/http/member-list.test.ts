import { describe, expect, it } from "vitest";
import type { RouteResult } from "#contracts/http/route.ts";
import type { Routes } from "#contracts/http/routes.ts";
import { individually, type OwnSubscription } from "#core/subscriptions/subscription-policy.ts";
import { anApp, caller, type App } from "#test/support/app.ts";
import { aGlobalPolicy, changeUser, dropPolicy } from "#test/support/members.ts";
import { stateMember } from "#test/support/state-member.ts";
import { aKnownGroup, aPersona, makeMember, type Persona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";

const app = await anApp();
const owner = await aPersona(app, { name: "Olga" });
const own = (given: Partial<OwnSubscription>): OwnSubscription => ({
  ...individually,
  source: "owner",
  ...given,
});
const user = ({ user: { id } }: Persona) => ({ type: "user" as const, id });
const later = (ms: number, of: App = app) => new Date(of.clock.now().getTime() + ms).toISOString();

type Page = RouteResult<Routes["listMembers"]>;

/** All pages of the list, of so many lines at a time. */
async function pages(as: Persona, dataSourceId: string, limit = 200) {
  const found = [];
  let cursor: string | undefined;
  do {
    const query = { limit, ...(cursor === undefined ? {} : { cursor }) };
    const page: Page = await as.api.listMembers({ params: { dataSourceId }, query });
    found.push(page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}
const all = async (as: Persona, id: string, limit?: number) => (await pages(as, id, limit)).flat();
const namesIn = (items: Awaited<ReturnType<typeof all>>) => items.map(({ principal: { name } }) => name);

describe("GET /data-sources/{id}/members", () => {
  it("lists groups and users with their names, each once, page by page", async () => {
    const source = await aRecordedSource(app, owner);
    for (const name of ["Analysts", "Buyers", "Clerks"]) {
      const group = await aKnownGroup(app, { name });
      await stateMember(app, source.id, { type: "group", id: group.id }, "subscriber");
    }
    for (const name of ["Ann", "Bob", "Cid", "Dan"])
      await makeMember(app, source, await aPersona(app, { name }), "expert");
    const whole = await all(owner, source.id);
    expect(namesIn(whole).slice(0, 3)).toEqual(["Analysts", "Buyers", "Clerks"]);
    expect(namesIn(whole).slice(3).toSorted()).toEqual(["Ann", "Bob", "Cid", "Dan", "Olga"]);
    expect(whole.every(({ automatic, addedAt }) => !automatic && addedAt !== null)).toBe(true);
    for (const limit of [1, 2, 3, 7]) {
      const paged = await pages(owner, source.id, limit);
      expect(paged.flat()).toEqual(whole);
      expect(paged.every((page) => page.length <= limit)).toBe(true);
      expect(paged).toHaveLength(Math.ceil(8 / limit));
    }
  });

  it("leaves out whose time is over, by the clock alone, and who was taken out by hand", async () => {
    const source = await aRecordedSource(app, owner);
    const group = await aKnownGroup(app);
    await makeMember(app, source, await aPersona(app, { name: "Ann" }), "expert", later(1000));
    await stateMember(app, source.id, { type: "group", id: group.id }, "subscriber", later(1000));
    await stateMember(app, source.id, user(await aPersona(app)), "removed");
    expect(await all(owner, source.id)).toHaveLength(3);
    app.clock.advance(999);
    expect(await all(owner, source.id)).toHaveLength(3);
    app.clock.advance(1);
    expect(namesIn(await all(owner, source.id))).toEqual(["Olga"]);
  });

  it("is read by every member and by GOVERNANCE; discoverers get 403, others 404", async () => {
    const source = await aRecordedSource(app, owner);
    const path = `/data-sources/${source.id}/members`;
    for (const role of ["expert", "subscriber", "ingest"] as const) {
      const member = await aPersona(app);
      await makeMember(app, source, member, role);
      expect((await app.call("GET", path, { as: member })).status).toBe(200);
    }
    const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
    expect((await app.call("GET", path, { as: governor })).status).toBe(200);
    const outsider = await aPersona(app, {
      permissions: ["USER_ADMIN", "APPLICATION_ADMIN", "AUDIT", "CREATE_DATA_SOURCE", "PROJECT_MANAGEMENT"],
    });
    expect((await app.call("GET", path, { as: outsider })).status).toBe(404);
    const shown = await aRecordedSource(app, owner, { subscription: own({ discoverable: true }) });
    for (const rest of ["members", "subscription-policy"]) {
      expect((await app.call("GET", `/data-sources/${shown.id}/${rest}`, { as: outsider })).status).toBe(403);
    }
  });

  it("refuses a cursor of another data source's list", async () => {
    const [one, other] = [await aRecordedSource(app, owner), await aRecordedSource(app, owner)];
    await makeMember(app, one, await aPersona(app), "expert");
    const { nextCursor } = await owner.api.listMembers({
      params: { dataSourceId: one.id },
      query: { limit: 1 },
    });
    const reply = await app.call("GET", `/data-sources/${other.id}/members`, {
      as: owner,
      query: { cursor: nextCursor ?? "" },
    });
    expect(reply).toMatchObject({ status: 400, body: { code: "invalid-cursor" } });
  });
});

describe("whom the policies subscribe", () => {
  /** An app with few users: everybody in it counts, in the order in which they were made. */
  async function aSmallApp() {
    const small = await anApp();
    const someone = (name: string, given = {}) =>
      aPersona(small, { id: small.ids.next("user"), name, ...given });
    const chief = await someone("Olga");
    const ann = await someone("Ann", { attributes: { department: ["legal"] } });
    const bob = await someone("Bob", { attributes: { Department: ["sales", "legal"] } });
    const cid = await someone("Cid", { attributes: { department: ["sales"] } });
    await someone("Off", { disabled: true, attributes: { department: ["legal"] } });
    const governor = await someone("Gil", { permissions: ["GOVERNANCE"] });
    return { app: small, chief, ann, bob, cid, governor };
  }

  it("are listed last, to owners and GOVERNANCE alone; who is disabled is not", async () => {
    const { app: small, chief, ann, cid, governor } = await aSmallApp();
    const when = { who: "attribute", name: "DEPARTMENT", values: ["legal"] } as const;
    const source = await aRecordedSource(small, chief, { subscription: own({ kind: "entitlement", when }) });
    await makeMember(small, source, cid, "expert");
    const listed = await all(chief, source.id);
    expect(namesIn(listed)).toEqual(["Olga", "Cid", "Ann", "Bob"]);
    expect(listed[2]).toEqual({
      id: `auto_${ann.user.id}`,
      principal: { type: "user", id: ann.user.id, name: "Ann" },
      role: "subscriber",
      expiresAt: null,
      automatic: true,
      addedBy: "system",
      addedAt: null,
    });
    expect(await all(governor, source.id)).toEqual(listed);
    expect(namesIn(await all(ann, source.id))).toEqual(["Olga", "Cid"]);
    expect(namesIn(await all(cid, source.id))).toEqual(["Olga", "Cid"]);
    for (const limit of [1, 2, 3]) expect(await all(chief, source.id, limit)).toEqual(listed);
  });

  it("are each listed once: not who has a role, by a group too, and not who was taken out", async () => {
    const { app: small, chief, ann, bob, cid } = await aSmallApp();
    const source = await aRecordedSource(small, chief, { subscription: own({ kind: "anyone" }) });
    expect(namesIn(await all(chief, source.id))).toEqual(["Olga", "Ann", "Bob", "Cid", "Gil"]);
    const group = await aKnownGroup(small, { name: "Sales" });
    await changeUser(small, bob, { groups: [group.id] });
    await stateMember(small, source.id, { type: "group", id: group.id }, "subscriber");
    await stateMember(small, source.id, user(ann), "removed");
    await makeMember(small, source, cid, "subscriber");
    expect(namesIn(await all(chief, source.id))).toEqual(["Sales", "Olga", "Cid", "Gil"]);
    await stateMember(small, source.id, user(cid), "subscriber", later(-1, small));
    expect(namesIn(await all(chief, source.id))).toEqual(["Sales", "Olga", "Cid", "Gil"]);
    expect((await all(chief, source.id)).map(({ automatic }) => automatic)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it("follow global policies, and how several go together", async () => {
    const { app: small, chief } = await aSmallApp();
    const source = await aRecordedSource(small, chief, { subscription: own({ kind: "anyone" }) });
    const when = { who: "attribute", name: "department", values: ["legal"] } as const;
    const legal = await aGlobalPolicy(small, { kind: "entitlement", when });
    expect(namesIn(await all(chief, source.id))).toEqual(["Olga", "Ann", "Bob"]);
    const closed = await aGlobalPolicy(small, { kind: "individual" });
    expect(namesIn(await all(chief, source.id))).toEqual(["Olga"]);
    const settings = await small.store.settings();
    await small.store.commit([
      { write: "put", kind: "settings", record: { ...settings, subscriptionCombination: "any", version: 1 } },
      { write: "directory-changed" },
    ]);
    expect(namesIn(await all(chief, source.id))).toEqual(["Olga", "Ann", "Bob", "Cid", "Gil"]);
    await dropPolicy(small, legal);
    await dropPolicy(small, closed);
    expect(namesIn(await all(chief, source.id))).toEqual(["Olga", "Ann", "Bob", "Cid", "Gil"]);
  });

  it("are found a page at a time: a page does not read all users", async () => {
    const small = await anApp();
    const chief = await aPersona(small, { name: "Olga" });
    const users = Array.from({ length: 120 }, (_, index) => ({ name: `User ${index}` }));
    for (const given of users) await aPersona(small, given);
    const source = await aRecordedSource(small, chief, { subscription: own({ kind: "anyone" }) });
    let read = 0;
    const people: typeof small.store.people = (ids) => {
      read += ids.length;
      return small.store.people(ids);
    };
    const call = caller({ ...small.parts, store: { ...small.store, people } });
    const path = `/data-sources/${source.id}/members`;
    const { body } = await call("GET", path, { as: chief, query: { limit: "10" } });
    expect((body as Page).items).toHaveLength(10);
    expect(read).toBeLessThan(60);
    expect(await all(chief, source.id, 50)).toHaveLength(121);
  });
});
