import type {
  CatalogClass,
  CatalogSight,
  CatalogVisibility,
  MemberDocument,
} from "#core/ports/catalog-index.ts";
import { roleOfKey, type Statement } from "./known-members.ts";
import type { Replica } from "./replica.ts";
import type { ReplicaDatabase } from "./replica-database.ts";
import { eachRow } from "./row-list.ts";
import { RowSet } from "./row-set.ts";
import type { RowClasses } from "./row-classes.ts";

type Stated = NonNullable<MemberDocument["role"]>;

/** Each kind of statement is a bit. */
const stated = ["owner", "expert", "subscriber", "ingest", "removed"] as const satisfies readonly Stated[];
const combinations = 1 << stated.length;

/** What decisions about rows rest on: the class of each, and what is stated about the caller on it. */
export interface Standings {
  readonly classes: RowClasses;
  /** Of each row, the bits of what is stated. */
  readonly statements: Uint8Array;
}

/** How the rows stand to a caller. */
export const standingsOf = (
  replica: Pick<Replica, "database" | "rows" | "classes">,
  visibility: Pick<CatalogVisibility, "principals" | "now" | "scopes">,
): Standings => ({
  classes: replica.classes(visibility.scopes),
  statements: statementsOf(replica.database, replica.rows.size, visibility),
});

/** Decides each class once for each combination of statements that it meets, and hands over each listed row. */
export function decideRows<T>(
  { classes, statements }: Standings,
  by: (of: CatalogClass, roles: readonly Stated[]) => T,
  take: (row: number, decided: T) => void,
): void {
  const { codes } = classes;
  const decided = Array.from({ length: combinations }, (): (T | undefined)[] => []);
  for (let row = 0; row < codes.length; row += 1) {
    const [code, bits] = [codes[row] ?? 0, statements[row] ?? 0];
    const of = decided[bits] ?? [];
    let known = of[code];
    if (known === undefined) {
      const found = classes.class(code);
      if (found === null) continue;
      known = by(found, rolesIn(bits));
      // Whole from the start: it is looked up by number for each row.
      if (of.length === 0) of.length = classes.count;
      of[code] = known;
    }
    take(row, known);
  }
}

/** The rows that a caller may read, and those that they may find, which are more. */
export interface Seen {
  readonly read: RowSet;
  readonly found: RowSet;
  /** Whether all that they may find they may read. */
  readonly alike: boolean;
}

/** What the caller may read, and what they may find. */
export function seenRows(
  standings: Standings,
  size: number,
  sight: (of: CatalogClass, roles: readonly Stated[]) => CatalogSight | null,
): Seen {
  const [read, found] = [new RowSet(size), new RowSet(size)];
  let alike = true;
  decideRows(
    standings,
    (of, roles) => sight(of, roles) ?? "none",
    (row, seen) => {
      if (seen === "none") return;
      found.add(row);
      if (seen === "read") read.add(row);
      else alike = false;
    },
  );
  return { read, found, alike };
}

const rolesOfBits: readonly (readonly Stated[])[] = Array.from({ length: combinations }, (_, bits) =>
  stated.filter((_role, bit) => (bits & (1 << bit)) !== 0),
);

const rolesIn = (bits: number): readonly Stated[] => rolesOfBits[bits] ?? [];

/** What is stated about the caller, and holds, on each row. */
function statementsOf(
  database: ReplicaDatabase,
  size: number,
  { principals, now }: Pick<CatalogVisibility, "principals" | "now">,
): Uint8Array {
  const bits = new Uint8Array(size);
  for (const principal of principals) {
    for (const [key, rows] of database.statedLists(principal, now)) {
      const bit = 1 << stated.indexOf(roleOfKey(key) as Stated);
      eachRow(rows, (row) => {
        bits[row] = (bits[row] ?? 0) | bit;
      });
    }
  }
  return bits;
}

/** The roles that a row's own record states, of those that hold. */
export const holding = (statements: readonly Statement[], now: Date): readonly { readonly role: Stated }[] =>
  statements.flatMap(({ role, expiresAt }) =>
    role !== null && (expiresAt === null || Date.parse(expiresAt) > now.getTime()) ? [{ role }] : [],
  );
