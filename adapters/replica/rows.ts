import { foldName } from "#core/names/fold.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";
import type {
  CatalogClass,
  CatalogPosition,
  CatalogSort,
  HeaderDocument,
} from "#core/ports/catalog-index.ts";
import { isListed, type Known } from "./known.ts";

/** By what rows are filtered and counted; each row has one value of each. */
export const dimensions = ["class", "technology", "connection", "health", "origin"] as const;
export type Dimension = (typeof dimensions)[number];

const sorts = ["name", "-createdAt"] as const satisfies readonly CatalogSort[];

/** What is kept in memory of a row that is listed: where it stands in each order, and its value in each dimension. */
export type RowFacts = Readonly<Record<"id" | CatalogSort | Dimension, string>>;

/** A row that came, went or became another. */
export interface RowChange {
  readonly row: number;
  readonly before: RowFacts | null;
  readonly after: RowFacts | null;
  /** The tags that the data source itself carries. */
  readonly tagIds: readonly string[];
}

/** A key that sorts the other way round: RFC 3339 times consist of few characters, each of which is mirrored. */
const descending = (time: string): string => time.replaceAll(/\d/g, (digit) => String(9 - Number(digit)));

/** The class of a data source but for the global policies that apply to it: headers of before have no terms. */
const classText = ({ status, subscription = individually }: Partial<HeaderDocument>): string =>
  JSON.stringify([status, subscription]);

/** The class that a text names. */
export const classOfText = (text: string): Omit<CatalogClass, "policyIds"> => {
  const [status, subscription] = JSON.parse(text) as [CatalogClass["status"], CatalogClass["subscription"]];
  return { status, subscription };
};

/** What a data source is as a row, or null while it is not listed. */
export function factsOf(known: Known): RowFacts | null {
  if (!isListed(known)) return null;
  const { header, health } = known;
  return {
    id: header.id,
    name: foldName(header.name).toWellFormed(),
    "-createdAt": descending(header.createdAt),
    class: classText(header),
    technology: header.technology,
    // Never the id of one: no filter finds it.
    connection: header.connectionId ?? "",
    health: health.status,
    origin: header.origin.type,
  };
}

/** The values of one dimension, each row's as a small number; 0 is a row that is not listed. */
export class Values {
  readonly codes: number[] = [];
  readonly texts: string[] = [""];
  private readonly codeOf = new Map<string, number>();

  set(row: number, text: string | null): void {
    while (this.codes.length <= row) this.codes.push(0);
    this.codes[row] = text === null ? 0 : this.code(text);
  }

  private code(text: string): number {
    const known = this.codeOf.get(text);
    if (known !== undefined) return known;
    this.codeOf.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** So many changes at once are rather sorted in than put in one by one. */
const manyChanges = 100;

/** The rows in memory: their values as columns, and their orders. */
export class Rows {
  readonly values: Readonly<Record<Dimension, Values>> = {
    class: new Values(),
    technology: new Values(),
    connection: new Values(),
    health: new Values(),
    origin: new Values(),
  };
  private readonly ids: string[] = [];
  private readonly keys: Readonly<Record<CatalogSort, string[]>> = { name: [], "-createdAt": [] };
  private readonly orders: Record<CatalogSort, number[]> = { name: [], "-createdAt": [] };

  constructor(facts: Iterable<readonly [row: number, facts: RowFacts]>) {
    for (const [row, each] of facts) {
      this.set(row, each);
      for (const sort of sorts) this.orders[sort].push(row);
    }
    for (const sort of sorts) this.sortAnew(sort);
  }

  /** One more than the highest row. */
  get size(): number {
    return this.values.class.codes.length;
  }

  isListed(row: number): boolean {
    return (this.values.class.codes[row] ?? 0) !== 0;
  }

  /** The listed rows in an order. */
  order(sort: CatalogSort): readonly number[] {
    return this.orders[sort];
  }

  place(row: number, sort: CatalogSort): Omit<CatalogPosition, "rank"> {
    return { key: this.keys[sort][row] ?? "", id: this.ids[row] ?? "" };
  }

  apply(changes: readonly RowChange[]): void {
    const moving = (sort: CatalogSort) =>
      changes.filter(({ before, after }) => before?.[sort] !== after?.[sort]);
    const moved = sorts.map((sort) => [sort, moving(sort)] as const);
    for (const [sort, of] of moved) {
      if (of.length > manyChanges) this.leave(sort, new Set(of.map(({ row }) => row)));
      else for (const { row, before } of of) if (before !== null) this.takeOut(sort, row);
    }
    for (const { row, after } of changes) this.set(row, after);
    for (const [sort, of] of moved) {
      const coming = of.filter(({ after }) => after !== null).map(({ row }) => row);
      if (of.length > manyChanges) {
        for (const row of coming) this.orders[sort].push(row);
        this.sortAnew(sort);
      } else {
        for (const row of coming)
          this.orders[sort].splice(this.firstAfter(sort, this.place(row, sort)), 0, row);
      }
    }
  }

  private set(row: number, facts: RowFacts | null): void {
    for (const dimension of dimensions) this.values[dimension].set(row, facts?.[dimension] ?? null);
    this.ids[row] = facts?.id ?? "";
    for (const sort of sorts) this.keys[sort][row] = facts?.[sort] ?? "";
  }

  private leave(sort: CatalogSort, rows: ReadonlySet<number>): void {
    this.orders[sort] = this.orders[sort].filter((row) => !rows.has(row));
  }

  private takeOut(sort: CatalogSort, row: number): void {
    this.orders[sort].splice(this.firstAfter(sort, this.place(row, sort)) - 1, 1);
  }

  private sortAnew(sort: CatalogSort): void {
    const [keys, ids] = [this.keys[sort], this.ids];
    this.orders[sort].sort((a, b) => compare(keys[a], keys[b]) || compare(ids[a], ids[b]));
  }

  /** Where the rows behind a place begin. */
  firstAfter(sort: CatalogSort, { key, id }: Omit<CatalogPosition, "rank">): number {
    const [order, keys] = [this.orders[sort], this.keys[sort]];
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = order[middle] ?? 0;
      const before = compare(keys[row], key) || compare(this.ids[row], id);
      if (before <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** By code unit, the same everywhere, whatever the locale. */
const compare = (a = "", b = ""): number => (a < b ? -1 : Number(a > b));
