import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aKnownGroup, aPersona, aRegistrar, type Persona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const { owner, connection } = await aRegistrar(app);
await aKnownGroup(app, { name: "Legal" });

const create = (body: object, as: Persona = governor, headers = {}) =>
  app.call("POST", "/policies", { as, body: { name: "A policy", ...body }, headers });
const change = (id: string, body: object, as: Persona = governor, headers = {}) =>
  app.call("PATCH", `/policies/${id}`, { as, body, headers });
const aTag = async (name = unique("tag")) => (await governor.api.createTag({ body: { name } })).name;
const aPolicy = (sentence: string, more: object = {}) =>
  governor.api.createPolicy({ body: { name: unique("policy "), sentence, ...more } });
const read = (policyId: string, as: Persona = governor) => as.api.getPolicy({ params: { policyId } });
const anyone = "Allow anyone to subscribe on all data sources";

describe("POST /policies/parse", () => {
  it("tells anybody what a sentence says and how everybody writes it, whether or not its tag is there", async () => {
    const sentence =
      "allow users to subscribe when the user is in group Nobody.knows on data sources tagged PII.SSN.";
    const reply = await app.call("POST", "/policies/parse", { as: await aPersona(app), body: { sentence } });
    expect(reply).toMatchObject({
      status: 200,
      body: {
        kind: "subscription",
        canonical:
          "Allow users to subscribe when user is a member of group Nobody.knows on data sources tagged PII.SSN",
        ast: {
          kind: "subscription",
          terms: { kind: "entitlement", when: { who: "group", name: "Nobody.knows" }, discoverable: false },
          scope: { on: "tagged", every: [["PII.SSN"]] },
        },
      },
    });
  });

  it("says where a sentence is none, and what could stand there", async () => {
    const sentence = "Allow users\nto subscribe if users live nearby";
    const reply = await app.call("POST", "/policies/parse", { as: governor, body: { sentence } });
    expect(reply).toMatchObject({
      status: 422,
      body: {
        code: "sentence-invalid",
        errors: [{ in: "body", pointer: "/sentence", offset: 34, line: 2, column: 23, near: "live" }],
      },
    });
    const [fault] = (reply.body as { errors: [{ expected: string[] }] }).errors;
    expect(fault.expected).toContain("is a member of");
  });

  it.each([
    [{ sentence: "x".repeat(2001) }, "/sentence"],
    [{ sentence: "\ud800" }, "/sentence"],
    [{ sentence: 7 }, "/sentence"],
    [{}, "/sentence"],
    [{ sentence: anyone, more: 1 }, "/more"],
  ])("refuses the body %j", async (body, pointer) => {
    const reply = await app.call("POST", "/policies/parse", { as: governor, body });
    expect(reply).toMatchObject({ status: 400, body: { code: "invalid-request", errors: [{ pointer }] } });
  });

  it("is for nobody without a key", async () => {
    const reply = await app.call("POST", "/policies/parse", { body: { sentence: anyone } });
    expect(reply.status).toBe(401);
  });
});

describe("POST /policies", () => {
  it("keeps a global policy, staged where nothing else is said, with its sentence as everybody writes it", async () => {
    const tag = await aTag();
    const reply = await create({
      name: "Legal reads",
      sentence: `allow users to subscribe when user is in group LEGAL on data sources tagged ${tag.toUpperCase()}.`,
    });
    expect(reply).toMatchObject({
      status: 201,
      headers: { etag: '"1"' },
      body: {
        name: "Legal reads",
        kind: "subscription",
        sentence: `Allow users to subscribe when user is a member of group Legal on data sources tagged ${tag}`,
        state: "staged",
        dataSourceId: null,
        warnings: [],
        createdBy: governor.user.id,
        version: 1,
      },
    });
    const { id } = reply.body as { id: string };
    expect(reply.headers["location"]).toBe(`/policies/${id}`);
    expect(await read(id)).toEqual(reply.body);
    expect(await auditOf(app, "policy", id)).toEqual(["policy:create"]);
    await expectSound(app);
  });

  it("needs GOVERNANCE where it is global", async () => {
    expect(await create({ sentence: anyone }, owner)).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
  });

  it("must say which data sources it is about where it is global, and must not where it is about one", async () => {
    const none = await create({ sentence: "Allow anyone to subscribe" });
    expect(none).toMatchObject({
      status: 422,
      body: { code: "scope-required", errors: [{ pointer: "/sentence" }] },
    });
    const { id: dataSourceId } = await aDataSource(owner, connection);
    const both = await create({ sentence: anyone, dataSourceId }, owner);
    expect(both).toMatchObject({
      status: 422,
      body: { code: "sentence-invalid", errors: [{ offset: 26, near: "on" }] },
    });
  });

  it("names a tag that there is not by its place, and one that may be meant", async () => {
    const tag = await aTag(unique("Confidential"));
    const sentence = `Allow anyone to subscribe on data sources tagged ${tag}s or Nowhere.else`;
    const reply = await create({ sentence });
    expect(reply).toMatchObject({
      status: 422,
      body: {
        code: "tag-not-found",
        errors: [
          { pointer: "/sentence", offset: sentence.indexOf(tag), near: `${tag}s`, line: 1 },
          { pointer: "/sentence", offset: sentence.indexOf("Nowhere"), near: "Nowhere.else" },
        ],
      },
    });
    expect(reply.text).toContain(`did you mean \\"${tag}\\"`.replaceAll("\\\\", "\\"));
  });

  it("warns of a group that there is not, until there is one", async () => {
    const name = unique("Later");
    const made = await aPolicy(
      `Allow users to subscribe when user is a member of any of the groups ${name}, Legal on all data sources`,
    );
    expect(made.warnings).toHaveLength(1);
    expect(made.warnings[0]).toContain(name);
    await aKnownGroup(app, { name: name.toUpperCase() });
    expect((await read(made.id)).warnings).toEqual([]);
  });

  it("makes one policy where the request comes twice", async () => {
    const body = { name: unique("twice"), sentence: anyone };
    const [first, second] = [
      await create(body, governor, { "idempotency-key": body.name }),
      await create(body, governor, { "idempotency-key": body.name }),
    ];
    expect(second.body).toEqual(first.body);
    const other = await create({ ...body, state: "active" }, governor, { "idempotency-key": body.name });
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
    const { items } = await governor.api.listPolicies({ query: { limit: 200 } });
    expect(items.filter(({ name }) => name === body.name)).toHaveLength(1);
  });

  it.each([
    [{ name: "" }, "/name"],
    [{ name: 7 }, "/name"],
    [{ state: "on" }, "/state"],
    [{ dataSourceId: "" }, "/dataSourceId"],
    [{ kind: "row" }, "/kind"],
  ])("refuses %j", async (given, pointer) => {
    expect(await create({ sentence: anyone, ...given })).toMatchObject({
      status: 400,
      body: { code: "invalid-request", errors: [{ pointer }] },
    });
  });
});

describe("DELETE /policies/{policyId}", () => {
  it("removes it, and says what it was", async () => {
    const { id, sentence } = await aPolicy(
      "Allow users to subscribe when user is a member of group Legal on all data sources",
    );
    expect(await app.call("DELETE", `/policies/${id}`, { as: governor })).toMatchObject({
      status: 204,
      text: "",
    });
    for (const method of ["GET", "DELETE", "PATCH"]) {
      const body = method === "PATCH" ? { name: "x" } : undefined;
      expect((await app.call(method, `/policies/${id}`, { as: governor, body })).status).toBe(404);
    }
    const { items } = await app.store.activity("policy", id, null, 10);
    expect(items).toContainEqual(
      expect.objectContaining({
        action: "policy:delete",
        outcome: "success",
        details: expect.objectContaining({ before: expect.objectContaining({ sentence }) }),
      }),
    );
    await expectSound(app);
  });
});

describe("GET /policies", () => {
  it("lists them in the order in which they were made, page by page, by state and kind", async () => {
    const made = [await aPolicy(anyone), await aPolicy(anyone), await aPolicy(anyone)];
    await change(made[1]?.id ?? "", { state: "active" });
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await governor.api.listPolicies({
        query: { limit: 2, ...(cursor === undefined ? {} : { cursor }) },
      });
      expect(page.items.length).toBeLessThanOrEqual(2);
      pages.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual(pages.toSorted());
    expect(pages).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
    const active = await governor.api.listPolicies({ query: { state: "active", kind: "subscription" } });
    expect(active.items.map(({ id }) => id)).toEqual([made[1]?.id]);
    await change(made[1]?.id ?? "", { state: "staged" });
    const other = await app.call("GET", "/policies", {
      as: governor,
      query: { state: "active", cursor: "x" },
    });
    expect(other).toMatchObject({ status: 400, body: { code: "invalid-cursor" } });
  });
});

describe("the tags of a policy", () => {
  it("and what stands above them are not deleted while it uses them, staged or not", async () => {
    const root = unique("Used");
    await aTag(`${root}.Middle.Leaf`);
    const { id, name } = await aPolicy(
      `Allow anyone to subscribe on data sources tagged ${root}.Middle and ${await aTag()}`,
    );
    for (const used of [`${root}.Middle`, root]) {
      const reply = await app.call("DELETE", `/tags/${used}`, { as: governor });
      expect(reply).toMatchObject({ status: 409, body: { code: "tag-in-use" } });
      expect(reply.text).toContain(name);
    }
    expect((await app.call("DELETE", `/tags/${root}.Middle.Leaf`, { as: governor })).status).toBe(204);
    await governor.api.deletePolicy({ params: { policyId: id } });
    expect((await app.call("DELETE", `/tags/${root}`, { as: governor })).status).toBe(204);
    await expectSound(app);
  });
});
