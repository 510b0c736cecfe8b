import type { CatalogClass, CatalogVisibility } from "#core/ports/catalog-index.ts";
import { listKeys } from "./known.ts";
import type { ReplicaDatabase } from "./replica-database.ts";
import { RowSet } from "./row-set.ts";
import { classOfText, type RowChange, type Rows } from "./rows.ts";

export type Scopes = CatalogVisibility["scopes"];

/**
 * The class of each row under a set of global policies: what a data source has of its own, with the policies that
 * apply to it. They are nobody's in particular, and are kept while rows come, go and change.
 */
export class RowClasses {
  /** Each row's class as a number; 0 is a row that is not listed. */
  readonly codes: number[] = [];
  private readonly classes: (CatalogClass | null)[] = [null];
  private readonly codeOf = new Map<string, number>();
  private readonly scopes: Scopes;
  private readonly text: string;

  constructor(
    scopes: Scopes,
    { database, rows }: { readonly database: ReplicaDatabase; readonly rows: Rows },
  ) {
    this.scopes = scopes;
    this.text = textOf(scopes);
    const { codes, texts } = rows.values.class;
    const own = texts.map((text, code) => (code === 0 ? 0 : this.own(text)));
    for (let row = 0; row < rows.size; row += 1) this.codes.push(own[codes[row] ?? 0] ?? 0);
    for (const { policyId, every } of scopes) {
      const within = new Map<number, number>();
      for (const row of coveredRows(database, rows.size, every)) {
        const code = this.codes[row] ?? 0;
        const refined = within.get(code) ?? this.within(code, policyId);
        within.set(code, refined);
        this.codes[row] = refined;
      }
    }
  }

  /** Whether the classes are those under these policies. */
  isOf(scopes: Scopes): boolean {
    return scopes === this.scopes || textOf(scopes) === this.text;
  }

  /** How many numbers there are. */
  get count(): number {
    return this.classes.length;
  }

  /** The class of a number; null of what is not listed. */
  class(code: number): CatalogClass | null {
    return this.classes[code] ?? null;
  }

  /** Takes in what became of rows. */
  apply(changes: readonly RowChange[]): void {
    for (const { row, after, tagIds } of changes) {
      while (this.codes.length <= row) this.codes.push(0);
      this.codes[row] =
        after === null
          ? 0
          : policiesOn(tagIds, this.scopes).reduce(
              (code, policyId) => this.within(code, policyId),
              this.own(after.class),
            );
    }
  }

  private own(text: string): number {
    return this.numbered(text, () => ({ ...classOfText(text), policyIds: [] }));
  }

  /** The part of a class to which one more policy applies. */
  private within(code: number, policyId: string): number {
    const of = this.class(code);
    if (of === null) return code;
    return this.numbered(`${code} ${policyId}`, () => ({ ...of, policyIds: [...of.policyIds, policyId] }));
  }

  private numbered(key: string, make: () => CatalogClass): number {
    const known = this.codeOf.get(key);
    if (known !== undefined) return known;
    this.codeOf.set(key, this.classes.length);
    return this.classes.push(make()) - 1;
  }
}

const textOf = (scopes: Scopes): string =>
  JSON.stringify(scopes.map(({ policyId, every }) => [policyId, every]));

/** The global policies that apply to what carries these tags. */
const policiesOn = (tagIds: readonly string[], scopes: Scopes): readonly string[] =>
  scopes
    .filter(({ every }) => every === null || every.every((any) => any.some((id) => tagIds.includes(id))))
    .map(({ policyId }) => policyId);

/** Rows that carry a tag of every part: all of them where there are no parts. */
function coveredRows(
  database: ReplicaDatabase,
  size: number,
  every: Scopes[number]["every"],
): Iterable<number> {
  const [first, ...others] = (every ?? []).map((any) => {
    const part = new RowSet(size);
    for (const id of any) part.addAll(database.rows(listKeys.tag(id)));
    return part;
  });
  if (first === undefined) return Array(size).keys();
  for (const other of others) first.intersect(other);
  return first.rows();
}
