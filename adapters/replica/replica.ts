import type { CatalogChange } from "#core/ports/catalog-index.ts";
import { learn, type Known } from "./known.ts";
import { concernedIn, learnMembers, membersIn, type KnownMembers } from "./known-members.ts";
import { ReplicaDatabase } from "./replica-database.ts";
import { RowClasses, type Scopes } from "./row-classes.ts";
import { Rows } from "./rows.ts";

/** So many data sources change in one transaction: what many lists gain is then written once. */
const changedAtOnce = 4000;

/** All that is known of the catalog: the tables in SQLite, and of each row what filters and orders need in memory. */
export class Replica {
  readonly database: ReplicaDatabase;
  readonly rows: Rows;
  private kept: RowClasses | null = null;

  private constructor(database: ReplicaDatabase) {
    this.database = database;
    this.rows = new Rows(database.facts());
  }

  static empty(): Replica {
    return new Replica(ReplicaDatabase.empty());
  }

  /** The one in a file, which it changes. */
  static in(file: string): Replica {
    return new Replica(ReplicaDatabase.in(file));
  }

  /** The rows' classes where these global policies are in force. */
  classes(scopes: Scopes): RowClasses {
    if (this.kept?.isOf(scopes) !== true) this.kept = new RowClasses(scopes, this);
    return this.kept;
  }

  /** Learns changes in any order, any of them again. After an error it may have learnt some of them. */
  apply(changes: readonly CatalogChange[]): void {
    const byId = [...Map.groupBy(changes, ({ dataSourceId }) => dataSourceId)];
    for (let start = 0; start < byId.length; start += changedAtOnce) {
      const learnt = byId.slice(start, start + changedAtOnce).flatMap(([id, of]) => this.learnt(id, of));
      if (learnt.length === 0) continue;
      const moved = this.database.store(learnt);
      this.rows.apply(moved);
      this.kept?.apply(moved);
    }
  }

  private learnt(id: string, changes: readonly CatalogChange[]) {
    const { row, known: before } = this.database.known(id);
    const after = changes.reduce<Known>(learn, before);
    const told = changes.flatMap((change) => membersIn(change) ?? []);
    const members = this.database.members(row, concernedIn(told));
    const now = told.reduce<KnownMembers>(learnMembers, members);
    return after === before && now === members
      ? []
      : [{ row, id, before, after, members: { before: members, after: now } }];
  }

  close(): void {
    this.database.close();
  }
}
