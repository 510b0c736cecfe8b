import { Entity } from "dynamodb-toolbox/entity";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import type { Tombstone } from "#core/deletion/tombstone.ts";
import type { SavedQueryNames } from "#core/queries/saved-query.ts";
import { keys } from "../keys.ts";
import { compressed, id, schemaVersion, shaped, table } from "./table.ts";

export const documentationVersionItem = new Entity({
  name: "documentation-version",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    dataSourceId: string().key(),
    number: number().key(),
    documentation: compressed(),
    createdBy: string(),
    createdAt: string(),
  }),
  computeKey: (key) => keys.documentationVersion(key.dataSourceId, key.number),
});

export const savedQueryItem = new Entity({
  name: "saved-query",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: string().key(),
    dataSourceId: string().key(),
    name: string(),
    description: string(),
    sql: compressed(),
    createdBy: string(),
    createdAt: string(),
    updatedAt: string(),
    version: number(),
  }),
  computeKey: (key) => keys.savedQuery(key.dataSourceId, key.id),
});

/** The names of a data source's queries, in one item: at most a hundred. */
export const savedQueryNamesItem = new Entity({
  name: "saved-query-names",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    dataSourceId: id(),
    names: shaped<SavedQueryNames["names"]>(),
    version: number(),
  }),
  computeKey: (key) => keys.savedQueryNames(key.dataSourceId),
});

/** Says that a data source was deleted. */
export const tombstoneItem = new Entity({
  name: "tombstone",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    dataSourceId: string().key(),
    name: string(),
    technology: shaped<Tombstone["technology"]>(),
    connectionId: shaped<string | null>(),
    remote: shaped<Tombstone["remote"]>(),
    owners: shaped<Tombstone["owners"]>(),
    deletedAt: string().key(),
    deletedBy: string(),
  }),
  computeKey: (key) => keys.tombstone(key.deletedAt, key.dataSourceId),
});
