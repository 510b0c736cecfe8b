import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  everyPermission,
  makeMember,
  type Persona,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const { owner, connection } = await aRegistrar(app);
const { owner: otherOwner, connection: elsewhere } = await aRegistrar(app);
for (const name of ["PII.SSN", "Free"]) await governor.api.createTag({ body: { name } });

const source = await aDataSource(owner, connection, { tags: ["PII.SSN"] });
const other = await aDataSource(otherOwner, elsewhere, { tags: ["Free"] });

const make = (sentence: string, more: object = {}, as = governor) =>
  as.api.createPolicy({ body: { name: unique("policy "), sentence, ...more } });
const pii = "Allow individually selected users to subscribe on data sources tagged PII";
const policies = {
  applies: await make(pii, { state: "active" }),
  draft: await make(pii),
  elsewhere: await make("Allow individually selected users to subscribe on data sources tagged Free", {
    state: "active",
  }),
  own: await make(
    "Allow individually selected users to subscribe",
    {
      dataSourceId: source.id,
      state: "active",
    },
    owner,
  ),
  ownDraft: await make("Allow anyone to subscribe", { dataSourceId: source.id }, owner),
  others: await make("Allow anyone to subscribe", { dataSourceId: other.id }, otherOwner),
};
type Name = keyof typeof policies;
const names = Object.keys(policies) as Name[];

async function member(role: "expert" | "subscriber" | "ingest" | "owner"): Promise<Persona> {
  const persona = await aPersona(app);
  await makeMember(app, source, persona, role);
  return persona;
}

const personas: Readonly<Record<string, Persona>> = {
  governor,
  owner,
  "second owner": await member("owner"),
  "owner of another": otherOwner,
  expert: await member("expert"),
  subscriber: await member("subscriber"),
  ingest: await member("ingest"),
  administrator: await aPersona(app, { permissions: everyPermission.filter((one) => one !== "GOVERNANCE") }),
  outsider: await aPersona(app),
};

const ownersRead: readonly Name[] = ["applies", "own", "ownDraft"];
const reads: Readonly<Record<string, readonly Name[]>> = {
  governor: names,
  owner: ownersRead,
  "second owner": ownersRead,
  "owner of another": ["elsewhere", "others"],
};
const writes: Readonly<Record<string, readonly Name[]>> = {
  governor: ["applies", "draft", "elsewhere"],
  owner: ["own", "ownDraft"],
  "second owner": ["own", "ownDraft"],
  "owner of another": ["others"],
};

const list = async (as: Persona | undefined, query = {}) => {
  const reply = await app.call("GET", "/policies", { as, query });
  return reply.status === 200
    ? (reply.body as { items: { id: string }[] }).items.map(({ id }) => id)
    : reply.status;
};
const idsOf = (of: readonly Name[]) => of.map((name) => policies[name].id);

describe("a policy", () => {
  it.each(Object.keys(personas))("is read by %s as the rules say, and listed so", async (persona) => {
    const as = personas[persona];
    const may = reads[persona] ?? [];
    for (const name of names) {
      const { status } = await app.call("GET", `/policies/${policies[name].id}`, { as });
      expect([name, status]).toEqual([name, may.includes(name) ? 200 : 404]);
    }
    expect(await list(as)).toEqual(idsOf(names.filter((name) => may.includes(name))));
  });

  it.each(Object.keys(personas))("is changed by %s as the rules say", async (persona) => {
    const as = personas[persona];
    for (const name of names) {
      const { id, name: called } = policies[name];
      const visible = reads[persona]?.includes(name) === true;
      const refused = visible ? 403 : 404;
      const changed = await app.call("PATCH", `/policies/${id}`, { as, body: { name: called } });
      expect([name, changed.status]).toEqual([
        name,
        writes[persona]?.includes(name) === true ? 200 : refused,
      ]);
      const gone =
        writes[persona]?.includes(name) === true ? null : await app.call("DELETE", `/policies/${id}`, { as });
      expect([name, gone?.status ?? refused]).toEqual([name, refused]);
    }
  });

  it("that one may not know of is exactly as one that does not exist", async () => {
    const as = personas["outsider"];
    for (const { id } of Object.values(policies)) {
      const [real, ghost] = [
        await app.call("GET", `/policies/${id}`, { as }),
        await app.call("GET", "/policies/pol_ghost", { as }),
      ];
      expect({ ...(real.body as object), instance: "" }).toEqual({ ...(ghost.body as object), instance: "" });
    }
  });

  it.each([
    ["governor", 201],
    ["owner", 403],
    ["administrator", 403],
    ["outsider", 403],
  ])("for all is stated by %s: %i", async (persona, status) => {
    const reply = await app.call("POST", "/policies", {
      as: personas[persona],
      body: { name: "x", sentence: pii },
    });
    expect(reply.status).toBe(status);
    if (status === 201)
      await governor.api.deletePolicy({ params: { policyId: (reply.body as { id: string }).id } });
  });

  it.each([
    ["second owner", 201],
    ["governor", 403],
    ["expert", 403],
    ["subscriber", 403],
    ["administrator", 404],
    ["owner of another", 404],
  ])("of one data source is stated by %s: %i", async (persona, status) => {
    const body = { name: "x", sentence: "Allow anyone to subscribe", dataSourceId: source.id };
    const reply = await app.call("POST", "/policies", { as: personas[persona], body });
    expect(reply.status).toBe(status);
    if (status === 201)
      await owner.api.deletePolicy({ params: { policyId: (reply.body as { id: string }).id } });
  });
});

describe("GET /policies?dataSourceId=", () => {
  const query = { dataSourceId: source.id };

  it("lists what bears on the data source, to whoever has a say in it", async () => {
    expect(await list(governor, query)).toEqual(idsOf(["applies", "draft", "own", "ownDraft"]));
    expect(await list(owner, query)).toEqual(idsOf(ownersRead));
    expect(await list(owner, { ...query, state: "active" })).toEqual(idsOf(["applies", "own"]));
  });

  it.each([
    ["expert", 403],
    ["subscriber", 403],
    ["outsider", 404],
    ["owner of another", 404],
  ])("is refused to %s: %i", async (persona, status) => {
    expect(await list(personas[persona], query)).toBe(status);
  });
});

describe("GET /data-sources/{dataSourceId}/policies", () => {
  const told = async (as: Persona | undefined) =>
    (await app.call("GET", `/data-sources/${source.id}/policies`, { as })).body as {
      items: { id: string; applies: boolean; why: string; sentence: string | null }[];
    };

  it("tells owners each policy of theirs and each that applies, with its sentence and why", async () => {
    expect((await told(owner)).items).toEqual([
      {
        id: policies.applies.id,
        name: policies.applies.name,
        kind: "subscription",
        state: "active",
        dataSourceId: null,
        applies: true,
        why: "The data source is tagged PII.SSN.",
        sentence: pii,
      },
      expect.objectContaining({ id: policies.own.id, applies: true, why: "It is the data source's own." }),
      expect.objectContaining({
        id: policies.ownDraft.id,
        applies: false,
        why: "It is staged, and decides nothing yet.",
        sentence: "Allow anyone to subscribe",
      }),
    ]);
  });

  it("tells GOVERNANCE also its own drafts", async () => {
    expect((await told(governor)).items.map(({ id, applies }) => [id, applies])).toEqual([
      [policies.applies.id, true],
      [policies.draft.id, false],
      [policies.own.id, true],
      [policies.ownDraft.id, false],
    ]);
  });

  it.each(["expert", "subscriber", "ingest"])(
    "tells %s what applies, without a sentence",
    async (persona) => {
      const { items } = await told(personas[persona]);
      expect(items.map(({ id, sentence }) => [id, sentence])).toEqual([
        [policies.applies.id, null],
        [policies.own.id, null],
      ]);
      expect(JSON.stringify(items)).not.toContain("selected");
    },
  );

  it.each(["outsider", "owner of another", "administrator"])("does not exist for %s", async (persona) => {
    const { status } = await app.call("GET", `/data-sources/${source.id}/policies`, {
      as: personas[persona],
    });
    expect(status).toBe(404);
  });

  it("and the policy itself are the owners' alone while the data source is disabled", async () => {
    const params = { dataSourceId: source.id };
    await owner.api.updateDataSource({ params, body: { status: "disabled" } });
    const own = `/policies/${policies.own.id}`;
    expect((await app.call("GET", own, { as: governor })).status).toBe(404);
    expect(await list(governor)).not.toContain(policies.own.id);
    expect((await app.call("GET", own, { as: owner })).status).toBe(200);
    await owner.api.updateDataSource({ params, body: { status: "enabled" } });
  });
});

describe("an owner's word on global policies", () => {
  it("ends with the tag, the policy or the role that it rested on", async () => {
    const { id, name } = policies.applies;
    const status = async (as: Persona) => (await app.call("GET", `/policies/${id}`, { as })).status;
    expect(await status(owner)).toBe(200);
    await owner.api.removeTag({ params: { dataSourceId: source.id, name: "PII.SSN" } });
    expect(await status(owner)).toBe(404);
    await owner.api.addTags({ params: { dataSourceId: source.id }, body: { tags: ["PII"] } });
    expect(await status(owner)).toBe(200);
    await governor.api.updatePolicy({ params: { policyId: id }, body: { state: "staged" } });
    expect(await status(owner)).toBe(404);
    await governor.api.updatePolicy({ params: { policyId: id }, body: { state: "active", name } });
    const brief = await aPersona(app);
    const expiresAt = new Date(app.clock.now().getTime() + 60_000).toISOString();
    await makeMember(app, source, brief, "owner", expiresAt);
    expect(await status(brief)).toBe(200);
    app.clock.advance(60_000);
    expect(await status(brief)).toBe(404);
  });
});
