import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Permission } from "#contracts/resources/system.ts";
import { approverKinds } from "#core/subscriptions/subscription-policy.ts";
import { anApp } from "#test/support/app.ts";
import {
  aSourceWith,
  asked,
  decisions,
  later,
  state,
  statedOf,
  stateTerms,
  userOf,
} from "#test/support/asking.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona, aRegistrar, makeMember, type Persona, aKnownGroup } from "#test/support/personas.ts";

const app = await anApp();
const registrar = await aRegistrar(app);
const { owner } = registrar;
const aSource = (terms: Parameters<typeof aSourceWith>[2] = {}) => aSourceWith(app, registrar, terms);
const having = (...permissions: readonly Permission[]) => aPersona(app, { permissions });
const { approve, cancel, deny } = decisions(app);
const get = (as: Persona, { id }: { readonly id: string }) =>
  app.call("GET", `/access-requests/${id}`, { as });
const refused = (status: number, code: string) => ({ status, body: { code } });
const days = (count: number) => new Date(app.clock.now().getTime() + count * 86_400_000).toISOString();

describe("approving", () => {
  it("grants a subscription with the last approval, until the wished time from then on", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
    const [ann, governor] = [await aPersona(app), await having("GOVERNANCE")];
    const request = await asked(ann, source, { duration: "P10D" });
    expect(await approve(governor, request)).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: {
        state: "pending",
        approvals: [{ by: governor.user.id, as: "GOVERNANCE", at: app.clock.now().toISOString() }],
        decidedBy: null,
        expiresAt: null,
      },
    });
    expect(await statedOf(app, source, userOf(ann))).toBeUndefined();
    await later(app, 60_000);
    expect(await approve(owner, request)).toMatchObject({
      body: {
        state: "approved",
        approvals: [
          { by: governor.user.id, as: "GOVERNANCE" },
          { by: owner.user.id, as: "owner" },
        ],
        decidedBy: owner.user.id,
        expiresAt: days(10),
      },
    });
    expect(await statedOf(app, source, userOf(ann))).toMatchObject({
      role: "subscriber",
      expiresAt: days(10),
      addedBy: owner.user.id,
    });
    expect(await ann.api.getDataSource({ params: { dataSourceId: source.id } })).toMatchObject({
      myRole: "subscriber",
    });
    const listed = await ann.api.listDataSources({ query: { role: "subscriber" } });
    expect(listed.items.map(({ id }) => id)).toEqual([source.id]);
    const { items } = await owner.api.listActivity({ params: { dataSourceId: source.id } });
    expect(items.slice(0, 2)).toMatchObject([
      { action: "access-request:approve", details: { as: "owner", after: { role: "subscriber" } } },
      { action: "access-request:approve", actor: governor.user.id, details: { as: "GOVERNANCE" } },
    ]);
    await expectSound(app);
  });

  it("needs as many people as there are approvals, whatever one of them may stand for", async () => {
    const source = await aSource({ approvers: ["owner", "AUDIT", "USER_ADMIN"] });
    const [ann, both, auditor] = [
      await aPersona(app),
      await having("AUDIT", "USER_ADMIN"),
      await having("AUDIT"),
    ];
    const request = await asked(ann, source);
    // Whoever can stand for both gives way to who can stand for one alone.
    expect(await approve(both, request)).toMatchObject({ body: { approvals: [{ as: "AUDIT" }] } });
    expect(await approve(auditor, request)).toMatchObject({
      body: {
        state: "pending",
        approvals: [
          { by: both.user.id, as: "USER_ADMIN" },
          { by: auditor.user.id, as: "AUDIT" },
        ],
      },
    });
    expect(await approve(owner, request)).toMatchObject({ body: { state: "approved" } });
  });

  it("comes to the same end in whatever order people approve", async () => {
    const kinds = fc.uniqueArray(
      fc.constantFrom("GOVERNANCE" as const, "AUDIT" as const, "USER_ADMIN" as const),
    );
    const wanted = fc.array(fc.constantFrom(...approverKinds), { minLength: 1, maxLength: 3 });
    const people = fc.array(kinds, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(wanted, people, fc.nat(), async (approvers, permissions, turn) => {
        const source = await aSource({ approvers });
        const all = [owner, ...(await Promise.all(permissions.map((of) => having(...of))))];
        const ends: string[] = [];
        for (const order of [
          all,
          all.map((_, index) => all[(index + turn) % all.length] ?? owner),
          all.toReversed(),
        ]) {
          const request = await asked(await aPersona(app), source);
          const counted = new Set<string>();
          let end = "pending";
          for (const person of order) {
            const reply = await approve(person, request);
            // Who can stand for nothing that is wanted is told of nothing.
            if (reply.status === 404) continue;
            counted.add(person.user.id);
            end = (reply.body as { state: string }).state;
            if (end === "approved") break;
          }
          expect(end === "pending" || counted.size >= approvers.length).toBe(true);
          ends.push(end);
        }
        expect(new Set(ends).size).toBe(1);
      }),
      { numRuns: 12 },
    );
    await expectSound(app);
  });

  it("takes two different owners where two must approve", async () => {
    const source = await aSource({ approvers: ["owner", "owner"] });
    const group = await aKnownGroup(app);
    const [ann, second] = [await aPersona(app), await aPersona(app, { groups: [group.id] })];
    await state(app, source, { principal: { type: "group", id: group.id }, role: "owner" });
    const request = await asked(ann, source);
    await approve(owner, request);
    expect(await approve(owner, request)).toMatchObject({ body: { state: "pending", version: 2 } });
    expect(await approve(second, request)).toMatchObject({ body: { state: "approved" } });
  });

  it("by the same person again answers the same, pending or approved", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
    const [ann, governor] = [await aPersona(app), await having("GOVERNANCE")];
    const request = await asked(ann, source);
    const first = await approve(governor, request);
    expect((await approve(governor, request)).body).toEqual(first.body);
    const last = await approve(owner, request);
    expect((await approve(owner, request)).body).toEqual(last.body);
    expect((await approve(governor, request)).body).toEqual(last.body);
  });

  it("is refused for what is denied, cancelled or has lapsed", async () => {
    const source = await aSource();
    const ann = await aPersona(app);
    const first = await asked(ann, source);
    await deny(owner, first);
    expect(await approve(owner, first)).toMatchObject(refused(409, "request-state"));
    const second = await asked(ann, source);
    await cancel(ann, second);
    expect(await approve(owner, second)).toMatchObject(refused(409, "request-state"));
    expect(await deny(owner, second)).toMatchObject(refused(409, "request-state"));
    expect(await statedOf(app, source, userOf(ann))).toBeUndefined();
  });

  it("is refused to who asked, and to everybody in the group that it is for, whatever they are", async () => {
    const group = await aKnownGroup(app);
    const source = await aSource({ approvers: ["GOVERNANCE"] });
    const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
    const own = await asked(governor, source);
    expect(await approve(governor, own)).toMatchObject(refused(409, "self-approval"));
    expect(await deny(governor, own)).toMatchObject(refused(409, "self-approval"));
    const ann = await aPersona(app, { groups: [group.id] });
    const inGroup = await aPersona(app, { groups: [group.id], permissions: ["GOVERNANCE"] });
    const ofGroup = await asked(ann, source, { principal: { type: "group", id: group.id } });
    expect(await approve(inGroup, ofGroup)).toMatchObject(refused(409, "self-approval"));
    expect(await approve(ann, ofGroup)).toMatchObject(refused(409, "self-approval"));
    // Sharing a group with somebody who asked for themselves is nothing.
    const alone = await asked(ann, source);
    expect(await approve(inGroup, alone)).toMatchObject({ body: { state: "approved" } });
    expect(await approve(governor, ofGroup)).toMatchObject({ body: { state: "approved" } });
    await expectSound(app);
  });

  it("is nothing for those whom nobody asks: they are not told that there is a request", async () => {
    const source = await aSource({ approvers: ["AUDIT"] });
    const ann = await aPersona(app);
    const request = await asked(ann, source);
    const subscriber = await aPersona(app);
    await makeMember(app, source, subscriber, "subscriber");
    for (const other of [
      await aPersona(app),
      subscriber,
      owner,
      await having("USER_ADMIN", "GOVERNANCE", "APPLICATION_ADMIN"),
    ]) {
      expect(await get(other, request)).toMatchObject(refused(404, "not-found"));
      expect(await approve(other, request)).toMatchObject(refused(404, "not-found"));
      expect(await deny(other, request)).toMatchObject(refused(404, "not-found"));
      expect(await cancel(other, request)).toMatchObject(refused(404, "not-found"));
    }
    expect(await get(ann, { id: "arq_unknown" })).toMatchObject(refused(404, "not-found"));
  });

  it("shows who approves by permission the data source's name, and nothing else of it", async () => {
    const source = await aSource({ approvers: ["AUDIT"], discoverable: false });
    const ann = await aPersona(app);
    await stateTerms(app, source, { approvers: ["AUDIT"] });
    const request = await asked(ann, source);
    await stateTerms(app, source, { approvers: ["AUDIT"], discoverable: false });
    const auditor = await having("AUDIT");
    expect(await get(auditor, request)).toMatchObject({ status: 200, body: { dataSourceName: source.name } });
    expect(await app.call("GET", `/data-sources/${source.id}`, { as: auditor })).toMatchObject({
      status: 404,
    });
  });

  it("honours the version that was seen", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
    const request = await asked(await aPersona(app), source);
    await approve(await having("GOVERNANCE"), request);
    expect(await approve(owner, request, {}, { "if-match": '"1"' })).toMatchObject(
      refused(412, "version-mismatch"),
    );
    expect(await approve(owner, request, {}, { "if-match": '"2"' })).toMatchObject({
      body: { state: "approved" },
    });
  });
});
