import * as fc from "fast-check";
import { expect, it } from "vitest";
import { permission, type Permission } from "#contracts/resources/system.ts";
import { bootstrapAdministrator } from "#core/people/first-administrator.ts";
import { anApp, type App } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { personaOf, type Persona } from "#test/support/personas.ts";
import { aJoinedPerson } from "#test/support/people.ts";
import { itemsOf } from "#test/support/table-items.ts";

const people = 4;

/** What somebody tries to do to somebody, who may be themselves, alone or at the same time as the next one. */
const aDeed = fc.record({
  by: fc.integer({ min: 0, max: people - 1 }),
  to: fc.integer({ min: 0, max: people - 1 }),
  what: fc.oneof(
    { weight: 3, arbitrary: fc.record({ permissions: fc.subarray([...permission.options]) }) },
    { weight: 3, arbitrary: fc.record({ disabled: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant("delete" as const) },
  ),
  atOnce: fc.boolean(),
});
type Deed = typeof aDeed extends fc.Arbitrary<infer T> ? T : never;

/** A deployment whose first administrator has made others, each with every permission. */
async function someAdministrators(): Promise<{ readonly app: App; readonly all: readonly Persona[] }> {
  const app = await anApp();
  const key = "a-key-that-an-operator-chose";
  await bootstrapAdministrator(app.parts, app.parts.keys.identify(key));
  const user = await app.store.user("usr_first_administrator");
  if (user === null) throw new Error("there is no first administrator");
  const first = personaOf(app, user, key);
  const all: Persona[] = [first];
  while (all.length < people) {
    all.push(await aJoinedPerson(app, first, { permissions: [...permission.options] }));
  }
  return { app, all };
}

/** Does it, whatever comes of it; tells the status. */
async function done(app: App, all: readonly Persona[], { by, to, what }: Deed): Promise<number> {
  const path = `/users/${all[to]?.user.id ?? ""}`;
  const as = all[by];
  const reply =
    what === "delete"
      ? await app.call("DELETE", path, { as })
      : await app.call("PATCH", path, { as, body: what });
  return reply.status;
}

/** Deeds that happen at the same time, together. */
const bundled = (deeds: readonly Deed[]): readonly (readonly Deed[])[] =>
  deeds.reduce<readonly (readonly Deed[])[]>((bundles, deed) => {
    const last = bundles.at(-1);
    return deed.atOnce && last !== undefined
      ? [...bundles.slice(0, -1), [...last, deed]]
      : [...bundles, [deed]];
  }, []);

async function whoCanAct(app: App, wanted: Permission): Promise<number> {
  const users = await itemsOf(app, "user");
  return users.filter(
    ({ disabled, permissions }) =>
      disabled === false && (permissions as readonly Permission[]).includes(wanted),
  ).length;
}

it("whatever administrators do to each other, somebody enabled has USER_ADMIN, and somebody APPLICATION_ADMIN", async () => {
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.array(aDeed, { minLength: 1, maxLength: 12 }), async (deeds) => {
      const { app, all } = await someAdministrators();
      for (const bundle of bundled(deeds)) {
        const statuses = await Promise.all(bundle.map((deed) => done(app, all, deed)));
        for (const status of statuses) seen.add(status);
        expect(await whoCanAct(app, "USER_ADMIN")).toBeGreaterThan(0);
        expect(await whoCanAct(app, "APPLICATION_ADMIN")).toBeGreaterThan(0);
      }
      await expectSound(app);
      app.client.destroy();
    }),
    { numRuns: 10 },
  );
  // Otherwise nothing would have been tried.
  expect([...seen].toSorted()).toEqual(expect.arrayContaining([200, 204, 401, 403, 409]));
  expect(seen).not.toContain(500);
}, 300_000);
