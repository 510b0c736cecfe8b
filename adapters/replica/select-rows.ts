import type {
  CatalogFacets,
  CatalogFilters,
  CatalogPosition,
  CatalogQuery,
  Counts,
  SearchTerm,
  SearchWord,
} from "#core/ports/catalog-index.ts";
import { listKeys, shortTerm } from "./known.ts";
import type { ReplicaDatabase } from "./replica-database.ts";
import { RowSet } from "./row-set.ts";
import { classOfText, type Dimension, type Rows, type Values } from "./rows.ts";
import { decidedRows, visibleRows } from "./visible-rows.ts";

/** Where rows are looked up. */
export interface Tables {
  readonly database: ReplicaDatabase;
  readonly rows: Rows;
}

/** The rows that pass, and which of them meet every term with a whole word. */
interface Selected {
  readonly all: RowSet;
  readonly exact: RowSet | null;
}

/** Which codes of a dimension a filter lets through. */
const admitted = ({ texts }: Values, wanted: readonly string[] | null): readonly boolean[] =>
  texts.map((text, code) => code > 0 && (wanted === null || wanted.includes(text)));

/** The rows that the caller may see and that every filter lets through. */
function select({ database, rows }: Tables, filters: CatalogFilters): Selected {
  const { tagIds, roles, terms, visibility } = filters;
  const decided = decidedRows(database, rows, visibility);
  const { found: all } = visibleRows(decided, rows.size, visibility.sight);
  admitRows(rows, all, filters);
  if (tagIds !== null) all.intersect(union(database, rows.size, tagIds.map(listKeys.tag)));
  if (roles !== null) {
    const held = new RowSet(rows.size);
    decided.decide(roles.role, (row, role) => {
      if (role !== null && roles.wanted.includes(role)) held.add(row);
    });
    all.intersect(held);
  }
  if (terms.length === 0) return { all, exact: null };
  const exact = new RowSet(rows.size);
  terms.forEach((term, index) => {
    const { beginning, whole } = matches(database, rows.size, term);
    all.intersect(beginning);
    if (index === 0) exact.unite(whole);
    else exact.intersect(whole);
  });
  return { all, exact };
}

/** Keeps what is of the values asked for. */
function admitRows(rows: Rows, visible: RowSet, filters: CatalogFilters): void {
  const { class: classes, technology, connection, health, origin } = rows.values;
  const asked = (
    [
      [classes, statusClasses(classes, filters.statuses)],
      [technology, filters.technologies],
      [connection, filters.connectionIds],
      [health, filters.healths],
      [origin, filters.origins],
    ] as const
  ).filter(([, wanted]) => wanted !== null);
  for (const [values, wanted] of asked) {
    const passes = admitted(values, wanted);
    const found = new RowSet(rows.size);
    for (let row = 0; row < rows.size; row += 1) if (passes[values.codes[row] ?? 0] === true) found.add(row);
    visible.intersect(found);
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

/** Rows with words that begin with what is searched for, and those that have it as whole words. */
interface Matches {
  readonly beginning: RowSet;
  readonly whole: RowSet;
}

/** What meets a term in one of its ways or another. */
function matches(database: ReplicaDatabase, size: number, term: SearchTerm): Matches {
  const found: Matches = { beginning: new RowSet(size), whole: new RowSet(size) };
  for (const way of term) {
    const [first, ...others] = way.map((word) => matchesOf(database, size, word));
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

function matchesOf(database: ReplicaDatabase, size: number, word: SearchWord): Matches {
  const tagKeys = (ids: readonly string[]) => ids.flatMap((id) => [listKeys.tag(id), listKeys.columnTag(id)]);
  const whole = union(database, size, [listKeys.word(word.text), ...tagKeys(word.exactTagIds)]);
  const beginning = union(database, size, tagKeys(word.tagIds));
  if (Array.from(word.text).length <= shortTerm) {
    beginning.addAll(database.rows(listKeys.beginning(word.text)));
  } else {
    for (const [, found] of database.lists(listKeys.word(word.text))) beginning.addAll(found);
  }
  return { beginning, whole };
}

/** Rows with where each stands. */
type Placed = readonly { readonly row: number; readonly position: CatalogPosition }[];

/** The rows behind `after`, up to the limit, and whether more follow. */
export function pageOf(
  tables: Tables,
  query: CatalogQuery,
): { readonly rows: Placed; readonly more: boolean } {
  const found: { readonly row: number; readonly position: CatalogPosition }[] = [];
  const { all, exact } = select(tables, query);
  const selected = { all, exact: query.wholeWordsFirst ? exact : null };
  for (const [row, rank] of inOrder(tables.rows, query, selected)) {
    if (found.length === query.limit) return { rows: found, more: true };
    found.push({ row, position: { rank, ...tables.rows.place(row, query.sort) } });
  }
  return { rows: found, more: false };
}

/** The rows behind `after`: those that count as exact, then the others. */
function* inOrder(
  rows: Rows,
  { sort, after }: CatalogQuery,
  selected: Selected,
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
const rankOf = ({ exact }: Selected, row: number): number => (exact === null || exact.has(row) ? 0 : 1);

const mostCounted = 200;

/** Most first, then by value. */
const ranked = (counts: Iterable<readonly [string, number]>): Counts =>
  [...counts]
    .filter(([, count]) => count > 0)
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : Number(a > b)));

/** How many rows there are of each value. */
export function countsOf(tables: Tables, filters: CatalogFilters): CatalogFacets {
  const { all } = select(tables, filters);
  const { database, rows } = tables;
  const count = (dimension: Dimension): Counts => {
    const { codes, texts } = rows.values[dimension];
    const counts = texts.map(() => 0);
    for (let row = 0; row < rows.size; row += 1) {
      const code = codes[row] ?? 0;
      if (all.has(row)) counts[code] = (counts[code] ?? 0) + 1;
    }
    return ranked(texts.map((text, code) => [text, counts[code] ?? 0]));
  };
  const tags: (readonly [string, number])[] = [];
  const tagKey = listKeys.tag("");
  for (const [key, of] of database.lists(tagKey)) tags.push([key.slice(tagKey.length), all.countIn(of)]);
  return {
    technology: count("technology"),
    health: count("health"),
    origin: count("origin"),
    // What has no connection is of none that could be counted.
    connectionId: count("connection")
      .filter(([id]) => id !== "")
      .slice(0, mostCounted),
    tagId: ranked(tags).slice(0, mostCounted),
  };
}
