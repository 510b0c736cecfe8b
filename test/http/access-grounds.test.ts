import { describe, expect, it } from "vitest";
import type { Permission } from "#contracts/resources/system.ts";
import { anApp } from "#test/support/app.ts";
import { aSourceWith, asked, decisions, state, statedOf, stateTerms, userOf } from "#test/support/asking.ts";
import { changeUser } from "#test/support/members.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona, aRegistrar, aKnownGroup } from "#test/support/personas.ts";

const app = await anApp();
const registrar = await aRegistrar(app);
const { owner } = registrar;
const aSource = (terms: Parameters<typeof aSourceWith>[2] = {}) => aSourceWith(app, registrar, terms);
const having = (...permissions: readonly Permission[]) => aPersona(app, { permissions });
const { approve, deny } = decisions(app);
const refused = (status: number, code: string) => ({ status, body: { code } });
const days = (count: number) => new Date(app.clock.now().getTime() + count * 86_400_000).toISOString();

describe("what an approval rests on is looked at when the access is granted:", () => {
  it("an approver who is disabled, or has lost what they approved as, does not count any more", async () => {
    const source = await aSource({ approvers: ["GOVERNANCE", "AUDIT", "owner"] });
    const [ann, governor, auditor] = [await aPersona(app), await having("GOVERNANCE"), await having("AUDIT")];
    const request = await asked(ann, source);
    await approve(governor, request);
    await approve(auditor, request);
    await changeUser(app, governor, { disabled: true });
    await changeUser(app, auditor, { permissions: ["USER_ADMIN"] });
    expect(await approve(owner, request)).toMatchObject({
      body: { state: "pending", approvals: [{ by: owner.user.id, as: "owner" }] },
    });
    await expectSound(app);
  });

  it("an owner who approved and is no owner any more does not count", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
    const [ann, second, governor] = [await aPersona(app), await aPersona(app), await having("GOVERNANCE")];
    await state(app, source, { principal: userOf(second), role: "owner" });
    const request = await asked(ann, source);
    await approve(second, request);
    await state(app, source, { principal: userOf(second), role: "expert" });
    expect(await approve(governor, request)).toMatchObject({ body: { state: "pending" } });
    expect(await approve(owner, request)).toMatchObject({ body: { state: "approved" } });
  });

  it("policies as they are at each approval count, not those that were when it was asked for", async () => {
    const source = await aSource({ approvers: ["owner"] });
    const [ann, governor] = [await aPersona(app), await having("GOVERNANCE")];
    const request = await asked(ann, source);
    await stateTerms(app, source, { approvers: ["owner", "GOVERNANCE"] });
    expect(await approve(owner, request)).toMatchObject({
      body: { state: "pending", required: ["owner", "GOVERNANCE"] },
    });
    await stateTerms(app, source, { approvers: ["GOVERNANCE"] });
    expect(await approve(governor, request)).toMatchObject({
      body: { state: "approved", required: ["GOVERNANCE"] },
    });
  });

  it("what nobody may ask for any more is not approved, and can still be denied", async () => {
    const source = await aSource();
    const ann = await aPersona(app);
    const request = await asked(ann, source);
    await stateTerms(app, source, { kind: "individual", approvers: [] });
    expect(await approve(owner, request)).toMatchObject(refused(409, "access-not-requestable"));
    expect(await deny(owner, request, "it is closed")).toMatchObject({
      body: { state: "denied", decisionReason: "it is closed", decidedBy: owner.user.id },
    });
  });

  it("who is disabled, or has lost what the policy is for, is let in by no approval", async () => {
    const group = await aKnownGroup(app);
    const source = await aSource({ when: { who: "group", id: group.id, name: group.name } });
    const [ann, ben] = [
      await aPersona(app, { groups: [group.id] }),
      await aPersona(app, { groups: [group.id] }),
    ];
    const [first, second] = [await asked(ann, source), await asked(ben, source)];
    await changeUser(app, ann, { disabled: true });
    await changeUser(app, ben, { groups: [] });
    expect(await approve(owner, first)).toMatchObject(refused(409, "access-not-requestable"));
    expect(await approve(owner, second)).toMatchObject(refused(409, "access-not-requestable"));
  });

  it("nobody is made less than what they are meanwhile, nor for a shorter time", async () => {
    const source = await aSource();
    const cases = [
      { role: "expert", expiresAt: days(1), end: days(1) },
      { role: "owner", expiresAt: null, end: null },
      { role: "subscriber", expiresAt: null, end: null },
      { role: "subscriber", expiresAt: days(20), end: days(20) },
      { role: "subscriber", expiresAt: days(2), end: days(10) },
      { role: "removed", expiresAt: null, end: days(10) },
      { role: "ingest", expiresAt: null, end: days(10) },
    ] as const;
    for (const { role, expiresAt, end } of cases) {
      const ann = await aPersona(app);
      const request = await asked(ann, source, { duration: "P10D" });
      await state(app, source, { principal: userOf(ann), role, expiresAt });
      expect(await approve(owner, request)).toMatchObject({ body: { state: "approved", expiresAt: end } });
      const after = await statedOf(app, source, userOf(ann));
      const stays = role === "expert" || role === "owner";
      expect(after).toMatchObject({ role: stays ? role : "subscriber", expiresAt: end });
    }
    await expectSound(app);
  });
});
