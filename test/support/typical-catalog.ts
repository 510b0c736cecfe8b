import { ulids } from "#adapters/system/system-clock.ts";
import type { IdKind } from "#contracts/ids.ts";
import type { Call } from "#core/call/call.ts";
import type { Connection, ConnectionMember } from "#core/connections/connection.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { RelationDescription } from "#core/ports/remote.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import { schemaColumns } from "#core/sources/new-data-source.ts";
import type { TagRecord } from "#core/tags/tag.ts";
import { aConnection, aConnectionMember, aDataSource, aTag } from "./catalog-records.ts";
import { aCaller, aUser } from "./records.ts";

/** Records as long as they are in a company's catalog, with ids as they are in the cloud. */
export interface TypicalCatalog {
  readonly ids: Ids;
  readonly call: Call;
  readonly id: (kind: IdKind) => string;
  readonly many: <T>(count: number, make: (index: number) => T) => readonly T[];
  readonly connection: (given?: Partial<Connection>) => Connection;
  readonly role: (connectionId: string, role: ConnectionMember["role"]) => ConnectionMember;
  readonly dataSource: (given?: Partial<DataSource>) => DataSource;
  readonly tag: (given?: Partial<TagRecord>) => TagRecord;
  readonly relation: RelationDescription;
  readonly columns: ReturnType<typeof schemaColumns>;
}

const columnNames = ["order_id", "customer_id", "ordered_at", "shipping_address", "total_amount"];

/** A table of fifty columns, each with a comment. */
const relation: RelationDescription = {
  schema: "sales",
  name: "orders",
  kind: "table",
  comment: "One row for each order that a customer has placed in any of our shops",
  columns: Array.from({ length: 50 }, (_, index) => ({
    name: `${columnNames[index % columnNames.length] ?? ""}_${index}`,
    ordinal: index + 1,
    dataType: "text",
    remoteType: "character varying(120)",
    nullable: true,
    comment: "What it is, in a sentence of usual length",
    countable: true,
    inPrimaryKey: false,
    unique: false,
  })),
};

export function typicalCatalog(clock: Clock): TypicalCatalog {
  const ids = ulids(clock);
  const id = (kind: IdKind): string => ids.next(kind);
  const user = aUser({
    id: id("user"),
    permissions: ["CREATE_DATA_SOURCE"],
    groups: [id("group"), id("group")],
  });
  const at = clock.now().toISOString();
  const made = { createdBy: user.id, createdAt: at };
  const connection = (given: Partial<Connection> = {}): Connection => {
    const connectionId = id("connection");
    return aConnection({
      id: connectionId,
      name: "Sales warehouse (production)",
      config: {
        host: "warehouse.cluster-c1x2y3z4.eu-central-1.rds.amazonaws.com",
        port: 5432,
        database: "analytics",
        tls: "verify-full",
      },
      secretRef: `connections/${connectionId}/${id("generation")}`,
      ...made,
      ...given,
    });
  };
  const dataSource = (given: Partial<DataSource> = {}): DataSource =>
    aDataSource({
      id: id("dataSource"),
      name: "sales.orders",
      connectionId: id("connection"),
      remote: { database: "analytics", schema: "sales", table: "orders", kind: "table" },
      description: { manual: null, dbt: null, schema: relation.comment },
      documentation: "How this table is filled, and what to mind when it is joined. ".repeat(16),
      tags: Array.from({ length: 3 }, () => ({
        tagId: id("tag"),
        provenance: "manual",
        appliedBy: user.id,
        appliedAt: at,
      })),
      dictionary: {
        source: "remote",
        generation: id("generation"),
        chunks: 1,
        columnCount: 50,
        takenAt: at,
      },
      ...made,
      ...given,
    });
  return {
    ids,
    id,
    call: {
      user: aCaller(user),
      address: "192.0.2.1",
      sessionId: null,
      baseUrl: "https://reeve.test",
      requestId: id("request"),
      ifMatch: null,
      idempotency: { key: id("request"), requestHash: "a".repeat(64) },
    },
    many: (count, make) => Array.from({ length: count }, (_, index) => make(index)),
    connection,
    dataSource,
    role: (connectionId, role) =>
      aConnectionMember({
        id: id("member"),
        connectionId,
        principal: { type: "user", id: user.id },
        role,
        addedBy: user.id,
      }),
    tag: (given = {}) =>
      aTag({
        id: id("tag"),
        parentId: id("tag"),
        segment: "Personal data",
        description: "Data by which a person can be known, alone or together with other data",
        ...made,
        ...given,
      }),
    relation,
    columns: schemaColumns(ids, relation),
  };
}
