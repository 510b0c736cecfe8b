import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { DataSourceRole } from "#contracts/resources/data-source.ts";
import type { deletedDataSource } from "#contracts/resources/deleted-data-source.ts";
import { can } from "#core/access/can.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { purgeableAt, restorableUntil, type Tombstone } from "#core/deletion/tombstone.ts";
import { principalText, type Caller } from "#core/people/caller.ts";
import { givenRole } from "#core/sources/source-standing.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

const position = z.strictObject({ deletedAt: z.string(), dataSourceId: z.string() });

interface Restorable {
  readonly tombstone: Tombstone;
  readonly role: DataSourceRole | null;
}

/** The deleted data sources that the caller may restore, newest first. */
export const listDeletedDataSources =
  ({ store, cursors, clock }: SourceDeps): UseCase<Routes["listDeletedDataSources"]> =>
  async ({ query }, call) => {
    const gone = purgeableAt(clock.now());
    return await fillPage(cursors, "deleted-data-sources", query, position, {
      read: async (after, limit) => {
        const read = await store.tombstones(after, limit);
        const kept = read.filter(({ deletedAt }) => deletedAt > gone);
        const last = read.at(-1);
        const more = read.length === limit && kept.length === read.length && last !== undefined;
        return { items: await restorable(store, call.user, kept), next: more ? placeOf(last) : null };
      },
      positionOf: ({ tombstone }) => placeOf(tombstone),
      show,
    });
  };

const placeOf = ({ deletedAt, dataSourceId }: Tombstone) => ({ deletedAt, dataSourceId });

/** Those that the user may restore. Who owned them is known from the tombstone; who owns them now decides. */
async function restorable(
  store: SourceDeps["store"],
  user: Caller,
  tombstones: readonly Tombstone[],
): Promise<readonly Restorable[]> {
  const all = can(user, "data-source:restore", { type: "deleted-data-source", role: null });
  const mine = new Set(user.principals.map(principalText));
  const candidates = all
    ? tombstones
    : tombstones.filter(({ owners }) => owners.some((owner) => mine.has(owner)));
  const memberships = await store.dataSourceMemberships(
    user.principals,
    candidates.map(({ dataSourceId }) => dataSourceId),
  );
  return candidates
    .map((tombstone) => ({ tombstone, role: givenRole(memberships.get(tombstone.dataSourceId) ?? []) }))
    .filter(({ role }) => can(user, "data-source:restore", { type: "deleted-data-source", role }));
}

const show = ({ tombstone, role }: Restorable): z.output<typeof deletedDataSource> => ({
  id: tombstone.dataSourceId,
  name: tombstone.name,
  technology: tombstone.technology,
  connectionId: tombstone.connectionId,
  remote: { ...tombstone.remote },
  myRole: role,
  deletedAt: tombstone.deletedAt,
  deletedBy: tombstone.deletedBy,
  restorableUntil: restorableUntil(tombstone.deletedAt),
});
