import { Entity } from "dynamodb-toolbox/entity";
import { item } from "dynamodb-toolbox/schema/item";
import { string } from "dynamodb-toolbox/schema/string";
import type { Measurement } from "#core/health/measurement.ts";
import { keys } from "../keys.ts";
import { expiry, schemaVersion, shaped, table } from "./table.ts";

/** How long a measurement is kept, in days: a year, and time to look back from its end. */
export const measurementRetentionDays = 400;

export const measurementItem = new Entity({
  name: "measurement",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    ...expiry,
    id: string().key(),
    dataSourceId: string().key(),
    at: string(),
    rowCount: shaped<Measurement["rowCount"]>(),
    highCardinalityColumn: shaped<Measurement["highCardinalityColumn"]>(),
  }),
  computeKey: (key) => keys.measurement(key.dataSourceId, key.id),
});
