import type { CatalogChange } from "#core/ports/catalog-index.ts";
import { learn, type Known } from "./known.ts";
import { ReplicaDatabase } from "./replica-database.ts";
import { Rows } from "./rows.ts";

/** So many data sources change in one transaction: what many lists gain is then written once. */
const changedAtOnce = 4000;

/** All that is known of the catalog: the tables in SQLite, and of each row what filters and orders need in memory. */
export class Replica {
  readonly database: ReplicaDatabase;
  readonly rows: Rows;

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

  /** Learns changes in any order, any of them again. After an error it may have learnt some of them. */
  apply(changes: readonly CatalogChange[]): void {
    const byId = Map.groupBy(changes, ({ dataSourceId }) => dataSourceId);
    const ids = [...byId.keys()];
    for (let start = 0; start < ids.length; start += changedAtOnce) {
      const learnt = ids.slice(start, start + changedAtOnce).flatMap((id) => {
        const { known: before } = this.database.known(id);
        const after = (byId.get(id) ?? []).reduce<Known>(learn, before);
        return after === before ? [] : [{ id, before, after }];
      });
      if (learnt.length > 0) this.rows.apply(this.database.store(learnt));
    }
  }

  close(): void {
    this.database.close();
  }
}
