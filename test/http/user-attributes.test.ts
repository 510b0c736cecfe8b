import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aPersona } from "#test/support/personas.ts";
import { aJoinedPerson, personBody } from "#test/support/people.ts";
import { unique } from "#test/support/records.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const admin = await aPersona(app, { permissions: ["USER_ADMIN"] });
const aUser = () => admin.api.createUser({ body: personBody() });
const put = (id: string, name: string, values: unknown, headers = {}) =>
  app.call("PUT", `/users/${id}/attributes/${encodeURIComponent(name)}`, {
    as: admin,
    headers,
    body: { values },
  });
const remove = (id: string, name: string) =>
  app.call("DELETE", `/users/${id}/attributes/${encodeURIComponent(name)}`, { as: admin });
const attributesOf = async (id: string) => (await admin.api.getUser({ params: { userId: id } })).attributes;

describe("PUT /users/{id}/attributes/{name}", () => {
  it("sets all values of an attribute, each once and to the letter", async () => {
    const { id } = await aUser();
    const reply = await put(id, "Cost center", ["DE-1", "de-1", "DE-1", " ", ""]);
    expect(reply).toMatchObject({
      status: 200,
      body: { attributes: { "Cost center": ["DE-1", "de-1", " ", ""] }, version: 2 },
    });
    await put(id, "Cost center", ["DE-2"]);
    expect(await attributesOf(id)).toEqual({ "Cost center": ["DE-2"] });
  });

  it("takes a name in another case, or composed otherwise, for the same, as it is written last", async () => {
    const { id } = await aUser();
    await put(id, "Bu\u0308ro", ["1"]);
    await put(id, "B\u00DCRO", ["2"]);
    expect(await attributesOf(id)).toEqual({ "B\u00DCRO": ["2"] });
    expect((await remove(id, "b\u00FCro")).status).toBe(204);
    expect(await attributesOf(id)).toEqual({});
  });

  it("keeps any name but those that every object has by nature, under which it finds nothing", async () => {
    const { id } = await aUser();
    for (const name of ["toString", "a/b", "100 %", "\u{1F4CF}"]) {
      expect((await put(id, name, ["x"])).status).toBe(200);
    }
    expect(Object.keys(await attributesOf(id))).toEqual(["100 %", "a/b", "toString", "\u{1F4CF}"]);
    for (const name of ["__proto__", "constructor"]) {
      expect((await put(id, name, ["x"])).status).toBe(400);
    }
  });

  it("stores nothing where nothing changes", async () => {
    const { id } = await aUser();
    await put(id, "Team", ["a"]);
    expect(await put(id, "Team", ["a", "a"])).toMatchObject({ status: 200, body: { version: 2 } });
    expect((await remove(id, "Other")).status).toBe(204);
    expect(await auditOf(app, "user", id)).toEqual(["user:create", "user:set-attribute"]);
  });

  it("refuses a lost update", async () => {
    const { id } = await aUser();
    await put(id, "Team", ["a"]);
    expect((await put(id, "Team", ["b"], { "If-Match": "1" })).status).toBe(412);
  });

  it("refuses more than a user may carry, in number and in length", async () => {
    const { id } = await aUser();
    const long = Array.from({ length: 60 }, (_, index) => `${index}${"x".repeat(490)}`);
    expect((await put(id, "long", long)).status).toBe(200);
    expect(await put(id, "longer", long)).toMatchObject({
      status: 422,
      body: { code: "too-many-attributes" },
    });
    const many = await aUser();
    for (let n = 0; n < 50; n += 1) expect((await put(many.id, `a${n}`, ["x"])).status).toBe(200);
    expect((await put(many.id, "one more", ["x"])).status).toBe(422);
    expect((await put(many.id, "A1", ["y"])).status).toBe(200);
  });

  it.each([[undefined], ["a"], [[1]], [["\uD800"]], [["x".repeat(501)]]])(
    "refuses the values %j",
    async (values) => {
      const { id } = await aUser();
      expect((await put(id, "Team", values)).status).toBe(400);
    },
  );

  it("keeps all of many that are set at once", async () => {
    const { id } = await aUser();
    const names = ["a", "b", "c", "d", "e"];
    const replies = await Promise.all(names.map((name) => put(id, name, [name])));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(Object.keys(await attributesOf(id)).toSorted()).toEqual(names);
  });
});

describe("an attribute", () => {
  it("shows at the next request of whose it is, by the name that it was given", async () => {
    const person = await aJoinedPerson(app, admin);
    await put(person.user.id, "Cost Center", ["DE-1"]);
    expect((await person.api.getMe()).attributes).toEqual({ "Cost Center": ["DE-1"] });
  });

  it("is united with those of groups and of providers, and written as the user's own is", async () => {
    const person = await aJoinedPerson(app, admin);
    const group = {
      id: unique("grp_"),
      name: unique("Group "),
      providerId: null,
      attributes: { "COST CENTER": ["DE-2", "DE-1"], Floor: ["3"] },
      createdAt: app.clock.now().toISOString(),
      version: 1,
    };
    await put(person.user.id, "Cost Center", ["DE-1"]);
    const stored = await app.store.user(person.user.id);
    if (stored === null) throw new Error("they are gone");
    await app.store.commit([
      { write: "put", kind: "group", record: group },
      { write: "put", kind: "user", record: { ...stored, groups: [group.id] } },
      { write: "directory-changed" },
    ]);
    const me = await person.api.getMe();
    expect(me.groups).toEqual([group.name]);
    expect(me.attributes).toEqual({ "Cost Center": ["DE-1", "DE-2"], Floor: ["3"] });
    const user = await admin.api.getUser({ params: { userId: person.user.id } });
    expect(user.attributes).toEqual({ "Cost Center": ["DE-1"] });
    expect(user.groups).toEqual([{ id: group.id, name: group.name, provider: null }]);
  });

  it("is recorded with its values apart, which only AUDIT is told", async () => {
    const { id } = await aUser();
    await put(id, "Team", ["a"]);
    const [record] = (await app.store.activity("user", id, null, 1)).items;
    expect(record?.details).toEqual({ name: "Team", attributeValues: { before: null, after: ["a"] } });
  });
});
