import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { indexedWords, searchTerms } from "#core/names/words.ts";
import { isOut, type StoredPerson } from "#core/people/caller.ts";
import type { PeopleDeps } from "#core/people/people-deps.ts";
import type { UserPlace } from "#core/people/user.ts";
import { showUser } from "#core/people/users/show-user.ts";
import type { PeopleStore } from "#core/ports/store.ts";

type Query = Parameters<UseCase<Routes["listUsers"]>>[0]["query"];

/** Places are short, and a search looks through many of them. */
const placesAtOnce = 1000;

/** Users in the order in which they came about. What is searched for is found by the places alone. */
export const listUsers =
  ({ store, cursors, clock }: PeopleDeps): UseCase<Routes["listUsers"]> =>
  async ({ query }, call) => {
    authorize(call.user, "user:read", deployment);
    const { search, disabled, permission } = query;
    const list = `users/${JSON.stringify([search, disabled, permission])}`;
    const matches = search === undefined ? null : matcherOf(search);
    return await fillPage(cursors, list, query, z.string(), {
      read: async (after, limit) => {
        const places = await store.userPlaces(after, matches === null ? limit : placesAtOnce);
        const found = places.items.filter((place) => matches === null || matches(place));
        const taken = found.slice(0, limit);
        const people = await store.people(taken.map(({ userId }) => userId));
        return {
          items: taken.flatMap(({ userId }) => {
            const person = people.get(userId);
            return person !== undefined && passes(query, person) ? [person] : [];
          }),
          next: found.length > limit ? (taken.at(-1)?.userId ?? null) : places.next,
        };
      },
      positionOf: ({ user }) => user.id,
      show: (person) => showUser(person, clock.now()),
    });
  };

const passes = ({ disabled, permission }: Query, found: StoredPerson): boolean =>
  (disabled === undefined || isOut(found) === disabled) &&
  (permission === undefined || permission.some((one) => found.user.permissions.includes(one)));

/** An address is searched by its parts. */
const parts = (text: string): string => text.replaceAll("@", " ");

/** Tells whether every term of a search is the beginning of a word of a name or an e-mail address. */
export function matcherOf(search: string): (place: Pick<UserPlace, "name" | "email">) => boolean {
  const terms = searchTerms(parts(search));
  return ({ name, email }) => {
    const words = indexedWords(`${name} ${parts(email)}`);
    return terms.every((ways) =>
      ways.some((all) => all.every((word) => words.some((one) => one.startsWith(word)))),
    );
  };
}

/** A user as administrators see them. */
export const getUser =
  ({ store, clock }: PeopleDeps): UseCase<Routes["getUser"]> =>
  async ({ params }, call) => {
    authorize(call.user, "user:read", deployment);
    return showUser(await readPerson(store, params.userId), clock.now());
  };

/** A user with what providers say of them; `not-found` where there is none. */
export async function readPerson(store: Pick<PeopleStore, "person">, userId: string): Promise<StoredPerson> {
  const found = await store.person(userId);
  if (found === null) throw new DomainError("not-found");
  return found;
}
