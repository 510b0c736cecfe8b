import { isSamePrincipal } from "#core/people/same-principal.ts";
import * as z from "zod";
import { memberWrites } from "#core/members/member-writes.ts";
import { principalText } from "#core/people/caller.ts";
import {
  piecesOf,
  type RemovalDeps,
  type RemovalPart,
  type RemovalPhase,
  type Removed,
  type Taken,
} from "#core/people/removal/removal-phase.ts";

/** Three items each: the user, the groups with the count of changes, and what the index is told. */
const atOnce = 25;

/** Nobody who is gone is a member of a data source: of those that are there, as the index knows them. */
export const leaveDataSources: RemovalPhase = {
  name: "dataSources",
  async *parts(deps, removed, after): AsyncGenerator<RemovalPart> {
    const found = await deps.index.membersOf(principalText(removed.principal));
    const left = [...found.keys()].toSorted().filter((id) => after === null || id > after);
    for (const ids of piecesOf(left, atOnce)) {
      yield { place: ids.at(-1) ?? "", take: () => takeOff(deps, removed, ids) };
    }
  },
};

const place = z.object({ deletedAt: z.string(), dataSourceId: z.string() });
const readAtOnce = 100;

/** Nor of one that is deleted and may come back. */
export const leaveDeletedDataSources: RemovalPhase = {
  name: "dataSources",
  async *parts(deps, removed, from): AsyncGenerator<RemovalPart> {
    const { store } = deps;
    let after = from === null ? null : place.parse(JSON.parse(from));
    for (;;) {
      const behind: z.infer<typeof place> | null = after;
      const tombstones = await store.tombstones(behind, readAtOnce);
      const ids = tombstones.map(({ dataSourceId }) => dataSourceId);
      const roles = await store.dataSourceMemberships([removed.principal], ids);
      const concerned = tombstones.filter(({ dataSourceId }) => (roles.get(dataSourceId) ?? []).length > 0);
      for (const some of piecesOf(concerned, atOnce)) {
        yield {
          place: JSON.stringify(place.parse(some.at(-1))),
          take: () =>
            takeOff(
              deps,
              removed,
              some.map(({ dataSourceId }) => dataSourceId),
            ),
        };
      }
      const last = tombstones.at(-1);
      if (last === undefined || tombstones.length < readAtOnce) return;
      after = place.parse(last);
    }
  },
};

async function takeOff(
  { store, ids, clock }: RemovalDeps,
  { principal }: Removed,
  dataSourceIds: readonly string[],
): Promise<Taken> {
  const at = clock.now();
  const each = await Promise.all(
    dataSourceIds.map(async (id) => {
      const members = await store.dataSourceMembers(id);
      const before = members.members.find((member) => isSamePrincipal(member.principal, principal));
      if (before === undefined) return [];
      return [{ id, writes: memberWrites(ids, at, members, [{ before, after: null }]) }];
    }),
  );
  const found = each.flat();
  return { writes: found.flatMap(({ writes }) => writes), ids: found.map(({ id }) => id) };
}
