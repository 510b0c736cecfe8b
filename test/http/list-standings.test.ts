import { describe, expect, it } from "vitest";
import { can, type Action } from "#core/access/can.ts";
import { findCaller } from "#core/people/find-caller.ts";
import { sourceResources } from "#core/sources/read-data-source.ts";
import type { Who } from "#core/subscriptions/subscription-policy.ts";
import { anApp } from "#test/support/app.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  everyPermission,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { giveAttributes, governBy, groupOf, stateMember, subscribeBy } from "#test/support/standings.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
for (const name of ["PII", "Finance"]) await governor.api.createTag({ body: { name } });
const tagId = async (name: string): Promise<string> => {
  const found = (await app.store.tagTree()).find(name);
  if (found === undefined) throw new Error(`there is no tag ${name}`);
  return found.id;
};

/** Every data source that there is. */
const made: DataSource[] = [];
const source = async (name: string, tags: readonly string[] = []): Promise<DataSource> => {
  const one = await aDataSource(owner, connection, { name, tags: [...tags] });
  made.push(one);
  return one;
};

type Query = Readonly<Record<string, string | readonly string[]>>;
type Lines = readonly Pick<DataSource, "id" | "name" | "myRole" | "connectionId" | "columnCount">[];
async function linesFor(as: Persona, query: Query = {}): Promise<Lines> {
  const { body } = await app.call("GET", "/data-sources", { as, query: { limit: "200", ...query } });
  return (body as { items: Lines }).items;
}
const namesFor = async (as: Persona, query: Query = {}) =>
  (await linesFor(as, query)).map(({ name }) => name);

/** The list and its counts, held against a decision about each data source there is. */
async function expectAgreement(as: Persona): Promise<void> {
  const caller = await findCaller(app, as.user.id);
  if (caller === null) throw new Error("there is nobody");
  const resources = await sourceResources(
    app.store,
    caller,
    made.map(({ id }) => id),
  );
  const may = (action: Action) =>
    [...resources].flatMap(([id, resource]) =>
      can(caller, action, resource) ? [[id, resource] as const] : [],
    );
  const [found, read] = [may("data-source:discover"), may("data-source:read")];
  const readable = new Set(read.map(([id]) => id));
  const lines = await linesFor(as);
  expect(lines.map(({ id, myRole, columnCount }) => [id, myRole, columnCount > 0]).toSorted()).toEqual(
    found
      .map(([id, resource]) => [id, resource.type === "data-source" ? resource.role : null, readable.has(id)])
      .toSorted(),
  );
  const { body } = await app.call("GET", "/data-sources/facets", { as });
  const counts = body as Readonly<Record<"technology" | "health", Readonly<Record<string, number>>>>;
  const sum = (of: Readonly<Record<string, number>>) => Object.values(of).reduce((total, n) => total + n, 0);
  expect([sum(counts.technology), sum(counts.health)]).toEqual([found.length, read.length]);
}

const inFinance: Who = { who: "attribute", name: "department", values: ["Finance"] };

describe("the list", () => {
  it("shows to each exactly what a decision about each data source lets them see, by policy, role, group or time", async () => {
    const [ann, bob, cid] = [await aPersona(app), await aPersona(app), await aPersona(app)];
    const group = await groupOf(app, [ann.user, bob.user], { name: "Analysts" });
    const other = await groupOf(app, [{ ...bob.user, groups: [group.id] }], {
      name: "Auditors",
      attributes: {},
    });
    await giveAttributes(app, cid.user, { Department: ["Finance", "Legal"] });
    for (const kind of ["anyone", "approval", "entitlement", "individual"] as const) {
      for (const discoverable of [true, false]) {
        for (const by of ["default", "owner"] as const) {
          const when = kind === "entitlement" ? inFinance : null;
          const one = await source(`${kind} ${discoverable} ${by}`, by === "owner" ? ["PII"] : ["Finance"]);
          await subscribeBy(app, one, { kind, discoverable, source: by, when, approvers: [] });
        }
      }
    }
    const later = new Date(app.clock.now().getTime() + 60_000).toISOString();
    const given = await source("given in several ways");
    await stateMember(app, given, { type: "group", id: group.id }, "subscriber");
    await stateMember(app, given, { type: "group", id: other.id }, "expert", later);
    await stateMember(app, given, { type: "user", id: cid.user.id }, "owner", later);
    const out = await source("taken out");
    await subscribeBy(app, out, { kind: "anyone", discoverable: true });
    await stateMember(app, out, { type: "user", id: ann.user.id }, "removed");
    await stateMember(app, out, { type: "user", id: cid.user.id }, "ingest");
    const off = await source("disabled");
    await subscribeBy(app, off, { kind: "anyone", discoverable: true });
    await stateMember(app, off, { type: "user", id: bob.user.id }, "owner");
    await owner.api.updateDataSource({ params: { dataSourceId: off.id }, body: { status: "disabled" } });

    const everybody = [
      ann,
      bob,
      cid,
      owner,
      governor,
      await aPersona(app, { permissions: everyPermission.filter((one) => one !== "GOVERNANCE") }),
    ];
    const agree = async () => {
      for (const as of everybody) await expectAgreement(as);
    };
    await agree();
    const roleOn = async (as: Persona, name: string) =>
      (await linesFor(as)).find((line) => line.name === name)?.myRole;
    expect(await roleOn(bob, "given in several ways")).toBe("expert");
    expect(await roleOn(ann, "given in several ways")).toBe("subscriber");
    expect([await roleOn(ann, "taken out"), await roleOn(cid, "taken out")]).toEqual([null, "subscriber"]);
    expect([await roleOn(ann, "disabled"), await roleOn(bob, "disabled")]).toEqual([undefined, "owner"]);
    app.clock.advance(60_000);
    await agree();
    expect(await roleOn(bob, "given in several ways")).toBe("subscriber");
    expect(await roleOn(cid, "given in several ways")).toBeUndefined();

    const scope = { on: "tagged", every: [[await tagId("PII")]] } as const;
    for (const terms of [
      { kind: "entitlement", discoverable: true, when: inFinance },
      { kind: "individual", discoverable: false },
      { kind: "anyone", discoverable: true },
    ] as const) {
      const policy = await governBy(app, terms, scope);
      await agree();
      const second = await governBy(app, { kind: "anyone", discoverable: true });
      await agree();
      for (const combination of ["any", "all"] as const) {
        await combine(combination);
        await agree();
      }
      await policy.remove();
      await second.remove();
    }
    await agree();
  });

  it("filters by the role that somebody has in effect, by policies too", async () => {
    const ann = await aPersona(app);
    const names = ["a role", "an automatic one", "both", "none", "out"] as const;
    for (const name of names) await source(`effect ${name}`);
    const of = (name: (typeof names)[number]) =>
      made.find((one) => one.name === `effect ${name}`) ?? { id: "" };
    const me = { type: "user", id: ann.user.id } as const;
    for (const name of ["an automatic one", "both", "out"] as const) {
      await subscribeBy(app, of(name), { kind: "anyone" });
    }
    await subscribeBy(app, of("none"), { discoverable: true });
    await stateMember(app, of("a role"), me, "expert");
    await stateMember(app, of("both"), me, "ingest");
    await stateMember(app, of("out"), me, "removed");
    const withRole = async (role: string | readonly string[]) => {
      const found = await namesFor(ann, { role, search: "effect" });
      const { body } = await app.call("GET", "/data-sources/facets", {
        as: ann,
        query: { role, search: "effect" },
      });
      const { technology } = body as { technology: Readonly<Record<string, number>> };
      expect(technology["postgresql"] ?? 0).toBe(found.length);
      return found;
    };
    expect(await withRole("subscriber")).toEqual(["effect an automatic one", "effect both"]);
    expect(await withRole("expert")).toEqual(["effect a role"]);
    expect(await withRole("ingest")).toEqual([]);
    expect(await withRole(["owner", "expert", "subscriber"])).toEqual([
      "effect a role",
      "effect an automatic one",
      "effect both",
    ]);
    expect(await namesFor(governor, { role: ["owner", "expert", "subscriber", "ingest"] })).not.toContain(
      "effect none",
    );
  });

  it("follows an attribute with the next request, for one write of one item", async () => {
    const ann = await aPersona(app);
    for (const name of ["follows 1", "follows 2", "follows 3"]) await source(name, ["Finance"]);
    const policy = await governBy(
      app,
      { kind: "entitlement", when: { who: "attribute", name: "desk", values: ["7"] } },
      { on: "tagged", every: [[await tagId("Finance")]] },
    );
    const listed = async () => (await namesFor(ann, { search: "follows" })).length;
    expect(await listed()).toBe(0);
    await giveAttributes(app, ann.user, { Desk: ["7"] });
    expect(await listed()).toBe(3);
    await expectAgreement(ann);
    await giveAttributes(app, ann.user, { Desk: ["8"] });
    expect(await listed()).toBe(0);
    await expectAgreement(ann);
    await policy.remove();
  });
});

/** Changes how several policies go together, as the setting does. */
async function combine(subscriptionCombination: "all" | "any"): Promise<void> {
  const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
  await admin.api.updateSettings({ body: { subscriptionCombination } });
}
