import { gunzipSync, gzipSync } from "node:zlib";
import { $set } from "dynamodb-toolbox/entity/actions/update/symbols";
import { any } from "dynamodb-toolbox/schema/any";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import { Table } from "dynamodb-toolbox/table";
import { tableShape } from "#contracts/storage.ts";

const [byFirst, bySecond] = tableShape.indexes;

/** The one table. Its name belongs to each deployment, and is given to each request. */
export const table = new Table({
  partitionKey: { name: tableShape.partitionKey, type: "string" },
  sortKey: { name: tableShape.sortKey, type: "string" },
  indexes: {
    [byFirst.name]: {
      type: "global",
      partitionKey: { name: byFirst.partitionKey, type: "string" },
      sortKey: { name: byFirst.sortKey, type: "string" },
    },
    [bySecond.name]: {
      type: "global",
      partitionKey: { name: bySecond.partitionKey, type: "string" },
      sortKey: { name: bySecond.sortKey, type: "string" },
    },
  },
  entityAttributeSavedAs: "kind",
});

/** What every item has: the version of its own shape. Old versions are read forever. */
export const schemaVersion = { v: number().default(1).hidden() };

/** An attribute whose shape is the domain's: this adapter alone writes it. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the type is the argument
export const shaped = <T>() => any().castAs<T>();

/** A long text, gzipped: what people write takes a third of its length then. */
export const compressed = () =>
  any()
    .castAs<string>()
    .transform({
      encode: (text: string): Uint8Array => gzipSync(text),
      decode: (bytes: Uint8Array): string => gunzipSync(bytes).toString("utf8"),
    });

/** The same for a list of texts, as JSON. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the type is the argument
export const compressedJson = <T>() =>
  any()
    .castAs<T>()
    .transform({
      encode: (value: T): Uint8Array => gzipSync(JSON.stringify(value)),
      decode: (bytes: Uint8Array): T => JSON.parse(gunzipSync(bytes).toString("utf8")) as T,
    });

/** An attribute that names its item. */
export const id = () => string().key();

/** When DynamoDB may remove the item, in seconds of Unix time; readers check it themselves. */
export const expiry = { ttl: number().optional() };

/**
 * A value for an update that replaces what was there as a whole: by default an object goes into the map that
 * is there already, and where none is the update fails. The library does not declare this for `shaped`.
 */
export const whole = <T>(value: T): T =>
  typeof value === "object" && value !== null ? ($set(value) as unknown as T) : value;
