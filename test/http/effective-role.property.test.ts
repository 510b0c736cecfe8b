import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aWorld, expected, type Expected, type World } from "#test/support/access-world.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona, type Persona } from "#test/support/personas.ts";
import { placed, worldTags, type PlacedWorld } from "#test/support/placed-world.ts";

const app = await anApp();
const tags = await worldTags(app);
const owner = await aPersona(app);

type Sight = "reads" | "finds" | "nothing";

/** What is shown to whom the rules say this of: a disabled data source is its owners' alone. */
function sightOf({ role, discoverable }: Expected, { status }: Pick<World, "status">): Sight {
  if (status === "disabled") return role === "owner" ? "reads" : "nothing";
  if (role !== null) return "reads";
  return discoverable ? "finds" : "nothing";
}

/** What the routes say that the user is to the data source. */
async function answered({ source, persona }: Pick<PlacedWorld, "source" | "persona">) {
  const query = { search: source.name };
  const [members, list, facets] = await Promise.all([
    app.call("GET", `/data-sources/${source.id}/members`, { as: persona }),
    persona.api.listDataSources({ query }),
    persona.api.facetsOfDataSources({ query }),
  ]);
  // What one may only find answers this elsewhere.
  const detail =
    members.status === 403 ? null : await app.call("GET", `/data-sources/${source.id}`, { as: persona });
  return {
    members: members.status,
    detail: detail?.status === 200 ? (detail.body as { readonly myRole: unknown }).myRole : null,
    listed: list.items.map(({ id, myRole }) => ({ id, myRole })),
    counted: Object.values(facets.technology).reduce((sum, count) => sum + count, 0),
  };
}

/** What they should say. */
function answer(world: World, { source }: Pick<PlacedWorld, "source">) {
  const standing = expected(world);
  const sight = sightOf(standing, world);
  const role = sight === "reads" ? standing.role : null;
  return {
    members: { reads: 200, finds: 403, nothing: 404 }[sight],
    detail: role,
    listed: sight === "nothing" ? [] : [{ id: source.id, myRole: role }],
    counted: sight === "nothing" ? 0 : 1,
  };
}

const byRole = async ({ api }: Persona, name: string) => {
  const roles = ["owner", "expert", "subscriber", "ingest"] as const;
  const found = await Promise.all(
    roles.map(async (role) => (await api.listDataSources({ query: { search: name, role } })).items.length),
  );
  return roles.filter((_, index) => found[index] === 1);
};

describe("what somebody is to a data source, as the routes answer it", () => {
  it(
    "is what the rules say, in detail, members, list, search, counts and by role",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(aWorld, async (world) => {
          const scene = await placed(app, owner, tags, world);
          try {
            expect(await answered(scene)).toEqual(answer(world, scene));
            const { detail } = answer(world, scene);
            expect(await byRole(scene.persona, scene.source.name)).toEqual(detail === null ? [] : [detail]);
          } finally {
            await scene.leave();
          }
        }),
        { numRuns: 15, endOnFailure: true },
      );
      await expectSound(app);
    },
  );
});
