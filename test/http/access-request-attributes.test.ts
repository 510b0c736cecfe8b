import { describe, expect, it } from "vitest";
import { factsHoldMs } from "#core/people/user-facts.ts";
import type { Who } from "#core/subscriptions/subscription-policy.ts";
import { anApp, type Request } from "#test/support/app.ts";
import { asked, decisions, later, statedOf, userOf } from "#test/support/asking.ts";
import { aProvidersGroup } from "#test/support/groups.ts";
import { interruptedApp } from "#test/support/interrupted-app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aKnownGroup, aPersona, type Persona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";

const app = await anApp();
const owner = await aPersona(app);
const administrator = await aPersona(app, { permissions: ["USER_ADMIN"] });
const { api } = administrator;
const { approve } = decisions(app);

const west: Who = { who: "attribute", name: "Region", values: ["west"] };
const attributes = { region: ["west"] };

/** Who meets a condition, and what takes it from them: an administrator's request, as they are made. */
interface Entitled {
  readonly ann: Persona;
  readonly when: Who;
  readonly lose: () => Promise<unknown>;
}
const entitled: Readonly<Record<string, () => Promise<Entitled>>> = {
  "an attribute of theirs": async () => {
    const ann = await aPersona(app, { attributes });
    const params = { userId: ann.user.id, name: "REGION" };
    return { ann, when: west, lose: () => api.removeUserAttribute({ params }) };
  },
  "a value of an attribute of theirs": async () => {
    const ann = await aPersona(app, { attributes });
    const params = { userId: ann.user.id, name: "Region" };
    return { ann, when: west, lose: () => api.setUserAttribute({ params, body: { values: ["east"] } }) };
  },
  "an attribute of a group of theirs": async () => {
    const group = await aKnownGroup(app, { attributes });
    const ann = await aPersona(app, { groups: [group.id] });
    const params = { groupId: group.id, name: "Region" };
    return { ann, when: west, lose: () => api.removeGroupAttribute({ params }) };
  },
  "a group": async () => {
    const group = await aKnownGroup(app, { attributes: {} });
    const ann = await aPersona(app, { groups: [group.id] });
    const params = { groupId: group.id, userId: ann.user.id };
    const when = { who: "group", id: group.id, name: group.name } as const;
    return { ann, when, lose: () => api.removeGroupMember({ params }) };
  },
  "that they have no attribute": async () => {
    const ann = await aPersona(app);
    const params = { userId: ann.user.id, name: "Region" };
    const when = { who: "not", of: west } as const;
    return { ann, when, lose: () => api.setUserAttribute({ params, body: { values: ["west"] } }) };
  },
};

/** A data source for whom a condition is met: they get in at once by asking, or are let ask. */
const aSource = (kind: "entitlement" | "approval", when: Who) =>
  aRecordedSource(app, owner, {
    subscription: {
      kind,
      when,
      discoverable: true,
      approvers: kind === "approval" ? ["owner"] : [],
      source: "owner",
      policyId: null,
    },
  });
const ask = (
  call: typeof app.call,
  as: Persona,
  { id }: { readonly id: string },
  body: Request["body"] = {},
) =>
  call("POST", `/data-sources/${id}/access-requests`, {
    as,
    body: { reason: "for the report", ...(body as object) },
  });
const refused = { status: 409, body: { code: "access-not-requestable" } };

describe.each(Object.entries(entitled))("whoever is let ask by %s, and loses it", (_, prepare) => {
  it("while they ask, is given nothing", async () => {
    const { ann, when, lose } = await prepare();
    const source = await aSource("entitlement", when);
    const { call } = interruptedApp(app, lose);
    expect(await ask(call, ann, source)).toMatchObject(refused);
    expect(await statedOf(app, source, userOf(ann))).toBeUndefined();
  });

  it("while the last approval is given, is given nothing", async () => {
    const { ann, when, lose } = await prepare();
    const source = await aSource("approval", when);
    const request = await asked(ann, source);
    expect(await interruptedApp(app, lose).approve(owner, request)).toMatchObject(refused);
    expect(await statedOf(app, source, userOf(ann))).toBeUndefined();
    // It waits: whoever meets the condition again is let in.
    expect((await ann.api.getAccessRequest({ params: { requestId: request.id } })).state).toBe("pending");
  });

  it("at the same moment, is given all or nothing", async () => {
    for (let round = 0; round < 3; round += 1) {
      const { ann, when, lose } = await prepare();
      const source = await aSource("entitlement", when);
      const [reply] = await Promise.all([ask(app.call, ann, source), lose()]);
      const granted = (await statedOf(app, source, userOf(ann)))?.role;
      const both = [reply.status, granted];
      expect([
        [201, "subscriber"],
        [409, undefined],
      ]).toContainEqual(both);
    }
    await expectSound(app);
  });
});

it("a group of a provider lets nobody ask, nor be let in, once its word is a day old", async () => {
  const { group, persona } = await aProvidersGroup(app);
  const when = { who: "group", id: group.id, name: group.name } as const;
  const [open, asking] = [await aSource("entitlement", when), await aSource("approval", when)];
  const request = await asked(persona, asking);
  await later(app, factsHoldMs);
  expect(await ask(app.call, persona, open)).toMatchObject(refused);
  expect(await approve(owner, request)).toMatchObject(refused);
  for (const source of [open, asking]) {
    expect(await statedOf(app, source, userOf(persona))).toBeUndefined();
  }
  await expectSound(app);
});
