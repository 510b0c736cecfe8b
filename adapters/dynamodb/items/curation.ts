import { Entity } from "dynamodb-toolbox/entity";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import { keys } from "../keys.ts";
import { compressed, schemaVersion, table } from "./table.ts";

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
