import { describe, expect, it } from "vitest";
import { individually, type OwnSubscription } from "#core/subscriptions/subscription-policy.ts";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aGlobalPolicy, dropPolicy } from "#test/support/members.ts";
import { aKnownGroup, aPersona, makeMember, type Persona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";
import { unique } from "#test/support/records.ts";
import { lastDeed } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app);
const path = (id: string) => `/data-sources/${id}/subscription-policy`;
const read = (as: Persona, dataSourceId: string) =>
  as.api.getSubscriptionPolicy({ params: { dataSourceId } });
const put = (id: string, body: object, as = owner, headers = {}) =>
  app.call("PUT", path(id), { as, body, headers });
const own = (given: Partial<OwnSubscription>): OwnSubscription => ({
  ...individually,
  source: "owner",
  ...given,
});
describe("GET /data-sources/{id}/subscription-policy", () => {
  it("tells the default until an owner states something, and what it means to the caller", async () => {
    const source = await aRecordedSource(app, owner);
    expect(await read(owner, source.id)).toEqual({
      kind: "individual",
      discoverable: false,
      approvers: [],
      entitlement: null,
      source: "default",
      applies: {
        policies: [
          { from: "default", id: null, name: null, kind: "individual", discoverable: false, approvers: [] },
        ],
        combination: "all",
        automatic: false,
        discoverable: false,
        ask: null,
      },
      warnings: [],
      version: 1,
    });
  });

  it("names each global policy that counts: in place of the default, and beside an owner's own", async () => {
    const [source, other] = [
      await aRecordedSource(app, owner),
      await aRecordedSource(app, owner, { subscription: own({ kind: "anyone", discoverable: true }) }),
    ];
    const policy = await aGlobalPolicy(app, {
      kind: "approval",
      approvers: ["GOVERNANCE", "owner"],
      discoverable: true,
    });
    const global = {
      from: "global",
      id: policy.id,
      name: policy.name,
      kind: "approval",
      discoverable: true,
      approvers: ["GOVERNANCE", "owner"],
    };
    expect(await read(owner, source.id)).toMatchObject({
      kind: "individual",
      source: "default",
      applies: { policies: [global], automatic: false, discoverable: true, ask: ["GOVERNANCE", "owner"] },
    });
    expect(await read(owner, other.id)).toMatchObject({
      kind: "anyone",
      source: "owner",
      applies: {
        policies: [{ from: "owner", id: null, kind: "anyone" }, global],
        automatic: false,
        discoverable: true,
        ask: ["GOVERNANCE", "owner"],
      },
    });
    await dropPolicy(app, policy);
    expect(await read(owner, other.id)).toMatchObject({ applies: { automatic: true, ask: [] } });
  });

  it("says what it comes to for each reader, and whom it admits to owners and GOVERNANCE alone", async () => {
    const group = await aKnownGroup(app, { name: unique("Legal ") });
    const source = await aRecordedSource(app, owner);
    const entitlement = {
      operator: "any",
      groups: [group.name, "Nobody's"],
      attributes: [{ name: "region", values: ["EU"] }, { name: "lead" }],
    };
    await put(source.id, { kind: "entitlement", discoverable: false, entitlement });
    const [inGroup, expert, governor] = [
      await aPersona(app, { groups: [group.id] }),
      await aPersona(app),
      await aPersona(app, { permissions: ["GOVERNANCE"] }),
    ];
    await makeMember(app, source, expert, "expert");
    const shown = {
      operator: "any",
      groups: [group.name, "Nobody's"],
      attributes: [
        { name: "region", values: ["EU"] },
        { name: "lead", values: null },
      ],
    };
    const warnings = [
      `There is no group "Nobody's": what is said of it holds for nobody until there is one.`,
    ];
    for (const as of [owner, governor]) {
      expect(await read(as, source.id)).toMatchObject({
        entitlement: shown,
        warnings,
        applies: { automatic: false },
      });
    }
    expect(await read(inGroup, source.id)).toMatchObject({
      entitlement: null,
      warnings: [],
      applies: { automatic: true, ask: [] },
    });
    expect(await read(expert, source.id)).toMatchObject({
      entitlement: null,
      applies: { automatic: false, ask: null },
    });
  });
});

describe("PUT /data-sources/{id}/subscription-policy", () => {
  it("states an owner's own policy, in a new version of the data source, and records before and after", async () => {
    const source = await aRecordedSource(app, owner);
    const reply = await put(source.id, {
      kind: "approval",
      discoverable: true,
      approvers: ["owner", "AUDIT"],
    });
    expect(reply).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: {
        kind: "approval",
        discoverable: true,
        approvers: ["owner", "AUDIT"],
        source: "owner",
        version: 2,
      },
    });
    expect(await read(owner, source.id)).toEqual(reply.body);
    expect(await lastDeed(app, "data-source", source.id)).toMatchObject({
      actor: owner.user.id,
      action: "data-source:set-subscription-policy",
      details: {
        before: { kind: "individual", source: "default" },
        after: { kind: "approval", approvers: ["owner", "AUDIT"], source: "owner" },
      },
    });
    expect(
      (await put(source.id, { kind: "approval", discoverable: true, approvers: ["owner", "AUDIT"] })).body,
    ).toEqual(reply.body);
    await expectSound(app);
  });

  it("takes the place of a sentence that stated it, which is staged; a sentence takes its place, and has a name", async () => {
    const source = await aRecordedSource(app, owner);
    const policy = await owner.api.createPolicy({
      body: {
        name: "Ours",
        sentence: "Allow anyone to subscribe",
        dataSourceId: source.id,
        state: "active",
      },
    });
    expect(await read(owner, source.id)).toMatchObject({
      kind: "anyone",
      source: "owner",
      applies: {
        policies: [{ from: "owner", id: policy.id, name: "Ours", kind: "anyone" }],
        automatic: true,
      },
    });
    expect(await put(source.id, { kind: "individual", discoverable: true })).toMatchObject({
      status: 200,
      body: { kind: "individual", applies: { policies: [{ from: "owner", id: null, name: null }] } },
    });
    expect(await owner.api.getPolicy({ params: { policyId: policy.id } })).toMatchObject({ state: "staged" });
    await owner.api.updatePolicy({ params: { policyId: policy.id }, body: { state: "active" } });
    expect(await read(owner, source.id)).toMatchObject({ kind: "anyone", source: "owner" });
    await expectSound(app);
  });

  it("takes an owner for the approver where nobody is named", async () => {
    const source = await aRecordedSource(app, owner);
    for (const body of [
      { kind: "approval", discoverable: false },
      { kind: "approval", discoverable: false, approvers: [] },
    ]) {
      expect(await put(source.id, body)).toMatchObject({ status: 200, body: { approvers: ["owner"] } });
    }
  });

  it("takes an entitlement policy that does not say whom it admits: nobody, and says so", async () => {
    const source = await aRecordedSource(app, owner);
    for (const entitlement of [
      undefined,
      { operator: "all" },
      { operator: "any", groups: [], attributes: [] },
    ]) {
      expect(await put(source.id, { kind: "entitlement", discoverable: false, entitlement })).toMatchObject({
        status: 200,
        body: {
          kind: "entitlement",
          entitlement: null,
          warnings: ["No group and no attribute is named, so that nobody is admitted."],
        },
      });
    }
    const outsider = await aPersona(app);
    expect((await app.call("GET", `/data-sources/${source.id}`, { as: outsider })).status).toBe(404);
  });

  it("refuses approvers, and groups and attributes, where the kind of policy has none, and what it does not know", async () => {
    const source = await aRecordedSource(app, owner);
    const entitlement = { operator: "all", groups: ["Legal"] };
    const bad: readonly (readonly [object, string])[] = [
      [{ kind: "anyone", discoverable: true, approvers: ["owner"] }, "/approvers"],
      [{ kind: "individual", discoverable: true, entitlement }, "/entitlement"],
      [{ kind: "anyone", discoverable: true, entitlement }, "/entitlement"],
      [{ kind: "approval", discoverable: true, approvers: ["expert"] }, "/approvers/0"],
      [{ kind: "everyone", discoverable: true }, "/kind"],
      [{ kind: "anyone" }, "/discoverable"],
      [
        { kind: "entitlement", discoverable: true, entitlement: { operator: "none", groups: ["a"] } },
        "/entitlement/operator",
      ],
    ];
    for (const [body, pointer] of bad) {
      expect(await put(source.id, body)).toMatchObject({
        status: 400,
        body: { code: "invalid-request", errors: [{ in: "body", pointer }] },
      });
    }
    expect(await read(owner, source.id)).toMatchObject({ source: "default", version: 1 });
  });
});
