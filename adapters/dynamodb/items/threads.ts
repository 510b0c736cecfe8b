import { Entity } from "dynamodb-toolbox/entity";
import { boolean } from "dynamodb-toolbox/schema/boolean";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import type { Thread } from "#core/threads/thread.ts";
import { keys } from "../keys.ts";
import { compressed, compressedJson, id, schemaVersion, shaped, table } from "./table.ts";

/** A thread with its replies: one item, because they are read together and few. */
export const threadItem = new Entity({
  name: "thread",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: id(),
    dataSourceId: string(),
    columnId: shaped<string | null>(),
    columnName: shaped<string | null>(),
    text: compressed(),
    author: string(),
    createdAt: string(),
    editedAt: shaped<string | null>(),
    resolved: boolean(),
    replies: compressedJson<Thread["replies"]>(),
    lastActivityAt: string(),
    version: number(),
  }),
  computeKey: (key) => keys.thread(key.id),
});

/** Where a thread stands among those of its data source. */
export const threadPlaceItem = new Entity({
  name: "thread-place",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    dataSourceId: string().key(),
    threadId: string().key(),
    columnId: shaped<string | null>(),
    columnName: shaped<string | null>(),
    resolved: boolean(),
    lastActivityAt: string().key(),
  }),
  computeKey: (key) => keys.threadPlace(key.dataSourceId, key.lastActivityAt, key.threadId),
});
