import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attributes } from "#core/people/user.ts";
import { individually, type Who } from "#core/subscriptions/subscription-policy.ts";
import { anApp } from "#test/support/app.ts";
import { aKnownGroup, aPersona } from "#test/support/personas.ts";
import { changeUser } from "#test/support/members.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";

const app = await anApp();
const owner = await aPersona(app);

const has = (values: readonly string[]): Who => ({ who: "attribute", name: "team", values });
/** Each asks for something else; the last two for more than one thing. */
const conditions: Readonly<Record<string, Who>> = {
  a: has(["a"]),
  b: has(["b"]),
  c: has(["c"]),
  both: { who: "all", of: [has(["a"]), has(["b"])] },
  other: { who: "all", of: [has(["a", "b", "c"]), { who: "not", of: has(["a"]) }] },
};
const sources = await Promise.all(
  Object.entries(conditions).map(async ([name, when]) => {
    const subscription = { ...individually, kind: "entitlement", when, source: "owner" } as const;
    return { name, id: (await aRecordedSource(app, owner, { subscription })).id };
  }),
);

/** What somebody with these values reads. */
const reads = (values: readonly string[]): readonly string[] => [
  ...["a", "b", "c"].filter((value) => values.includes(value)),
  ...(values.includes("a") && values.includes("b") ? ["both"] : []),
  ...(values.length > 0 && !values.includes("a") ? ["other"] : []),
];

const values = fc.subarray(["a", "b", "c"]);
const attributesOf = (given: readonly string[]): Attributes => (given.length === 0 ? {} : { Team: given });

describe("attributes that change while requests are under way", () => {
  it(
    "give each request what stood before or what stands after, never some of both, and what stands after from then on",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(values, { minLength: 2, maxLength: 4 }),
          fc.constantFrom("user" as const, "group" as const),
          async (states, holder) => {
            const first = states[0] ?? [];
            const group = await aKnownGroup(
              app,
              holder === "group" ? { attributes: attributesOf(first) } : {},
            );
            const persona = await aPersona(app, {
              groups: [group.id],
              ...(holder === "user" ? { attributes: attributesOf(first) } : {}),
            });
            const list = async () => {
              const { items } = await persona.api.listDataSources({ query: { limit: 200 } });
              return sources.filter(({ id }) => items.some((item) => item.id === id)).map(({ name }) => name);
            };
            const counted = async () => {
              const { origin } = await persona.api.facetsOfDataSources();
              return Object.values(origin).reduce((sum, count) => sum + count, 0);
            };
            const change = async (next: readonly string[], version: number) => {
              const attributes = attributesOf(next);
              if (holder === "user") await changeUser(app, persona, { attributes });
              else {
                await app.store.commit([
                  { write: "put", kind: "group", record: { ...group, attributes, version } },
                  { write: "directory-changed" },
                ]);
              }
            };
            let before = first;
            for (const [index, after] of states.slice(1).entries()) {
              const [lists, counts] = await Promise.all([
                Promise.all(Array.from({ length: 4 }, list)),
                Promise.all(Array.from({ length: 2 }, counted)),
                change(after, index + 2),
              ]);
              for (const seen of lists) expect([reads(before), reads(after)]).toContainEqual(seen);
              for (const count of counts)
                expect([reads(before).length, reads(after).length]).toContain(count);
              expect(await list()).toEqual(reads(after));
              expect(await counted()).toBe(reads(after).length);
              before = after;
            }
          },
        ),
        { numRuns: 20, endOnFailure: true },
      );
    },
  );
});
