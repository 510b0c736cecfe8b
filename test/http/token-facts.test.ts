import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aTokenProvider, providersOf } from "#test/support/identity-providers.ts";
import { checked } from "#test/support/invariants.ts";
import { faultsOf } from "#test/support/faults.ts";
import { anIssuer, type Person } from "#test/support/oidc-issuer.ts";
import { aPersona, everyPermission } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const admin = await aPersona(app, { permissions: everyPermission });
const { patch, remove } = await providersOf(app);
const mapping = { groupsClaim: "groups", attributes: { Country: "country" } };
const issuer = await anIssuer(app.clock);
const provider = await aTokenProvider(app, issuer.issuer, mapping);
const { sent } = await faultsOf(app.client);

interface Me {
  readonly user: { readonly id: string };
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}
const me = async (token: string) => (await app.call("GET", "/me", { as: { key: token } })).body as Me;
const come = async (person: Person, age = 0) => await me(await issuer.token(person, { age }));
const someone = (more: object = {}): Person => ({ sub: unique("subject-"), ...more });
const writes = () => sent.filter(({ operation }) => operation === "TransactWriteItems").length;
const groupNamed = async (name: string) => (await app.store.directory()).groupNamed(name);
const aGroup = async (name: string) =>
  (await app.call("POST", "/groups", { as: admin, body: { name } })).body as { readonly id: string };
/** A key of theirs, so that they can come without a token. */
async function keyOf(token: string): Promise<string> {
  const made = await app.call("POST", "/me/api-keys", { as: { key: token }, body: { name: "other" } });
  return (made.body as { readonly key: string }).key;
}
const hour = 3_600_000;
const next = () => app.clock.advance(1000);

describe("groups that a token names", () => {
  it("are made on the fly as the provider's, and list who is in them", async () => {
    const [one, two] = [unique("Team "), unique("Team ")];
    const ann = await come(someone({ groups: [one, two] }));
    const bob = await come(someone({ groups: [two] }));
    expect(ann.groups.toSorted()).toEqual([one, two].toSorted());
    const group = await groupNamed(two);
    expect(group?.providerId).toBe(provider);
    const members = await app.call("GET", `/groups/${group?.id}/members`, { as: admin });
    const ids = (members.body as { items: { userId: string }[] }).items.map(({ userId }) => userId);
    expect(ids.toSorted()).toEqual([ann.user.id, bob.user.id].toSorted());
  });

  it("are made once by many who come at the same time", async () => {
    const names = [unique("Race "), unique("Race "), unique("Race ")];
    const all = await Promise.all(Array.from({ length: 6 }, () => come(someone({ groups: names }))));
    for (const { groups } of all) expect(groups.toSorted()).toEqual(names.toSorted());
    const { all: groups } = await app.store.directory();
    expect(groups.filter(({ name }) => names.includes(name))).toHaveLength(3);
  });

  it("are the same, whatever the case of their letters", async () => {
    const name = unique("Case ");
    await come(someone({ groups: [name] }));
    expect((await come(someone({ groups: [name.toUpperCase()] }))).groups).toEqual([name]);
  });

  it("never join a group of Reeve's own, nor one of another provider", async () => {
    const [own, others, free] = [unique("Own "), unique("Others "), unique("Free ")];
    await aGroup(own);
    const other = await anIssuer(app.clock, true);
    await aTokenProvider(app, other.issuer, mapping);
    await me(await other.token(someone({ groups: [others] })));
    const { groups } = await come(someone({ groups: [own, others, free] }));
    expect(groups).toEqual([free]);
    expect(app.log.lines.at(-1)).toMatchObject({
      level: "warn",
      fields: { providerId: provider, groups: 2 },
    });
  });

  it("cannot be taken by a group of Reeve's own afterwards", async () => {
    const name = unique("Taken ");
    await come(someone({ groups: [name] }));
    const reply = await app.call("POST", "/groups", { as: admin, body: { name: name.toLowerCase() } });
    expect(reply).toMatchObject({ status: 409, body: { code: "group-name-taken" } });
  });

  it("are at most 200 of one token, and go again with the next one", async () => {
    const person = someone();
    const names = Array.from({ length: 205 }, (_, index) => `Many ${String(index).padStart(3, "0")}`);
    const many = await come({ ...person, groups: names });
    expect(many.groups).toHaveLength(200);
    expect((await checked(app)).findings).toEqual([]);
    next();
    expect((await come({ ...person, groups: names.slice(0, 3) })).groups).toEqual(names.slice(0, 3));
    const gone = await groupNamed("Many 150");
    expect(await app.store.groupMembers(gone?.id ?? "", null, 10)).toEqual([]);
  });

  it("are those alone that the provider lets through", async () => {
    const other = await anIssuer(app.clock, true);
    const id = await aTokenProvider(app, other.issuer, { ...mapping, groups: ["data-*"] });
    const names = [unique("data-"), unique("Data-"), unique("office-")];
    const token = await other.token(someone({ groups: names }));
    expect((await me(token)).groups.toSorted()).toEqual(names.slice(0, 2).toSorted());
    await patch(id, { groups: null });
    expect((await me(token)).groups.toSorted()).toEqual(names.toSorted());
  });

  it("stand beside those that somebody in Reeve put them into", async () => {
    const person = someone({ groups: [unique("Said ")] });
    const { user, groups } = await come(person);
    const own = unique("Put ");
    const { id } = await aGroup(own);
    const put = await app.call("PUT", `/groups/${id}/members/${user.id}`, { as: admin });
    expect(put.status).toBeLessThan(300);
    next();
    expect((await come(person)).groups.toSorted()).toEqual([...groups, own].toSorted());
  });
});

describe("what a token says", () => {
  it("is written once: the same token again writes nothing", async () => {
    const token = await issuer.token(someone({ groups: [unique("Once ")], country: ["US", "DE"] }));
    const { attributes } = await me(token);
    expect(attributes).toEqual({ Country: ["DE", "US"] });
    const before = writes();
    await me(token);
    app.clock.advance(hour - 1);
    await me(token);
    expect(writes()).toBe(before);
  });

  it("is as old as the token, however long that is valid and often it is sent", async () => {
    const token = await issuer.token(someone({ groups: [unique("Kept ")], country: "US" }), {
      claims: { exp: 4_000_000_000 },
    });
    await me(token);
    const before = writes();
    // Tokens say the second in which they were issued.
    app.clock.advance(24 * hour - 1000);
    expect(await me(token)).toMatchObject({ attributes: { Country: ["US"] } });
    app.clock.advance(1000);
    expect(await me(token)).toMatchObject({ groups: [], attributes: {} });
    expect(writes()).toBe(before);
  });

  it("of an older token never takes the place of a newer one's", async () => {
    const person = someone();
    const old = await issuer.token({ ...person, groups: [unique("Old ")], country: "US" });
    next();
    const fresh = { ...person, groups: [unique("New ")], country: "DE" };
    const newer = await come(fresh);
    const before = writes();
    expect(await me(old)).toEqual(newer);
    expect(writes()).toBe(before);
  });

  it("lapses 24 hours after it was last said, to whom calls without it too", async () => {
    const person = someone({ groups: [unique("Lapse ")], country: "US" });
    const token = await issuer.token(person);
    const [came, key] = [await me(token), await keyOf(token)];
    app.clock.advance(24 * hour - 1000);
    expect(await me(key)).toMatchObject({ groups: came.groups, attributes: { Country: ["US"] } });
    app.clock.advance(1000);
    expect(await me(key)).toMatchObject({ groups: [], attributes: {} });
    expect(await come(person)).toMatchObject({ groups: came.groups });
  });

  it("counts for nothing once the provider has another issuer", async () => {
    const [from, to] = [await anIssuer(app.clock, true), await anIssuer(app.clock, true)];
    const id = await aTokenProvider(app, from.issuer, mapping);
    const key = await keyOf(await from.token(someone({ country: "US" })));
    expect(await me(key)).toMatchObject({ attributes: { Country: ["US"] } });
    await patch(id, { issuer: to.issuer });
    expect(await me(key)).toMatchObject({ attributes: {} });
  });
});

describe("a provider that is deleted", () => {
  it("takes its facts along at once, its groups within a minute, and what was given to them", async () => {
    const other = await anIssuer(app.clock, true);
    const id = await aTokenProvider(app, other.issuer, mapping);
    const name = unique("Gone ");
    const person = someone({ groups: [name], country: "US" });
    const key = await keyOf(await other.token(person));
    const group = await groupNamed(name);
    await remove(id);
    expect(await me(key)).toMatchObject({ groups: [], attributes: {} });
    expect((await app.call("GET", `/groups/${group?.id}`, { as: admin })).status).toBe(404);
    await app.sweep();
    await app.drain();
    expect((await app.store.directory()).forsaken).toEqual([]);
    expect((await aGroup(name)).id).not.toBe(group?.id);
    expect(await app.store.groupMembers(group?.id ?? "", null, 10)).toEqual([]);
  });

  it("and made anew knows the same people again", async () => {
    const other = await anIssuer(app.clock, true);
    const id = await aTokenProvider(app, other.issuer, mapping);
    const person = someone({ groups: [unique("Again ")] });
    const before = await me(await other.token(person));
    await remove(id);
    await app.sweep();
    await aTokenProvider(app, other.issuer, mapping);
    const after = await me(await other.token(person));
    expect(after).toMatchObject({ user: { id: before.user.id }, groups: before.groups });
  });
});

it("the table is sound after all of this", async () => {
  await app.drain();
  expect((await checked(app)).findings).toEqual([]);
});
