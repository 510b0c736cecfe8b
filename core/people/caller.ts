import { emptyDirectory, type AccessDirectory } from "#core/access/directory.ts";
import type { Principal } from "#core/connections/connection.ts";
import { foldName } from "#core/names/fold.ts";
import type { Group } from "#core/people/group.ts";
import type { Attributes, User } from "#core/people/user.ts";
import { factsHoldMs, noFacts, type ProviderFacts, type UserFacts } from "#core/people/user-facts.ts";

/** A user as they stand at one moment: with all their groups and attributes, wherever these come from. */
export interface Caller extends User {
  /** The user, and every group that they are in. */
  readonly principals: readonly Principal[];
  readonly memberOf: readonly Group[];
  /** Ids of the groups that anything stored says they are in, however old: for what nobody may do to their own groups. */
  readonly saidToBeIn: readonly string[];
  /** Their own attributes, those of their groups and those that providers state; by folded name, with each value once. */
  readonly standing: Attributes;
  /** How these names were written: by the user's own attributes before those of groups, and these before providers'. */
  readonly attributeNames: Readonly<Record<string, string>>;
  /** Providers that have said something of them which is too old to hold: what these do not say is not known. */
  readonly lapsed: readonly string[];
  /** What providers say of them, as it was read. */
  readonly facts: UserFacts;
  /** What else decisions rest on: groups, providers and global subscription policies, as of the same moment. */
  readonly directory: AccessDirectory;
}

/** What is stored of a user, read together. */
export interface StoredPerson {
  readonly user: User;
  readonly facts: UserFacts;
  readonly directory: AccessDirectory;
}

/**
 * Facts that hold: of a provider that is there and, of one of tokens, still of the same issuer; refreshed within the last
 * 24 hours by itself or by a whole sync that found them.
 */
export function standingFacts(
  { facts, directory }: Pick<StoredPerson, "facts" | "directory">,
  now: Date,
): readonly ProviderFacts[] {
  return facts.providers.filter(({ providerId, issuer, refreshedAt, missingSince }) => {
    const provider = directory.provider(providerId);
    if (provider === undefined) return false;
    if (provider.config.kind === "oidc" && provider.config.issuer !== issuer) return false;
    const syncedAt = missingSince === undefined ? provider.syncedAt : null;
    const times = [refreshedAt, syncedAt ?? refreshedAt].map((at) => Date.parse(at));
    return now.getTime() - Math.max(...times) < factsHoldMs;
  });
}

/**
 * Whether somebody in Reeve or a provider, however old its word is, says that they are out. With a provider goes what it
 * said, this too.
 */
export const isOut = ({ user, facts, directory }: StoredPerson): boolean =>
  user.disabled ||
  facts.providers.some(
    ({ disabled, providerId }) => disabled && directory.provider(providerId) !== undefined,
  );

/** The user as they stand now. Whom a provider calls disabled is disabled, however old its word is. */
export function callerOf(stored: StoredPerson, now: Date): Caller {
  const { user, facts, directory } = stored;
  const standing = standingFacts(stored, now);
  const groupIds = new Set([...user.groups, ...standing.flatMap(({ groups }) => groups)]);
  const memberOf = [...groupIds].flatMap((id) => directory.group(id) ?? []);
  const attributes = [user, ...memberOf, ...standing].map((one) => one.attributes);
  return {
    ...user,
    disabled: isOut(stored),
    principals: [
      { type: "user", id: user.id },
      ...memberOf.map(({ id }) => ({ type: "group", id }) as const),
    ],
    memberOf,
    saidToBeIn: [...new Set([...user.groups, ...facts.providers.flatMap(({ groups }) => groups)])],
    lapsed: facts.providers.filter((of) => !standing.includes(of)).map(({ providerId }) => providerId),
    standing: united(attributes),
    attributeNames: spellings(attributes),
    facts,
    directory,
  };
}

/** An object that has what is put into it and nothing else: a name such as `toString` finds nothing in it. */
const onlyOf = <T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> =>
  Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries));

/** The first way in which each name was written, by folded name. */
function spellings(all: readonly Attributes[]): Readonly<Record<string, string>> {
  const written = all.flatMap((attributes) => Object.keys(attributes)).toReversed();
  return onlyOf(written.map((name) => [foldName(name), name]));
}

/** All values by folded name, each once. */
function united(all: readonly Attributes[]): Attributes {
  const values = new Map<string, Set<string>>();
  for (const [name, of] of all.flatMap((attributes) => Object.entries(attributes))) {
    const folded = foldName(name);
    const known = values.get(folded) ?? new Set();
    for (const value of of) known.add(value);
    values.set(folded, known);
  }
  return onlyOf([...values].map(([name, of]) => [name, [...of]]));
}

/** A principal as indexes name it. */
export const principalText = ({ type, id }: Principal): string => `${type}:${id}`;

/** Stands for nobody, where a request needs no authentication: no permission, no role. */
export const nobodyCalling: Caller = {
  id: "anonymous",
  name: "",
  email: "",
  kind: "service",
  permissions: [],
  groups: [],
  attributes: {},
  externalUsernames: {},
  disabled: false,
  createdAt: "",
  version: 0,
  principals: [],
  memberOf: [],
  saidToBeIn: [],
  standing: {},
  lapsed: [],
  attributeNames: {},
  facts: noFacts("anonymous"),
  directory: emptyDirectory,
};
