import { indexedWords } from "#core/names/words.ts";
import type { CatalogChange, HeaderDocument, HealthDocument } from "#core/ports/catalog-index.ts";

/** One data source as its changes describe it so far, but for its members; parts may arrive in any order. */
export interface Known {
  readonly header: HeaderDocument | null;
  readonly health: HealthDocument | null;
  readonly columns: NonNullable<CatalogChange["columns"]> | null;
  readonly columnTags: NonNullable<CatalogChange["columnTags"]> | null;
  /** The header version at which it was deleted; nothing older brings it back. */
  readonly deletedAt: number;
}

export const nothingKnown: Known = {
  header: null,
  health: null,
  columns: null,
  columnTags: null,
  deletedAt: 0,
};

const newer = <T extends { readonly version: number }>(known: T | null, given: T | undefined): T | null =>
  given !== undefined && (known === null || given.version > known.version) ? given : known;

/** What is known after a change; the very same where it says nothing new. */
export function learn(known: Known, change: CatalogChange): Known {
  const now: Known = {
    header: newer(known.header, change.header),
    health: newer(known.health, change.health),
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
  /** Words of all its names: its own, its place's and its columns'. */
  word: (word: string): string => `w:${word}`,
  beginning: (text: string): string => `b:${text}`,
  /** Words of its own name alone. */
  nameWord: (word: string): string => `n:${word}`,
  nameBeginning: (text: string): string => `a:${text}`,
  tag: (tagId: string): string => `t:${tagId}`,
  columnTag: (tagId: string): string => `c:${tagId}`,
} as const;

/** Whether keys are of words anywhere, or of those of the own name. */
export type Words = "everywhere" | "name";

const wordKeys = {
  everywhere: [listKeys.word, listKeys.beginning],
  name: [listKeys.nameWord, listKeys.nameBeginning],
} as const;

/** The keys under which a word is found whole, and by how it begins. */
export const keysOfWord = (words: Words) => {
  const [word, beginning] = wordKeys[words];
  return { word, beginning };
};

/** The lists that hold a data source for a name of its. */
export function keysOfName(name: string, words: Words): readonly string[] {
  const key = keysOfWord(words);
  return indexedWords(name).flatMap((word) => {
    const letters = Array.from(word);
    const most = Math.min(shortTerm, letters.length);
    const beginnings = Array.from({ length: most }, (_, last) => letters.slice(0, last + 1).join(""));
    return [key.word(word), ...beginnings.map(key.beginning)];
  });
}

/** Names of columns repeat from table to table. */
const keptKeys = new Map<string, readonly string[]>();
const namesKept = 50_000;

function keysOfColumn(name: string): readonly string[] {
  const known = keptKeys.get(name);
  if (known !== undefined) return known;
  const made = keysOfName(name, "everywhere");
  if (keptKeys.size >= namesKept) keptKeys.clear();
  keptKeys.set(name, made);
  return made;
}

/** Every list that holds a data source for what it is; none where it is not listed. */
export function keysOf(known: Known): ReadonlySet<string> {
  if (!isListed(known)) return new Set();
  const { header, columns, columnTags } = known;
  const { names = [] } = columns ?? {};
  const { tagIds = [] } = columnTags ?? {};
  return new Set([
    ...keysOfName(header.name, "name"),
    ...[header.name, header.remote.schema, header.remote.table, ...names].flatMap(keysOfColumn),
    ...header.tagIds.map(listKeys.tag),
    ...tagIds.map(listKeys.columnTag),
  ]);
}

/** Whether any of what `keysOf` reads differs. */
export const keysMayDiffer = (before: Known, after: Known): boolean =>
  isListed(before) !== isListed(after) ||
  before.header !== after.header ||
  before.columns !== after.columns ||
  before.columnTags !== after.columnTags;
