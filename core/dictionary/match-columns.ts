import { foldName } from "#core/names/fold.ts";
import type { RemoteColumn } from "#core/ports/remote.ts";
import type { GoneColumn, SchemaColumn } from "#core/sources/data-source.ts";

/** A stored column that a described one is. */
export type Match = SchemaColumn | GoneColumn;

/** What is known of a dictionary before it is described anew. */
export interface StoredColumns {
  readonly columns: readonly SchemaColumn[];
  /** The columns that are not there any more, the last to go first. */
  readonly gone: readonly GoneColumn[];
}

type Described = Pick<RemoteColumn, "name" | "identity">;

/** The stored columns that may still be chosen; each is chosen once. */
class Candidates {
  private readonly live: Set<SchemaColumn>;
  private readonly gone: Set<GoneColumn>;
  readonly matches = new Map<Described, Match>();
  private readonly described: readonly Described[];

  constructor({ columns, gone }: StoredColumns, described: readonly Described[]) {
    this.live = new Set(columns);
    this.gone = new Set(gone);
    this.described = described;
  }

  matchLive(keyOf: (column: Described) => string | undefined): void {
    this.match(this.live, keyOf);
  }

  matchGone(): void {
    this.match(this.gone, ({ name }) => name);
  }

  /** Where a key is one column's alone, on both sides. */
  matchUnique(keyOf: (column: Described) => string): void {
    const count = (columns: Iterable<Described>): ReadonlyMap<string, number> => {
      const counts = new Map<string, number>();
      for (const column of columns) counts.set(keyOf(column), (counts.get(keyOf(column)) ?? 0) + 1);
      return counts;
    };
    const [there, here] = [count(this.unmatched()), count(this.live)];
    const unique = (key: string): boolean => there.get(key) === 1 && here.get(key) === 1;
    this.match(this.live, (column) => (unique(keyOf(column)) ? keyOf(column) : undefined));
  }

  private unmatched(): readonly Described[] {
    return this.described.filter((column) => !this.matches.has(column));
  }

  private match<C extends Match>(from: Set<C>, keyOf: (column: Described) => string | undefined): void {
    const byKey = new Map<string, C>();
    for (const candidate of from) {
      const key = keyOf(candidate);
      // Of several that are gone, the first is the last that went.
      if (key !== undefined && !byKey.has(key)) byKey.set(key, candidate);
    }
    for (const column of this.unmatched()) {
      const key = keyOf(column);
      const found = key === undefined ? undefined : byKey.get(key);
      if (found === undefined || !from.delete(found)) continue;
      this.matches.set(column, found);
    }
  }
}

/**
 * Which stored column each described one is. Within the same remote object the remote's own identity decides
 * first, so that a rename or a swap of names is seen as one; then the exact name. In another object of the same
 * name (a rebuilt table) there are names alone: the exact one, then one that differs in case and is the only such.
 * A column that was gone comes back under its exact name. Each stored column is taken once at most.
 */
export function matchColumns<C extends Described>(
  stored: StoredColumns,
  described: readonly C[],
  sameObject: boolean,
): ReadonlyMap<C, Match> {
  const candidates = new Candidates(stored, described);
  if (sameObject) candidates.matchLive(({ identity }) => identity);
  candidates.matchLive(({ name }) => name);
  candidates.matchGone();
  if (!sameObject) candidates.matchUnique(({ name }) => foldName(name));
  return candidates.matches as ReadonlyMap<C, Match>;
}
