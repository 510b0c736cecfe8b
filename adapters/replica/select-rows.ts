import type {
  CatalogFacets,
  CatalogFilters,
  CatalogPosition,
  CatalogQuery,
  Counts,
  SearchTerm,
  SearchWord,
} from "#core/ports/catalog-index.ts";
import { keysOfWord, listKeys, shortTerm, type Words } from "./known.ts";
import type { Replica } from "./replica.ts";
import type { ReplicaDatabase } from "./replica-database.ts";
import { RowSet } from "./row-set.ts";
import { classOfText, type Dimension, type Rows, type Values } from "./rows.ts";
import { decideRows, seenRows, standingsOf, type Seen, type Standings } from "./visible-rows.ts";

/** The rows that pass, those of them that the caller may read, and those that meet every term with a whole word. */
interface Selected {
  readonly all: RowSet;
  readonly read: RowSet;
  readonly exact: RowSet | null;
}

/** Which codes of a dimension a filter lets through. */
const admitted = ({ texts }: Values, wanted: readonly string[] | null): readonly boolean[] =>
  texts.map((text, code) => code > 0 && (wanted === null || wanted.includes(text)));

/** The rows that the caller may see and that every filter lets through. */
function select(replica: Replica, filters: CatalogFilters): Selected {
  const { database, rows } = replica;
  const standings = standingsOf(replica, filters.visibility);
  const seen = seenRows(standings, rows.size, filters.visibility.sight);
  const { found: all, read } = seen;
  admitRows(rows, seen, filters);
  if (filters.tagIds !== null) all.intersect(union(database, rows.size, filters.tagIds.map(listKeys.tag)));
  if (filters.roles !== null) all.intersect(heldIn(standings, rows.size, filters.roles));
  const exact = searchRows(database, rows.size, seen, filters.terms);
  read.intersect(all);
  return { all, read, exact };
}

/** The rows on which the caller has one of the roles that are wanted. */
function heldIn(
  standings: Standings,
  size: number,
  { role, wanted }: NonNullable<CatalogFilters["roles"]>,
): RowSet {
  const held = new RowSet(size);
  decideRows(
    standings,
    (of, roles) => {
      const has = role(of, roles);
      return has !== null && wanted.includes(has);
    },
    (row, has) => {
      if (has) held.add(row);
    },
  );
  return held;
}

/**
 * Keeps what is of the values asked for. Of what one may only find the technology alone is told: any other filter
 * would tell more of it.
 */
function admitRows(rows: Rows, { found, read }: Seen, filters: CatalogFilters): void {
  const { class: classes, technology, connection, health, origin } = rows.values;
  const ofReadable = (
    [
      [classes, statusClasses(classes, filters.statuses)],
      [connection, filters.connectionIds],
      [health, filters.healths],
      [origin, filters.origins],
    ] as const
  ).filter(([, wanted]) => wanted !== null);
  if (ofReadable.length > 0) found.intersect(read);
  for (const [values, wanted] of [...ofReadable, [technology, filters.technologies] as const]) {
    if (wanted === null) continue;
    const passes = admitted(values, wanted);
    const admits = new RowSet(rows.size);
    for (let row = 0; row < rows.size; row += 1) if (passes[values.codes[row] ?? 0] === true) admits.add(row);
    found.intersect(admits);
  }
}

/** The classes of the statuses that are wanted. */
const statusClasses = ({ texts }: Values, wanted: readonly string[] | null): readonly string[] | null =>
  wanted === null ? null : texts.filter((text) => text !== "" && wanted.includes(classOfText(text).status));

function union(database: ReplicaDatabase, size: number, keys: readonly string[]): RowSet {
  const found = new RowSet(size);
  for (const key of keys) found.addAll(database.rows(key));
  return found;
}

/**
 * Keeps what meets every term, and tells what does so with whole words; null where nothing is searched for. What one
 * may only find is found by its own name and tags: by its columns or its place one could find out what these are.
 */
function searchRows(
  database: ReplicaDatabase,
  size: number,
  { found, read, alike }: Seen,
  terms: CatalogFilters["terms"],
): RowSet | null {
  if (terms.length === 0) return null;
  const exact = new RowSet(size);
  terms.forEach((term, index) => {
    const met = matches(database, size, term, "everywhere");
    if (!alike) {
      const byName = matches(database, size, term, "name");
      for (const part of ["beginning", "whole"] as const) {
        met[part].intersect(read);
        met[part].unite(byName[part]);
      }
    }
    found.intersect(met.beginning);
    if (index === 0) exact.unite(met.whole);
    else exact.intersect(met.whole);
  });
  return exact;
}

/** Rows with words that begin with what is searched for, and those that have it as whole words. */
interface Matches {
  readonly beginning: RowSet;
  readonly whole: RowSet;
}

/** What meets a term in one of its ways or another. */
function matches(database: ReplicaDatabase, size: number, term: SearchTerm, words: Words): Matches {
  const found: Matches = { beginning: new RowSet(size), whole: new RowSet(size) };
  for (const way of term) {
    const [first, ...others] = way.map((word) => matchesOf(database, size, word, words));
    for (const other of others) {
      first?.beginning.intersect(other.beginning);
      first?.whole.intersect(other.whole);
    }
    if (first === undefined) continue;
    found.beginning.unite(first.beginning);
    found.whole.unite(first.whole);
  }
  return found;
}

function matchesOf(database: ReplicaDatabase, size: number, word: SearchWord, words: Words): Matches {
  const key = keysOfWord(words);
  const tagKeys = (ids: readonly string[]) =>
    ids.flatMap((id) => (words === "name" ? [listKeys.tag(id)] : [listKeys.tag(id), listKeys.columnTag(id)]));
  const whole = union(database, size, [key.word(word.text), ...tagKeys(word.exactTagIds)]);
  const beginning = union(database, size, tagKeys(word.tagIds));
  if (Array.from(word.text).length <= shortTerm) {
    beginning.addAll(database.rows(key.beginning(word.text)));
  } else {
    for (const [, found] of database.lists(key.word(word.text))) beginning.addAll(found);
  }
  return { beginning, whole };
}

/** Rows with where each stands. */
type Placed = readonly { readonly row: number; readonly position: CatalogPosition }[];

/** The rows behind `after`, up to the limit, and whether more follow. */
export function pageOf(
  replica: Replica,
  query: CatalogQuery,
): { readonly rows: Placed; readonly more: boolean } {
  const found: { readonly row: number; readonly position: CatalogPosition }[] = [];
  const { all, exact } = select(replica, query);
  const selected = { all, exact: query.wholeWordsFirst ? exact : null };
  for (const [row, rank] of inOrder(replica.rows, query, selected)) {
    if (found.length === query.limit) return { rows: found, more: true };
    found.push({ row, position: { rank, ...replica.rows.place(row, query.sort) } });
  }
  return { rows: found, more: false };
}

/** The rows behind `after`: those that count as exact, then the others. */
function* inOrder(
  rows: Rows,
  { sort, after }: CatalogQuery,
  selected: Pick<Selected, "all" | "exact">,
): Iterable<readonly [number, number]> {
  const order = rows.order(sort);
  const [first, start] = after === null ? [0, 0] : [after.rank, rows.firstAfter(sort, after)];
  for (let rank = first; rank <= 1; rank += 1) {
    for (let index = rank === first ? start : 0; index < order.length; index += 1) {
      const row = order[index] ?? 0;
      if (selected.all.has(row) && rankOf(selected, row) === rank) yield [row, rank];
    }
  }
}

/** Where nothing is searched for, or the order alone counts, every row is exact. */
const rankOf = ({ exact }: Pick<Selected, "exact">, row: number): number =>
  exact === null || exact.has(row) ? 0 : 1;

const mostCounted = 200;

/** Most first, then by value. */
const ranked = (counts: Iterable<readonly [string, number]>): Counts =>
  [...counts]
    .filter(([, count]) => count > 0)
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : Number(a > b)));

/** How many rows there are of each value: of what one may only find, technology and tags alone are counted. */
export function countsOf(replica: Replica, filters: CatalogFilters): CatalogFacets {
  const { all, read } = select(replica, filters);
  const { database, rows } = replica;
  const count = (dimension: Dimension, counted: RowSet): Counts => {
    const { codes, texts } = rows.values[dimension];
    const counts = texts.map(() => 0);
    for (let row = 0; row < rows.size; row += 1) {
      const code = codes[row] ?? 0;
      if (counted.has(row)) counts[code] = (counts[code] ?? 0) + 1;
    }
    return ranked(texts.map((text, code) => [text, counts[code] ?? 0]));
  };
  const tags: (readonly [string, number])[] = [];
  const tagKey = listKeys.tag("");
  for (const [key, of] of database.lists(tagKey)) tags.push([key.slice(tagKey.length), all.countIn(of)]);
  return {
    technology: count("technology", all),
    health: count("health", read),
    origin: count("origin", read),
    // What has no connection is of none that could be counted.
    connectionId: count("connection", read)
      .filter(([id]) => id !== "")
      .slice(0, mostCounted),
    tagId: ranked(tags).slice(0, mostCounted),
  };
}
