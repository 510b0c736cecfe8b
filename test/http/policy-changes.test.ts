import { describe, expect, it } from "vitest";
import { groupNameGuard } from "#core/people/groups/group-rules.ts";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aKnownGroup, aPersona, type Persona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
await aKnownGroup(app, { name: "Legal" });

const change = (id: string, body: object, as: Persona = governor, headers = {}) =>
  app.call("PATCH", `/policies/${id}`, { as, body, headers });
const aTag = async (name = unique("tag")) => (await governor.api.createTag({ body: { name } })).name;
const aPolicy = (sentence: string, more: object = {}) =>
  governor.api.createPolicy({ body: { name: unique("policy "), sentence, ...more } });
const read = (policyId: string, as: Persona = governor) => as.api.getPolicy({ params: { policyId } });
const anyone = "Allow anyone to subscribe on all data sources";

describe("PATCH /policies/{policyId}", () => {
  it("renames it, writes its sentence anew and activates it, each with what was before", async () => {
    const tag = await aTag();
    const { id } = await aPolicy(`Allow anyone to subscribe on data sources tagged ${tag}`);
    const sentence = `Allow individually selected users to subscribe on data sources tagged ${tag}`;
    const reply = await change(id, { name: "Closed", sentence: `${sentence}.`, state: "active" });
    expect(reply).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: { name: "Closed", sentence, state: "active", version: 2 },
    });
    const { items } = await app.store.activity("policy", id, null, 10);
    expect(items[0]).toMatchObject({
      action: "policy:update",
      actor: governor.user.id,
      details: {
        before: { state: "staged", sentence: `Allow anyone to subscribe on data sources tagged ${tag}` },
        after: { name: "Closed", state: "active", sentence },
      },
    });
    await change(id, { state: "staged" });
    await expectSound(app);
  });

  it("that changes nothing stores nothing, however the sentence is written", async () => {
    const { id } = await aPolicy(anyone);
    expect(
      await change(id, { sentence: "allow everybody to subscribe on any data source.", state: "staged" }),
    ).toMatchObject({
      status: 200,
      body: { version: 1 },
    });
    expect(await auditOf(app, "policy", id)).toEqual(["policy:create"]);
  });

  it("refuses a version that is not the one that stands", async () => {
    const { id } = await aPolicy(anyone);
    expect((await change(id, { name: "b" }, governor, { "if-match": '"1"' })).status).toBe(200);
    expect(await change(id, { name: "c" }, governor, { "if-match": "1" })).toMatchObject({
      status: 412,
      body: { code: "version-mismatch" },
    });
    expect(
      await app.call("DELETE", `/policies/${id}`, { as: governor, headers: { "if-match": "1" } }),
    ).toMatchObject({ status: 412 });
  });

  it.each([
    ["Allow anyone to subscribe", "scope-required"],
    ["Allow anyone", "sentence-invalid"],
    ["Allow anyone to subscribe on data sources tagged Nowhere", "tag-not-found"],
  ])("leaves it as it was where the sentence is %j", async (sentence, code) => {
    const { id } = await aPolicy(anyone);
    expect(await change(id, { sentence, name: "other" })).toMatchObject({ status: 422, body: { code } });
    expect(await read(id)).toMatchObject({ version: 1, sentence: anyone });
  });

  it("gives a group that came to be its place in the sentence when it is written again", async () => {
    const name = unique("Soon");
    const sentence = `Allow users to subscribe when user is a member of group ${name} on all data sources`;
    const { id } = await aPolicy(sentence);
    const group = await aKnownGroup(app, { name });
    expect(await change(id, { sentence })).toMatchObject({ status: 200, body: { version: 2 } });
    await app.store.commit([
      { write: "put", kind: "group", record: { ...group, name: `${name}.renamed`, version: 2 } },
      { write: "directory-changed" },
    ]);
    expect((await read(id)).sentence).toContain(`${name}.renamed`);
  });
});

describe("the names in a sentence", () => {
  it("are those that groups and tags have now", async () => {
    const [tag, to] = [await aTag(`${unique("Old")}.Below`), unique("New")];
    const { id } = await aPolicy(`Allow anyone to subscribe on data sources tagged ${tag}`);
    await governor.api.updateTag({ params: { name: tag.split(".")[0] ?? "" }, body: { name: to } });
    expect(await read(id)).toMatchObject({
      sentence: `Allow anyone to subscribe on data sources tagged ${to}.Below`,
      ast: { scope: { every: [[`${to}.Below`]] } },
      version: 1,
    });
  });

  it("stay what they were where a group is gone, with a warning", async () => {
    const group = await aKnownGroup(app, { name: unique("Going") });
    const sentence = `Allow users to subscribe when user is a member of group ${group.name} on all data sources`;
    const { id } = await aPolicy(sentence);
    await app.store.commit([
      { write: "remove", kind: "group", record: group },
      { write: "release", guard: groupNameGuard(group.name), owner: group.id },
      { write: "directory-changed" },
    ]);
    const told = await read(id);
    expect(told).toMatchObject({ sentence, warnings: [expect.stringContaining("is gone")] });
    await aKnownGroup(app, { name: group.name });
    // Another group of the same name is not the one that was meant.
    expect((await read(id)).warnings).toHaveLength(1);
  });
});
