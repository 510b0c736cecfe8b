import { indexedWords } from "#core/names/words.ts";
import type {
  CatalogChange,
  HeaderDocument,
  HealthDocument,
  MemberDocument,
} from "#core/ports/catalog-index.ts";

/** One data source as its changes describe it so far; parts may arrive in any order. */
export interface Known {
  readonly header: HeaderDocument | null;
  readonly health: HealthDocument | null;
  /** What was last stated about each principal, those that are no members any more too; null where nothing ever was. */
  readonly members: Readonly<Record<string, KnownMember>> | null;
  readonly columns: NonNullable<CatalogChange["columns"]> | null;
  readonly columnTags: NonNullable<CatalogChange["columnTags"]> | null;
  /** The header version at which it was deleted; nothing older brings it back. */
  readonly deletedAt: number;
}

/** A member with the change of members that told of it. */
export interface KnownMember extends Omit<MemberDocument, "principal"> {
  readonly version: number;
}

export const nothingKnown: Known = {
  header: null,
  health: null,
  members: null,
  columns: null,
  columnTags: null,
  deletedAt: 0,
};

const newer = <T extends { readonly version: number }>(known: T | null, given: T | undefined): T | null =>
  given !== undefined && (known === null || given.version > known.version) ? given : known;

/** What a change says of members; those of before told of owners alone. */
const membersIn = ({ members, owners }: CatalogChange): CatalogChange["members"] =>
  members ??
  (owners && {
    version: owners.version,
    changes: owners.principals.map((principal) => ({ principal, role: "owner" as const, expiresAt: null })),
  });

function learnMembers(known: Known["members"], given: CatalogChange["members"]): Known["members"] {
  if (given === undefined) return known;
  const news = given.changes.filter(({ principal }) => given.version > (known?.[principal]?.version ?? -1));
  if (news.length === 0 && known !== null) return known;
  const learnt = news.map(({ principal, role, expiresAt }) => [
    principal,
    { role, expiresAt, version: given.version },
  ]);
  return { ...known, ...(Object.fromEntries(learnt) as Record<string, KnownMember>) };
}

/** What is known after a change; the very same where it says nothing new. */
export function learn(known: Known, change: CatalogChange): Known {
  const now: Known = {
    header: newer(known.header, change.header),
    health: newer(known.health, change.health),
    members: learnMembers(known.members, membersIn(change)),
    columns: newer(known.columns, change.columns),
    columnTags: newer(known.columnTags, change.columnTags),
    deletedAt: Math.max(known.deletedAt, change.deleted?.version ?? 0),
  };
  const same = (Object.keys(now) as (keyof Known)[]).every((part) => now[part] === known[part]);
  return same ? known : now;
}

/** What is known of a data source that is listed. */
export interface Listed extends Known {
  readonly header: HeaderDocument;
  readonly health: HealthDocument;
}

/** Whether it is in lists: it is there, wholly, and not deleted. */
export const isListed = (known: Known): known is Listed =>
  known.header !== null && known.health !== null && known.header.version > known.deletedAt;

/** Terms of so many letters and fewer have lists of their own: there are too many words that begin with them. */
export const shortTerm = 3;

/** Under which keys lists of rows lie. */
export const listKeys = {
  word: (word: string): string => `w:${word}`,
  beginning: (text: string): string => `b:${text}`,
  tag: (tagId: string): string => `t:${tagId}`,
  columnTag: (tagId: string): string => `c:${tagId}`,
  /** What is stated about a principal for good. */
  member: (role: NonNullable<MemberDocument["role"]>, principal: string): string => `m:${role}:${principal}`,
  /** Where something is stated about a principal until some time. */
  expiring: (principal: string): string => `x:${principal}`,
  /** Where a principal has a role of any kind, for however long. */
  role: (principal: string): string => `r:${principal}`,
} as const;

/** Names of columns repeat from table to table. */
const keysOfName = new Map<string, readonly string[]>();
const namesKept = 50_000;

function nameKeys(name: string): readonly string[] {
  const known = keysOfName.get(name);
  if (known !== undefined) return known;
  const made = indexedWords(name).flatMap((word) => {
    const letters = Array.from(word);
    const most = Math.min(shortTerm, letters.length);
    const beginnings = Array.from({ length: most }, (_, last) => letters.slice(0, last + 1).join(""));
    return [listKeys.word(word), ...beginnings.map(listKeys.beginning)];
  });
  if (keysOfName.size >= namesKept) keysOfName.clear();
  keysOfName.set(name, made);
  return made;
}

function memberKeys(principal: string, { role, expiresAt }: KnownMember): readonly string[] {
  if (role === null) return [];
  const stated = expiresAt === null ? listKeys.member(role, principal) : listKeys.expiring(principal);
  return role === "removed" ? [stated] : [stated, listKeys.role(principal)];
}

/** Every list that holds a data source; none where it is not listed. */
export function keysOf(known: Known): ReadonlySet<string> {
  if (!isListed(known)) return new Set();
  const { header, members, columns, columnTags } = known;
  const { names = [] } = columns ?? {};
  const { tagIds = [] } = columnTags ?? {};
  return new Set([
    ...[header.name, header.remote.schema, header.remote.table, ...names].flatMap(nameKeys),
    ...header.tagIds.map(listKeys.tag),
    ...tagIds.map(listKeys.columnTag),
    ...Object.entries(members ?? {}).flatMap(([principal, member]) => memberKeys(principal, member)),
  ]);
}

/** Whether any of what `keysOf` reads differs. */
export const keysMayDiffer = (before: Known, after: Known): boolean =>
  isListed(before) !== isListed(after) ||
  before.header !== after.header ||
  before.members !== after.members ||
  before.columns !== after.columns ||
  before.columnTags !== after.columnTags;
