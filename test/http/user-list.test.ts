import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aPersona } from "#test/support/personas.ts";
import { personBody } from "#test/support/people.ts";

const app = await anApp();
const admin = await aPersona(app, { name: "Zoe Admin", email: "zoe@x.test", permissions: ["USER_ADMIN"] });
const made: { readonly id: string; readonly name: string }[] = [];
for (const [name, email, permissions] of [
  ["Ann Lee", "ann.lee@example.com", ["AUDIT"]],
  ["Bob-Lee Smith", "bob@other.test", ["GOVERNANCE"]],
  ["Jürgen Groß", "juergen@example.com", []],
  ["annMarie", "am@example.com", ["AUDIT", "GOVERNANCE"]],
] as const) {
  made.push(await admin.api.createUser({ body: personBody({ name, email, permissions: [...permissions] }) }));
}
await admin.api.updateUser({ params: { userId: made[1]?.id ?? "" }, body: { disabled: true } });
type Query = NonNullable<Extract<Parameters<typeof admin.api.listUsers>[0], { query?: unknown }>["query"]>;
const namesOf = async (query: object) =>
  (await admin.api.listUsers({ query })).items.map(({ name }) => name).toSorted();

describe("GET /users", () => {
  it("lists everybody, those who were made first before", async () => {
    const { items, nextCursor } = await admin.api.listUsers({ query: {} });
    expect(nextCursor).toBeNull();
    expect(items.filter(({ id }) => id !== admin.user.id).map(({ id }) => id)).toEqual(
      made.map(({ id }) => id),
    );
    expect(items.map(({ id }) => id)).toContain(admin.user.id);
  });

  it("shows each as they are shown alone", async () => {
    for (const item of (await admin.api.listUsers({ query: {} })).items) {
      expect(await admin.api.getUser({ params: { userId: item.id } })).toEqual(item);
    }
  });

  it.each([
    ["ann", ["Ann Lee", "annMarie"]],
    ["LEE", ["Ann Lee", "Bob-Lee Smith"]],
    ["lee an", ["Ann Lee"]],
    ["ju\u0308r", ["Jürgen Groß"]],
    ["marie", ["annMarie"]],
    ["annmarie", ["annMarie"]],
    ["example.com", ["Ann Lee", "Jürgen Groß", "annMarie"]],
    ["bob@other.test", ["Bob-Lee Smith"]],
    ["ee", []],
  ])("finds by the beginnings of words: %s", async (search, names) => {
    expect(await namesOf({ search })).toEqual(names);
  });

  it("filters by who is out, and by permissions, of which any will do", async () => {
    expect(await namesOf({ disabled: "true" })).toEqual(["Bob-Lee Smith"]);
    expect(await namesOf({ disabled: "false" })).toHaveLength(4);
    expect(await namesOf({ permission: "AUDIT" })).toEqual(["Ann Lee", "annMarie"]);
    expect(await namesOf({ permission: ["USER_ADMIN", "GOVERNANCE"] })).toEqual([
      "Bob-Lee Smith",
      "Zoe Admin",
      "annMarie",
    ]);
    expect(await namesOf({ permission: "GOVERNANCE", disabled: "false", search: "a" })).toEqual(["annMarie"]);
  });

  it.each([{ disabled: "yes" }, { permission: "KING" }, { search: "" }, { kind: "person" }])(
    "refuses %j",
    async (query) => {
      expect((await app.call("GET", "/users", { as: admin, query })).status).toBe(400);
    },
  );

  it.each([
    {},
    { search: "example" },
    { disabled: "false" },
    { permission: "AUDIT" },
  ] satisfies readonly Query[] as readonly Query[])("page by page gives each once: %j", async (query) => {
    const all = (await admin.api.listUsers({ query })).items.map(({ id }) => id);
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await admin.api.listUsers({
        query: { ...query, limit: 1, ...(cursor === undefined ? {} : { cursor }) },
      });
      expect(page.items.length).toBeLessThanOrEqual(1);
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(paged).toEqual(all);
  });

  it("takes no cursor of another search", async () => {
    const { nextCursor } = await admin.api.listUsers({ query: { limit: 1 } });
    const query = { limit: "1", cursor: nextCursor ?? "", search: "ann" };
    expect(await app.call("GET", "/users", { as: admin, query })).toMatchObject({
      status: 400,
      body: { code: "invalid-cursor" },
    });
  });

  it("shows a new name, and finds by it alone, from the moment it is given", async () => {
    const { id } = await admin.api.createUser({ body: personBody({ name: "Before Hand" }) });
    await admin.api.updateUser({ params: { userId: id }, body: { name: "After Wards" } });
    expect(await namesOf({ search: "before" })).toEqual([]);
    expect(await namesOf({ search: "after" })).toEqual(["After Wards"]);
    await admin.api.deleteUser({ params: { userId: id } });
    expect(await namesOf({ search: "after" })).toEqual([]);
  });
});
