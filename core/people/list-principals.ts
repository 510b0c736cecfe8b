import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { authorize, can } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { callerOf, principalText, type Caller, type StoredPerson } from "#core/people/caller.ts";
import type { GroupDeps } from "#core/people/groups/group-deps.ts";
import {
  beginningOf,
  findsFirst,
  nameMatcher,
  type PrincipalWord,
} from "#core/people/principal-directory.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import {
  exposureOf,
  givenRole,
  sourceResourceOf,
  standingOn,
  type Exposure,
} from "#core/sources/source-standing.ts";

const place = z.strictObject({ word: z.string(), id: z.string() });

const placeOf = ({ word, principal }: PrincipalWord): z.infer<typeof place> => ({ word, id: principal.id });

/** Leaves those of some found who may be shown. */
type Narrow = (found: readonly PrincipalWord[]) => Promise<readonly PrincipalWord[]>;

const everybody: Narrow = (found) => Promise.resolve(found);

/**
 * Users and groups by the beginnings of words of their names, in the order of the words, each once. Whoever gives something to
 * others may look; within a data source its members may, and find only people who may read it and groups with a role.
 */
export const listPrincipals =
  (deps: GroupDeps): UseCase<Routes["listPrincipals"]> =>
  async ({ query }, { user }) => {
    const { search = "", dataSourceId } = query;
    const narrow = dataSourceId === undefined ? everybody : await readersOf(deps, user, dataSourceId);
    if (dataSourceId === undefined) await demandGiver(deps, user);
    const [beginning, matches] = [beginningOf(search), nameMatcher(search)];
    const list = `principals/${JSON.stringify([search, dataSourceId])}`;
    return await fillPage(deps.cursors, list, query, place, {
      read: async (after, limit) => {
        const words = await deps.store.principalWords(beginning, after, limit);
        const last = words.at(-1);
        const found = words.filter((word) => findsFirst(word, beginning) && matches(word.name));
        return {
          items: await narrow(found),
          next: words.length < limit || last === undefined ? null : placeOf(last),
        };
      },
      positionOf: placeOf,
      show: ({ principal: { type, id }, name }) => ({ id, kind: type, name }),
    });
  };

/** Refuses who neither owns anything on which others are given roles nor has a permission for it. */
async function demandGiver(deps: GroupDeps, user: Caller): Promise<void> {
  if (can(user, "principal:search", deployment)) return;
  authorize(user, "principal:search", { type: "deployment", owns: await ownsAnything(deps, user) });
}

const connectionsAtOnce = 200;

async function ownsAnything({ store, index, clock }: GroupDeps, { principals }: Caller): Promise<boolean> {
  if (await index.ownsAny(principals.map(principalText), clock.now())) return true;
  let after: string | null = null;
  do {
    const page = await store.listConnections(after, connectionsAtOnce);
    const roles = await store.connectionMemberships(principals, page.items);
    if ([...roles.values()].flat().some(({ role }) => role === "owner")) return true;
    after = page.next;
  } while (after !== null);
  return false;
}

/** Leaves those who may read a data source, and groups that have a role on it, for a member of it. */
async function readersOf({ store, clock }: GroupDeps, user: Caller, dataSourceId: string): Promise<Narrow> {
  const { dataSource } = await readDataSource(store, user, dataSourceId, "data-source:mention");
  const exposure = exposureOf(dataSource);
  return async (found) => {
    const userIds = found.flatMap(({ principal: { type, id } }) => (type === "user" ? [id] : []));
    const people = await store.people(userIds);
    const callers = callersOf(people, clock.now());
    const asked = [
      ...[...callers.values()].flatMap(({ principals }) => principals),
      ...found.map(({ principal }) => principal),
    ];
    const members = (await store.dataSourceMemberships(asked, [dataSourceId])).get(dataSourceId) ?? [];
    return found.filter(({ principal: { type, id } }) => {
      const caller = callers.get(id);
      return type === "group"
        ? givenRole(members.filter(({ principal }) => principal.id === id)) !== null
        : caller !== undefined && mayRead(caller, exposure, members);
    });
  };
}

const callersOf = (people: ReadonlyMap<string, StoredPerson>, now: Date): ReadonlyMap<string, Caller> =>
  new Map([...people].map(([id, person]) => [id, callerOf(person, now)]));

function mayRead(caller: Caller, exposure: Exposure, members: readonly DataSourceMember[]): boolean {
  const own = new Set(caller.principals.map(principalText));
  const memberships = members.filter(({ principal }) => own.has(principalText(principal)));
  const standing = standingOn(caller, exposure, memberships);
  return can(caller, "data-source:read", sourceResourceOf(exposure, standing));
}
