import type { CatalogChange, MemberDocument } from "#core/ports/catalog-index.ts";

/** What was last stated about a principal, with the change of members that did. Role null: that they are none any more. */
export interface Statement extends Omit<MemberDocument, "principal"> {
  readonly version: number;
}

/** What is stated about members of one data source, as far as it was told; parts may arrive in any order. */
export interface KnownMembers {
  /** The last change as of which all members are known: about whom nothing is stated since, nothing is. */
  readonly asOf: number;
  readonly of: ReadonlyMap<string, Statement>;
}

type Told = NonNullable<CatalogChange["members"]>;

/** Before anything was told. */
export const nobodyKnown: KnownMembers = { asOf: -1, of: new Map() };

/** What a change says of members; those of before told who owns it, and there were no other members. */
export const membersIn = ({ members, owners }: CatalogChange): Told | undefined =>
  members ??
  (owners && {
    version: owners.version,
    whole: true,
    changes: owners.principals.map((principal) => ({ principal, role: "owner" as const, expiresAt: null })),
  });

/** Whom it must be known about before changes can be learnt; null is everybody. */
export const concernedIn = (told: readonly Told[]): readonly string[] | null =>
  told.some(({ whole }) => whole === true)
    ? null
    : [...new Set(told.flatMap(({ changes }) => changes.map(({ principal }) => principal)))];

/** What is known after a change, whatever was learnt before it; the very same where it says nothing new. */
export function learnMembers(known: KnownMembers, { version, whole = false, changes }: Told): KnownMembers {
  const news = changes.filter(({ principal }) => version > (known.of.get(principal)?.version ?? known.asOf));
  const asOf = whole ? Math.max(known.asOf, version) : known.asOf;
  if (news.length === 0 && asOf === known.asOf) return known;
  const told = new Set(changes.map(({ principal }) => principal));
  // All members as of a newer change: whoever is not among them was none then.
  const stands = ([principal, { version: stated }]: readonly [string, Statement]): boolean =>
    asOf === known.asOf || told.has(principal) || stated > asOf;
  const learnt = news.map(
    ({ principal, role, expiresAt }) => [principal, { role, expiresAt, version }] as const,
  );
  const of = new Map([...[...known.of].filter(stands), ...learnt]);
  return { asOf, of };
}

/** Sorts behind every time. */
const forGood = "~";

/**
 * The list of rows on which something is stated about a principal: by until when, so that what holds at a time is one
 * range; null where nothing is.
 */
export function memberKey(principal: string, { role, expiresAt }: Pick<Statement, "role" | "expiresAt">) {
  if (role === null) return null;
  const until = expiresAt === null ? forGood : new Date(expiresAt).toISOString();
  return `m:${principal}:${until}:${role}`;
}

/** Between which keys lie the lists of all that is stated about a principal and holds after a time; null: of all of it. */
export const memberKeysAfter = (principal: string, now: Date | null): readonly [string, string] => [
  now === null ? `m:${principal}:` : `m:${principal}:${now.toISOString()};`,
  `m:${principal};`,
];

/** What the list of such a key is of. */
export const roleOfKey = (key: string): string => key.slice(key.lastIndexOf(":") + 1);

/** What the lists of members gain and lose with what was learnt of one data source. */
export function changedKeys(
  before: KnownMembers,
  after: KnownMembers,
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const keyIn = ({ of }: KnownMembers, principal: string) => {
    const statement = of.get(principal);
    return statement === undefined ? null : memberKey(principal, statement);
  };
  const changed = [...new Set([...before.of.keys(), ...after.of.keys()])]
    .map((principal) => [keyIn(before, principal), keyIn(after, principal)] as const)
    .filter(([old, now]) => old !== now);
  return {
    added: changed.flatMap(([, now]) => now ?? []),
    removed: changed.flatMap(([old]) => old ?? []),
  };
}
