import { staleRead } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { KnownTechnology } from "#contracts/resources/remote.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import type { User, UserPlace } from "#core/people/user.ts";
import type { Guard, Write } from "#core/ports/change.ts";

const placeOf = ({ id, name, email }: User): UserPlace => ({ userId: id, name, email });

/** The writes by which a user is listed and found, as they are now instead of as they were; null where there is nobody. */
export function listingWrites(before: User | null, after: User | null): readonly Write[] {
  const user = after ?? before;
  if (user === null || isSameListing(before, after)) return [];
  const place = { kind: "user-place", record: placeOf(user) } as const;
  return [
    { write: after === null ? "remove" : "put", ...place },
    ...principalWords({ type: "user", id: user.id }, after?.name ?? null, before?.name ?? null),
  ];
}

const isSameListing = (before: User | null, after: User | null): boolean =>
  before !== null && after !== null && before.name === after.name && before.email === after.email;

/**
 * The writes that bring a user into being, whoever makes them. Where the user has permissions, `administratorWrites`
 * belongs to them.
 */
export const creationWrites = (user: User): readonly Write[] => [
  { write: "create", kind: "user", record: user },
  ...listingWrites(null, user),
];

/** The writes that change a user, with what they are found by and the external usernames that they hold. */
export const changeWrites = (before: User, after: User): readonly Write[] => [
  { write: "replace", kind: "user", record: after, expected: before.version, otherwise: staleRead() },
  ...listingWrites(before, after),
  ...externalUsernameWrites(before, after.externalUsernames),
];

const guardOf = (technology: string, name: string): Guard => ({
  guard: "external-username",
  technology,
  name,
});

/** The writes that take and free external usernames: each is one user's, for a technology. */
export function externalUsernameWrites(
  before: Pick<User, "id" | "externalUsernames">,
  after: User["externalUsernames"],
): readonly Write[] {
  const technologies = Object.keys({ ...before.externalUsernames, ...after }) as KnownTechnology[];
  return technologies.flatMap((technology): readonly Write[] => {
    const [old, name] = [before.externalUsernames[technology], after[technology]];
    if (old === name) return [];
    return [
      ...(name === undefined ? [] : [claim(before.id, technology, name)]),
      ...(old === undefined ? [] : [release(before.id, technology, old)]),
    ];
  });
}

const claim = (owner: string, technology: KnownTechnology, name: string): Write => ({
  write: "claim",
  guard: guardOf(technology, name),
  owner,
  otherwise: new DomainError(
    "external-username-taken",
    `${JSON.stringify(name)} in ${technology} is another user.`,
    { errors: [{ in: "body", pointer: `/externalUsernames/${technology}`, detail: "is another user's" }] },
  ),
});

const release = (owner: string, technology: KnownTechnology, name: string): Write => ({
  write: "release",
  guard: guardOf(technology, name),
  owner,
});
