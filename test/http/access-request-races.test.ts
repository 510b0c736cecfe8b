import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import {
  aGlobalPolicy,
  aSourceWith,
  asked,
  decisions,
  state,
  statedOf,
  stateTerms,
  userOf,
} from "#test/support/asking.ts";
import { changeUser } from "#test/support/members.ts";
import { interruptedApp } from "#test/support/interrupted-app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona, aRegistrar, everyPermission, aKnownGroup } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const registrar = await aRegistrar(app);
const { owner } = registrar;
const aSource = (terms: Parameters<typeof aSourceWith>[2] = {}) => aSourceWith(app, registrar, terms);
const atOnce = decisions(app);
const interrupted = (happens: () => Promise<unknown>) => interruptedApp(app, happens);

const refused = (status: number, code: string) => ({ status, body: { code } });

describe("at the same moment", () => {
  it("two approvers both count", async () => {
    for (let round = 0; round < 5; round += 1) {
      const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
      const [ann, governor] = [await aPersona(app), await aPersona(app, { permissions: ["GOVERNANCE"] })];
      const request = await asked(ann, source);
      const replies = await Promise.all([atOnce.approve(owner, request), atOnce.approve(governor, request)]);
      expect(replies.map(({ status }) => status)).toEqual([200, 200]);
      expect(await statedOf(app, source, userOf(ann))).toMatchObject({ role: "subscriber" });
      const shown = await ann.api.getAccessRequest({ params: { requestId: request.id } });
      expect(shown).toMatchObject({ state: "approved", version: 3 });
      expect(new Set(shown.approvals.map(({ as }) => as))).toEqual(new Set(["owner", "GOVERNANCE"]));
    }
    await expectSound(app);
  });

  it("one of an approval and a denial holds, and the other one is told", async () => {
    for (let round = 0; round < 5; round += 1) {
      const source = await aSource({ approvers: ["owner"] });
      const [ann, second] = [await aPersona(app), await aPersona(app)];
      await state(app, source, { principal: userOf(second), role: "owner" });
      const request = await asked(ann, source);
      const [approved, denied] = await Promise.all([
        atOnce.approve(owner, request),
        atOnce.deny(second, request),
      ]);
      const { state: became } = await ann.api.getAccessRequest({ params: { requestId: request.id } });
      expect(became).toBe(approved.status === 200 ? "approved" : "denied");
      expect([approved.status, denied.status].toSorted()).toEqual([200, 409]);
      expect((await statedOf(app, source, userOf(ann))) !== undefined).toBe(became === "approved");
    }
    await expectSound(app);
  });

  it("the same person, clicking ten times, approves once", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
    const request = await asked(await aPersona(app), source);
    const replies = await Promise.all(Array.from({ length: 10 }, () => atOnce.approve(owner, request)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(replies[0]?.body).toMatchObject({ version: 2, approvals: [{ by: owner.user.id }] });
  });

  it("many requests for one data source are all granted", async () => {
    const source = await aSource();
    const people = await Promise.all(Array.from({ length: 6 }, () => aPersona(app)));
    const requests = await Promise.all(people.map((person) => asked(person, source)));
    const replies = await Promise.all(requests.map((request) => atOnce.approve(owner, request)));
    expect(replies.map(({ status }) => status)).toEqual(people.map(() => 200));
    const { members } = await app.store.dataSourceMembers(source.id);
    expect(members).toHaveLength(7);
    await expectSound(app);
  });
});

describe("what happens between reading and granting is seen:", () => {
  it("a stricter policy of the owner's", async () => {
    const source = await aSource();
    const ann = await aPersona(app);
    const request = await asked(ann, source);
    const { approve } = interrupted(() => stateTerms(app, source, { approvers: ["owner", "AUDIT"] }));
    expect(await approve(owner, request)).toMatchObject({
      body: { state: "pending", required: ["owner", "AUDIT"], approvals: [{ as: "owner" }] },
    });
    expect(await statedOf(app, source, userOf(ann))).toBeUndefined();
  });

  it("a policy that applies everywhere, also where nobody had to approve", async () => {
    const administrator = await aPersona(app, { permissions: [...everyPermission] });
    const tag = await administrator.api.createTag({ body: { name: unique("Secret") } });
    const source = await aSource();
    await owner.api.addTags({ params: { dataSourceId: source.id }, body: { tags: [tag.name] } });
    const tree = await app.store.tagTree();
    const tagId = tree.find(tag.name)?.id ?? "";
    const ann = await aPersona(app);
    const request = await asked(ann, source);
    const strict = () => aGlobalPolicy(app, tagId, { approvers: ["GOVERNANCE"] });
    const { approve } = interrupted(strict);
    expect(await approve(owner, request)).toMatchObject({
      body: { state: "pending", required: ["owner", "GOVERNANCE"] },
    });
    const open = await aSource({ kind: "anyone", approvers: [] });
    await owner.api.addTags({ params: { dataSourceId: open.id }, body: { tags: [tag.name] } });
    await stateTerms(app, open, { kind: "anyone", approvers: [] });
    const closing = interrupted(() => aGlobalPolicy(app, tagId, { kind: "individual", approvers: [] }));
    const path = `/data-sources/${open.id}/access-requests`;
    expect(await closing.call("POST", path, { as: ann, body: { reason: "quick" } })).toMatchObject(
      refused(409, "access-not-requestable"),
    );
    expect(await statedOf(app, open, userOf(ann))).toBeUndefined();
    await expectSound(app);
  });

  it("that the approver is disabled, or no owner any more", async () => {
    const source = await aSource();
    const [ann, second, third] = [await aPersona(app), await aPersona(app), await aPersona(app)];
    for (const one of [second, third]) await state(app, source, { principal: userOf(one), role: "owner" });
    const request = await asked(ann, source);
    const disabled = interrupted(() => changeUser(app, second, { disabled: true }));
    expect(await disabled.approve(second, request)).toMatchObject(refused(404, "not-found"));
    const degraded = interrupted(() => state(app, source, { principal: userOf(third), role: "expert" }));
    expect(await degraded.approve(third, request)).toMatchObject(refused(404, "not-found"));
    expect(await statedOf(app, source, userOf(ann))).toBeUndefined();
  });

  it("that an earlier approver loses what they approved as", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
    const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
    const request = await asked(await aPersona(app), source);
    await atOnce.approve(governor, request);
    const { approve } = interrupted(() => changeUser(app, governor, { permissions: [] }));
    expect(await approve(owner, request)).toMatchObject({ body: { state: "pending" } });
  });

  it("that who asked loses what the policy is for", async () => {
    const group = await aKnownGroup(app);
    const source = await aSource({ when: { who: "group", id: group.id, name: group.name } });
    const ann = await aPersona(app, { groups: [group.id] });
    const request = await asked(ann, source);
    const { approve } = interrupted(() => changeUser(app, ann, { groups: [] }));
    expect(await approve(owner, request)).toMatchObject(refused(409, "access-not-requestable"));
    expect(await statedOf(app, source, userOf(ann))).toBeUndefined();
  });

  it("that an approver joins the group that asks", async () => {
    const group = await aKnownGroup(app);
    const source = await aSource({ approvers: ["GOVERNANCE"] });
    const ann = await aPersona(app, { groups: [group.id] });
    const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
    const request = await asked(ann, source, { principal: { type: "group", id: group.id } });
    const { approve } = interrupted(() => changeUser(app, governor, { groups: [group.id] }));
    expect(await approve(governor, request)).toMatchObject(refused(409, "self-approval"));
  });

  it("that the data source is deleted", async () => {
    const source = await aSource();
    const [ann, ben] = [await aPersona(app), await aPersona(app)];
    const request = await asked(ann, source);
    const remove = () => owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    const { approve } = interrupted(remove);
    expect(await approve(owner, request)).toMatchObject(refused(404, "not-found"));
    const other = await aSource();
    const asking = interrupted(() => owner.api.deleteDataSource({ params: { dataSourceId: other.id } }));
    const path = `/data-sources/${other.id}/access-requests`;
    expect(await asking.call("POST", path, { as: ben, body: { reason: "late" } })).toMatchObject(
      refused(404, "not-found"),
    );
    await expectSound(app);
  });

  it("that who asked takes it back", async () => {
    const source = await aSource();
    const ann = await aPersona(app);
    const request = await asked(ann, source);
    const { approve } = interrupted(() => atOnce.cancel(ann, request));
    expect(await approve(owner, request)).toMatchObject(refused(409, "request-state"));
    expect(await statedOf(app, source, userOf(ann))).toBeUndefined();
    await expectSound(app);
  });
});
