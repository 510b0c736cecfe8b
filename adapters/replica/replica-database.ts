import type { DatabaseSync, StatementSync } from "node:sqlite";
import { convertShape1 } from "./convert-shape-1.ts";
import { nothingKnown, type Known } from "./known.ts";
import { listChanges } from "./list-changes.ts";
import { memberKeysAfter, nobodyKnown, type KnownMembers, type Statement } from "./known-members.ts";
import { memberTable, membersOn, putMembers, statementsOn } from "./member-table.ts";
import { changeRows, decodeRows, encodeRows } from "./row-list.ts";
import { factsOf, type RowChange, type RowFacts } from "./rows.ts";

/** The shape of the tables; a file of the shape before is converted, and one of any other is not read. */
export const shapeVersion = 2;

const schema = `
create table source (
  row integer primary key, id text not null unique, known text not null, columns text not null,
  class text, technology text, connection text, health text, origin text, name_key text, created_key text,
  members_as_of integer not null
);
create table list (key text primary key, rows blob not null) without rowid;
${memberTable}
create table state (name text primary key, value text) without rowid;
pragma user_version = ${shapeVersion};
`;

/** The facts of a row in the order of their columns. */
const factColumns = [
  "class",
  "technology",
  "connection",
  "health",
  "origin",
  "name",
  "-createdAt",
] as const satisfies readonly (keyof RowFacts)[];

/** What is known of a data source after a change, where that differs from what was known before. */
interface Learnt {
  /** Null where it has none yet. */
  readonly row: number | null;
  readonly id: string;
  readonly before: Known;
  readonly after: Known;
  /** Of those members that the change is about. */
  readonly members: { readonly before: KnownMembers; readonly after: KnownMembers };
}

type Placed = Learnt & { readonly row: number };

/** What is known of a data source: without a row nothing. */
interface Kept {
  readonly row: number | null;
  readonly known: Known;
}

/**
 * The replica's tables in SQLite: each data source as it is known, and for each word, tag and owner the list of the
 * rows that have it. Lists are read and written whole: a word that every row has takes a hundred microseconds.
 */
export class ReplicaDatabase {
  private readonly sql: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private nextRow: number;
  /** Whether the file that it is in was of an older shape. */
  readonly wasConverted: boolean;

  private constructor(sql: DatabaseSync, wasConverted = false) {
    this.sql = sql;
    this.wasConverted = wasConverted;
    // It can always be made anew from the segment and the deltas: nothing here has to survive a crash.
    sql.exec("pragma journal_mode = memory; pragma synchronous = off; pragma cache_size = -65536");
    this.nextRow = Number(
      this.statement("select coalesce(max(row), 0) + 1 as next from source").get()?.["next"],
    );
  }

  /** A new one that knows nothing, in memory. */
  static empty(): ReplicaDatabase {
    const sql = open(":memory:");
    sql.exec(schema);
    return new ReplicaDatabase(sql);
  }

  /** The one in a file, which it changes; a file that is no replica of a known shape is an error. */
  static in(path: string): ReplicaDatabase {
    const sql = open(path);
    try {
      const shape = sql.prepare("pragma user_version").get()?.["user_version"];
      if (shape === 1) {
        convertShape1(sql);
        return new ReplicaDatabase(sql, true);
      }
      if (shape !== shapeVersion) throw new Error(`the segment has shape ${String(shape)}`);
      return new ReplicaDatabase(sql);
    } catch (error) {
      sql.close();
      throw error;
    }
  }

  private statement(text: string): StatementSync {
    const kept = this.statements.get(text) ?? this.sql.prepare(text);
    this.statements.set(text, kept);
    return kept;
  }

  /** Every row that is listed. */
  *facts(): Iterable<readonly [row: number, facts: RowFacts]> {
    const found = this.statement("select * from source where class is not null order by row").iterate();
    for (const at of found) yield [Number(at["row"]), readFacts(at)];
  }

  known(id: string): Kept {
    const found = this.statement("select row, known, columns from source where id = ?").get(id);
    return found === undefined
      ? { row: null, known: nothingKnown }
      : { row: Number(found["row"]), known: readKnown(found) };
  }

  /** Where a data source stands; null where it does not. */
  rowOf(id: string): number | null {
    const found = this.statement("select row from source where id = ?").get(id);
    return found === undefined ? null : Number(found["row"]);
  }

  /** What is known about some members of a data source, or about all of them. */
  members(row: number | null, principals: readonly string[] | null): KnownMembers {
    if (row === null) return nobodyKnown;
    const found = this.statement("select members_as_of from source where row = ?").get(row);
    return {
      asOf: Number(found?.["members_as_of"]),
      of: membersOn((text) => this.statement(text), row, principals),
    };
  }

  /** What is stated about some principals on some rows. */
  statementsOn(
    rows: readonly number[],
    principals: readonly string[],
  ): ReadonlyMap<number, readonly Statement[]> {
    return statementsOn((text) => this.statement(text), rows, principals);
  }

  /** What is known of a row but its columns. */
  shown(row: number): Known {
    const found = this.statement("select known, '{}' as columns from source where row = ?").get(row);
    return found === undefined ? nothingKnown : readKnown(found);
  }

  /** The rows in a list, as `encodeRows` makes it. */
  rows(key: string): Uint8Array {
    const found = this.statement("select rows from list where key = ?").get(key);
    return found === undefined ? new Uint8Array() : bytesOf(found["rows"]);
  }

  /** Every list whose key begins so. */
  *lists(beginning: string): Iterable<readonly [key: string, rows: Uint8Array]> {
    for (const found of this.statement("select key, rows from list where key >= ?").iterate(beginning)) {
      const key = String(found["key"]);
      if (!key.startsWith(beginning)) return;
      yield [key, bytesOf(found["rows"])];
    }
  }

  /** The lists of rows on which something is stated about a principal that holds after a time; null: whenever. */
  *statedLists(principal: string, now: Date | null): Iterable<readonly [key: string, rows: Uint8Array]> {
    const between = this.statement("select key, rows from list where key > ? and key < ?");
    for (const found of between.iterate(...memberKeysAfter(principal, now))) {
      yield [String(found["key"]), bytesOf(found["rows"])];
    }
  }

  /** Stores what was learnt, all of it or nothing, and says what that means for the rows. */
  store(learnt: readonly Learnt[]): readonly RowChange[] {
    const placed = learnt.map((one) => ({ ...one, row: one.row ?? this.newRow() }));
    this.sql.exec("begin");
    try {
      for (const one of placed) this.put(one);
      this.relist(placed);
      this.sql.exec("commit");
    } catch (error) {
      this.sql.exec("rollback");
      throw error;
    }
    return placed.map(({ row, before, after }) => ({
      row,
      before: factsOf(before),
      after: factsOf(after),
      tagIds: after.header?.tagIds ?? [],
    }));
  }

  private newRow(): number {
    this.nextRow += 1;
    return this.nextRow - 1;
  }

  private put({ row, id, after, members }: Placed): void {
    const { columns, columnTags, ...rest } = after;
    const facts = factsOf(after);
    this.statement("insert or replace into source values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").run(
      row,
      id,
      JSON.stringify(rest),
      JSON.stringify({ columns, columnTags }),
      ...factColumns.map((fact) => (facts === null ? null : facts[fact])),
      members.after.asOf,
    );
    putMembers((text) => this.statement(text), row, members.before, members.after);
  }

  /** Each list that gains or loses rows is written once. */
  private relist(learnt: readonly Placed[]): void {
    for (const [key, change] of listChanges(learnt)) {
      const rows = changeRows(decodeRows(this.rows(key)), change);
      if (rows.length === 0) this.statement("delete from list where key = ?").run(key);
      else this.statement("insert or replace into list values (?, ?)").run(key, encodeRows(rows));
    }
  }

  /** Writes all of it to a new file. */
  copyTo(file: string): void {
    this.sql.prepare("vacuum into ?").run(file);
  }

  close(): void {
    this.statements.clear();
    this.sql.close();
  }
}

/** Loaded when it is needed: functions that never list do without it. */
function open(path: string): DatabaseSync {
  const { DatabaseSync: Database } = process.getBuiltinModule("node:sqlite");
  return new Database(path);
}

type Found = Readonly<Record<string, unknown>>;

const bytesOf = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array) return value;
  throw new Error("a list of the replica is broken");
};

const readKnown = (found: Found): Known => ({
  ...nothingKnown,
  ...(JSON.parse(String(found["known"])) as Partial<Known>),
  ...(JSON.parse(String(found["columns"])) as Partial<Known>),
});

const readFacts = (found: Found): RowFacts => ({
  id: String(found["id"]),
  name: String(found["name_key"]),
  "-createdAt": String(found["created_key"]),
  class: String(found["class"]),
  technology: String(found["technology"]),
  connection: String(found["connection"]),
  health: String(found["health"]),
  origin: String(found["origin"]),
});
