import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { changeUser } from "#test/support/members.ts";
import { stateMember } from "#test/support/state-member.ts";
import { aKnownGroup, aPersona, makeMember, type Persona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const owner = await aPersona(app);
const administrator = await aPersona(app, { permissions: ["USER_ADMIN"] });
const path = (id: string) => `/data-sources/${id}/subscription-policy`;
const read = (as: Persona, dataSourceId: string) =>
  as.api.getSubscriptionPolicy({ params: { dataSourceId } });
const put = (id: string, body: object, as = owner, headers = {}) =>
  app.call("PUT", path(id), { as, body, headers });
const statusOf = async (as: Persona, id: string) =>
  (await app.call("GET", `/data-sources/${id}`, { as })).status;
/** Whether somebody finds a data source in the list, and is counted among those who may. */
async function finds(as: Persona, { name }: { readonly name: string }): Promise<boolean> {
  const query = { search: name };
  const [{ items }, { technology }] = await Promise.all([
    as.api.listDataSources({ query }),
    as.api.facetsOfDataSources({ query }),
  ]);
  const found = items.length === 1;
  expect(Object.values(technology).reduce((sum, count) => sum + count, 0)).toBe(found ? 1 : 0);
  return found;
}

describe("a subscription policy that an owner states", () => {
  it("knows a group by its id from then on, and one that is not there yet by its name", async () => {
    const [sales, later] = [await aKnownGroup(app, { name: unique("Sales ") }), unique("Later ")];
    const source = await aRecordedSource(app, owner);
    const reply = await put(source.id, {
      kind: "entitlement",
      discoverable: false,
      entitlement: { operator: "any", groups: [sales.name.toUpperCase(), later] },
    });
    expect(reply).toMatchObject({
      body: { entitlement: { groups: [sales.name, later] }, warnings: [expect.stringContaining(later)] },
    });
    const seller = await aPersona(app, { groups: [sales.id] });
    expect(await statusOf(seller, source.id)).toBe(200);
    const params = { groupId: sales.id };
    const renamed = await administrator.api.updateGroup({ params, body: { name: unique("Sellers ") } });
    expect(await statusOf(seller, source.id)).toBe(200);
    const made = await aKnownGroup(app, { name: later.toLowerCase() });
    expect(await statusOf(await aPersona(app, { groups: [made.id] }), source.id)).toBe(200);
    expect(await read(owner, source.id)).toMatchObject({
      entitlement: { groups: [renamed.name, later] },
      warnings: [],
    });
    await administrator.api.deleteGroup({ params });
    await app.drain();
    expect(await statusOf(seller, source.id)).toBe(404);
    expect(await read(owner, source.id)).toMatchObject({
      entitlement: { groups: [sales.name, later] },
      warnings: [expect.stringContaining("is gone")],
    });
  });

  it("widens and tightens at the next request, in detail, list, search and counts alike", async () => {
    const source = await aRecordedSource(app, owner);
    const [ann, member] = [await aPersona(app, { attributes: { region: ["EU"] } }), await aPersona(app)];
    await makeMember(app, source, member, "subscriber");
    const seen = async () => [await statusOf(ann, source.id), await finds(ann, source)];
    const eu = { operator: "all", attributes: [{ name: "Region", values: ["EU"] }] };
    const us = { operator: "all", attributes: [{ name: "Region", values: ["US"] }] };
    expect(await seen()).toEqual([404, false]);
    const steps: readonly (readonly [object, number, boolean])[] = [
      [{ kind: "anyone", discoverable: false }, 200, true],
      [{ kind: "individual", discoverable: false }, 404, false],
      [{ kind: "entitlement", discoverable: false, entitlement: eu }, 200, true],
      [{ kind: "entitlement", discoverable: false, entitlement: us }, 404, false],
      [{ kind: "approval", discoverable: false }, 404, false],
    ];
    for (const [body, status, found] of steps) {
      expect((await put(source.id, body)).status).toBe(200);
      expect(await seen()).toEqual([status, found]);
      expect(await statusOf(member, source.id)).toBe(200);
    }
    for (const discoverable of [true, false]) {
      await put(source.id, { kind: "approval", discoverable });
      expect(await finds(ann, source)).toBe(discoverable);
      expect((await app.call("GET", path(source.id), { as: ann })).status).toBe(discoverable ? 403 : 404);
    }
    await expectSound(app);
  });

  it("obeys If-Match, which speaks of the data source's version", async () => {
    const source = await aRecordedSource(app, owner);
    const body = { kind: "anyone", discoverable: true };
    expect(await put(source.id, body, owner, { "if-match": '"7"' })).toMatchObject({ status: 412 });
    expect((await put(source.id, body, owner, { "if-match": '"1"' })).status).toBe(200);
    expect(
      await put(source.id, { ...body, discoverable: false }, owner, { "if-match": '"1"' }),
    ).toMatchObject({
      status: 412,
      body: { code: "version-mismatch" },
    });
  });

  it("is for owners: other members, GOVERNANCE and discoverers get 403, everybody else 404", async () => {
    const source = await aRecordedSource(app, owner);
    const body = { kind: "anyone", discoverable: true };
    for (const role of ["expert", "subscriber", "ingest"] as const) {
      const member = await aPersona(app);
      await makeMember(app, source, member, role);
      expect((await put(source.id, body, member)).status).toBe(403);
      expect((await app.call("GET", path(source.id), { as: member })).status).toBe(200);
    }
    const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
    expect((await put(source.id, body, governor)).status).toBe(403);
    const outsider = await aPersona(app, { permissions: ["USER_ADMIN", "APPLICATION_ADMIN", "AUDIT"] });
    expect((await put(source.id, body, outsider)).status).toBe(404);
    expect((await app.call("GET", path(source.id), { as: outsider })).status).toBe(404);
    await put(source.id, { ...body, kind: "individual" });
    expect((await put(source.id, body, outsider)).status).toBe(403);
    expect((await app.call("GET", path(source.id), { as: outsider })).status).toBe(403);
  });

  it("is nobody's any more whose ownership ended, by the clock, by hand or with the group", async () => {
    const source = await aRecordedSource(app, owner);
    const group = await aKnownGroup(app);
    const [short, inGroup] = [await aPersona(app), await aPersona(app, { groups: [group.id] })];
    await makeMember(app, source, short, "owner", new Date(app.clock.now().getTime() + 1000).toISOString());
    await stateMember(app, source.id, { type: "group", id: group.id }, "owner");
    const body = (discoverable: boolean) => ({ kind: "individual", discoverable });
    expect((await put(source.id, body(true), short)).status).toBe(200);
    expect((await put(source.id, body(false), inGroup)).status).toBe(200);
    app.clock.advance(1000);
    await changeUser(app, inGroup, { groups: [] });
    expect((await put(source.id, body(true), short)).status).toBe(404);
    expect((await put(source.id, body(true), inGroup)).status).toBe(404);
  });
});
