import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

const schema = `
create table node (
  id text primary key, section text not null, place blob, rank integer, type text not null, package text not null,
  reason text, detail text not null, oddity text, data text not null
);
create table disabled (id text primary key, type text not null, package text not null) without rowid;
create table catalog (id text primary key, section text not null, data text not null);
create table result (id text primary key) without rowid;
create table built (id text primary key) without rowid;
`;

/** What a statement gives. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Where the parts of artifacts that count lie while a snapshot is in use: SQLite in a file that has no name any more as
 * soon as it is open, so that nothing stays behind whatever ends the process. Nothing in it has to survive anything,
 * so there is no journal; what fails is thrown away as a whole.
 */
export class Staging {
  private readonly sql: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  constructor(directory: string = tmpdir()) {
    const { DatabaseSync: Database } = process.getBuiltinModule("node:sqlite");
    const own = mkdtempSync(join(directory, "reeve-snapshot-"));
    try {
      this.sql = new Database(join(own, "snapshot.db"));
      this.sql.exec("pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive");
      this.sql.exec("pragma page_size = 32768; pragma cache_size = -16384");
      this.sql.exec(schema);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  }

  /** Does all of the work in one transaction, which spares a write for each row. */
  async inTransaction<T>(work: () => Promise<T>): Promise<T> {
    this.sql.exec("begin");
    const done = await work();
    this.sql.exec("commit");
    return done;
  }

  run(text: string, ...values: readonly SQLInputValue[]): void {
    this.statement(text).run(...values);
  }

  get(text: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.statement(text).get(...values);
  }

  /** Rows one after the other; each call has a statement of its own, so that several can be under way. */
  rows(text: string, ...values: readonly SQLInputValue[]): Iterable<Row> {
    return this.sql.prepare(text).iterate(...values);
  }

  private statement(text: string): StatementSync {
    const kept = this.statements.get(text) ?? this.sql.prepare(text);
    this.statements.set(text, kept);
    return kept;
  }

  close(): void {
    this.statements.clear();
    if (this.sql.isOpen) this.sql.close();
  }
}

/** A key as the bytes that sort as JavaScript sorts texts: by UTF-16 code units. */
export const placeOf = (key: string): Uint8Array => Buffer.from(key, "utf16le").swap16();
