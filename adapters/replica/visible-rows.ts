import type {
  CatalogClass,
  CatalogSight,
  CatalogVisibility,
  MemberDocument,
} from "#core/ports/catalog-index.ts";
import { listKeys, type Known } from "./known.ts";
import type { ReplicaDatabase } from "./replica-database.ts";
import { eachRow } from "./row-list.ts";
import { RowSet } from "./row-set.ts";
import { classOfText, type Rows } from "./rows.ts";

type Stated = NonNullable<MemberDocument["role"]>;

/** Each kind of statement is a bit. */
const stated = ["owner", "expert", "subscriber", "ingest", "removed"] as const satisfies readonly Stated[];

/** What is told of each row for a decision: its class, and what is stated about the caller on it. */
export interface DecidedRows {
  /** Calls with each listed row. */
  readonly decide: <T>(
    by: (of: CatalogClass, roles: readonly Stated[]) => T,
    take: (row: number, decided: T) => void,
  ) => void;
}

/** The rows by class and by what is stated about a caller on each. */
export function decidedRows(
  database: ReplicaDatabase,
  rows: Rows,
  visibility: Pick<CatalogVisibility, "principals" | "now" | "scopes">,
): DecidedRows {
  const { codes, classes } = refinedClasses(database, rows, visibility.scopes);
  const masks = statedMasks(database, rows.size, visibility);
  return {
    decide: (by, take) => {
      const known = new Map<number, ReturnType<typeof by>>();
      for (let row = 0; row < rows.size; row += 1) {
        const code = codes[row] ?? 0;
        const of = classes[code];
        if (of === undefined || of === null) continue;
        const mask = masks[row] ?? 0;
        const key = code * 32 + mask;
        let decided = known.get(key);
        if (decided === undefined) {
          decided = by(
            of,
            stated.filter((_, bit) => (mask & (1 << bit)) !== 0),
          );
          known.set(key, decided);
        }
        take(row, decided);
      }
    },
  };
}

/** What the caller may read, and what they may find, which is more. */
export function visibleRows(
  decided: DecidedRows,
  size: number,
  sight: (of: CatalogClass, roles: readonly Stated[]) => CatalogSight | null,
): { readonly read: RowSet; readonly found: RowSet } {
  const [read, found] = [new RowSet(size), new RowSet(size)];
  decided.decide(
    (of, roles) => sight(of, roles) ?? "none",
    (row, seen) => {
      if (seen !== "none") found.add(row);
      if (seen === "read") read.add(row);
    },
  );
  return { read, found };
}

/** The rows' classes with the global policies that apply: each class is split by each scope that covers a part of it. */
function refinedClasses(
  database: ReplicaDatabase,
  rows: Rows,
  scopes: CatalogVisibility["scopes"],
): { readonly codes: Uint32Array; readonly classes: readonly (CatalogClass | null)[] } {
  const { codes: own, texts } = rows.values.class;
  const codes = Uint32Array.from({ length: rows.size }, (_, row) => own[row] ?? 0);
  const classes: (CatalogClass | null)[] = texts.map((text, code) =>
    code === 0 ? null : { ...classOfText(text), policyIds: [] },
  );
  for (const { policyId, every } of scopes) {
    const split = new Map<number, number>();
    const refine = (row: number): void => {
      const code = codes[row] ?? 0;
      const of = classes[code];
      if (of === undefined || of === null) return;
      let next = split.get(code);
      if (next === undefined) {
        next = classes.push({ ...of, policyIds: [...of.policyIds, policyId] }) - 1;
        split.set(code, next);
      }
      codes[row] = next;
    };
    if (every === null) for (let row = 0; row < rows.size; row += 1) refine(row);
    else coveredRows(database, rows.size, every).forEach(refine);
  }
  return { codes, classes };
}

/** Rows that carry a tag of every part. */
function coveredRows(
  database: ReplicaDatabase,
  size: number,
  every: readonly (readonly string[])[],
): readonly number[] {
  const covered = every.map((any) => {
    const part = new RowSet(size);
    for (const id of any) part.addAll(database.rows(listKeys.tag(id)));
    return part;
  });
  const [first, ...others] = covered;
  for (const other of others) first?.intersect(other);
  return first === undefined ? [] : first.rows();
}

/** What is stated about the caller on each row; where it is for a time, the row's own record tells whether it holds. */
function statedMasks(
  database: ReplicaDatabase,
  size: number,
  { principals, now }: Pick<CatalogVisibility, "principals" | "now">,
): Uint8Array {
  const masks = new Uint8Array(size);
  const expiring = new Set<number>();
  for (const principal of principals) {
    stated.forEach((role, bit) => {
      eachRow(database.rows(listKeys.member(role, principal)), (row) => {
        masks[row] = (masks[row] ?? 0) | (1 << bit);
      });
    });
    eachRow(database.rows(listKeys.expiring(principal)), (row) => expiring.add(row));
  }
  for (const row of expiring) {
    for (const { role } of statedOn(database.shown(row), principals, now)) {
      masks[row] = (masks[row] ?? 0) | (1 << stated.indexOf(role));
    }
  }
  return masks;
}

/** What is stated about a caller on a data source, and holds. */
export const statedOn = (
  { members }: Pick<Known, "members">,
  principals: readonly string[],
  now: Date,
): readonly { readonly role: Stated }[] =>
  principals.flatMap((principal) => {
    const { role = null, expiresAt = null } = members?.[principal] ?? {};
    const holds = expiresAt === null || Date.parse(expiresAt) > now.getTime();
    return role !== null && holds ? [{ role }] : [];
  });
