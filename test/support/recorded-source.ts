import type { Connection, Principal } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { initialHealth } from "#core/health/assess-health.ts";
import type { Write } from "#core/ports/change.ts";
import { deltaWrite } from "#core/sources/catalog-documents.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import { creationChange, newOwner, recordWrites } from "#core/sources/new-data-source.ts";
import type { App } from "./app.ts";
import { aConnection, aConnectionMember, aDataSource } from "./catalog-records.ts";
import type { Persona } from "./personas.ts";
import { aColumn, unique } from "./records.ts";

const connectionWrites = (record: Connection, principal: Principal): readonly Write[] => [
  { write: "create", kind: "connection", record },
  {
    write: "create",
    kind: "connection-member",
    record: aConnectionMember({ connectionId: record.id, principal }),
  },
  {
    write: "claim",
    guard: { guard: "connection-name", name: record.name },
    owner: record.id,
    otherwise: new DomainError("connection-name-taken"),
  },
];

/** A data source of which a test needs the records alone: whole, listed, and without a table behind it. */
export async function aRecordedSource(
  { store, ids, clock }: Pick<App, "store" | "ids" | "clock">,
  { user: owner }: Pick<Persona, "user">,
  given: Partial<DataSource> = {},
): Promise<DataSource> {
  const at = clock.now();
  const id = ids.next("dataSource");
  const connection = aConnection({ id: ids.next("connection"), name: unique("recorded ") });
  const generation = ids.next("generation");
  const columns = [aColumn()];
  const chunks = await store.stageDictionary(id, generation, columns);
  const dataSource = aDataSource({
    id,
    name: unique("recorded "),
    connectionId: connection.id,
    remote: { database: "shop", schema: "sales", table: unique("table_"), kind: "table" },
    // Nothing waits to be counted.
    statisticsPrevented: true,
    dictionary: { source: "remote", generation, chunks, columnCount: 1, takenAt: at.toISOString() },
    ...given,
  });
  const principal = { type: "user", id: owner.id } as const;
  const made = {
    dataSource,
    health: initialHealth(id, true, at),
    owners: [newOwner(ids, at, id, principal, "usr_1")],
    columns,
  };
  await store.commit([
    ...connectionWrites(connection, principal),
    ...recordWrites(made),
    deltaWrite(ids, at, [creationChange(made)]),
  ]);
  return dataSource;
}
