import { afterAll, describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aPeopleOffice } from "#test/support/groups.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona, type Persona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const { administrator, create, made, member, attribute } = await aPeopleOffice(app);
const meOf = async (as: Persona) => await as.api.getMe();

afterAll(() => expectSound(app));

describe("attributes of groups", () => {
  it("are their members' with the next request, united with their own", async () => {
    const [group, persona] = [await made(), await aPersona(app, { attributes: { Country: ["FR"] } })];
    await member("PUT", group.id, persona);
    const reply = await attribute("PUT", group.id, "country", ["US", "FR"]);
    expect(reply).toMatchObject({ status: 200, body: { attributes: { country: ["US", "FR"] }, version: 2 } });
    expect(Object.values((await meOf(persona)).attributes)).toEqual([["FR", "US"]]);
    expect(await attribute("PUT", group.id, "COUNTRY", ["DE"])).toMatchObject({
      body: { attributes: { COUNTRY: ["DE"] }, version: 3 },
    });
    // What is so already is no change.
    expect(await attribute("PUT", group.id, "COUNTRY", ["DE"])).toMatchObject({ body: { version: 3 } });
    expect((await attribute("DELETE", group.id, "cOuntry")).status).toBe(204);
    expect((await attribute("DELETE", group.id, "cOuntry")).status).toBe(204);
    expect(Object.values((await meOf(persona)).attributes)).toEqual([["FR"]]);
    expect(await administrator.api.getGroup({ params: { groupId: group.id } })).toMatchObject({ version: 4 });
  });

  it("have their bounds", async () => {
    const group = await made(unique("Many "), Object.fromEntries(many(50, (n) => [`a${n}`, ["x"]])));
    expect(await attribute("PUT", group.id, "one more", ["x"])).toMatchObject({
      status: 422,
      body: { code: "too-many-attributes" },
    });
    expect((await attribute("PUT", group.id, "A7", ["y"])).status).toBe(200);
    expect(
      (
        await attribute(
          "PUT",
          group.id,
          "a1",
          many(101, (n) => `${n}`),
        )
      ).status,
    ).toBe(400);
    expect((await attribute("PUT", group.id, "a1", ["x".repeat(501)])).status).toBe(400);
    expect((await attribute("PUT", group.id, "x".repeat(101), ["y"])).status).toBe(400);
    const long = many(100, (n) => `${n}${"x".repeat(400)}`);
    expect(await attribute("PUT", group.id, "a1", long)).toMatchObject({
      status: 422,
      body: { code: "too-many-attributes" },
    });
    const names = Object.fromEntries(many(51, (n) => [`a${n}`, ["x"]]));
    expect(await create({ name: unique("x"), attributes: names })).toMatchObject({
      body: { code: "too-many-attributes" },
    });
  });

  it("are kept apart from what the table knows: any name is one", async () => {
    const group = await made();
    for (const name of ["toString", "a/b", "100 %", "尺寸 📏"]) {
      expect((await attribute("PUT", group.id, name, ["1"])).status).toBe(200);
    }
    for (const name of ["__proto__", "constructor"]) {
      expect((await attribute("PUT", group.id, name, ["1"])).status).toBe(400);
    }
    const { attributes } = await administrator.api.getGroup({ params: { groupId: group.id } });
    expect(Object.keys(attributes)).toEqual(["100 %", "a/b", "toString", "尺寸 📏"]);
  });
});

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
