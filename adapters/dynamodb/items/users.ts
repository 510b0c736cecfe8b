import { Entity } from "dynamodb-toolbox/entity";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import type { Administrators } from "#core/people/administrators.ts";
import type { KeyRing } from "#core/people/keys/key-ring.ts";
import { keys } from "../keys.ts";
import { schemaVersion, shaped, table } from "./table.ts";

/** That a user is there, among all of them, with what a search needs to know. */
export const userPlaceItem = new Entity({
  name: "user-place",
  table,
  timestamps: false,
  schema: item({ ...schemaVersion, userId: string().key(), name: string(), email: string() }),
  computeKey: ({ userId }) => keys.userPlace(userId),
});

/** A user's keys as they are listed, in one item. */
export const keyRingItem = new Entity({
  name: "key-ring",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    userId: string().key(),
    keys: shaped<KeyRing["keys"]>(),
    version: number(),
  }),
  computeKey: ({ userId }) => keys.keyRing(userId),
});

/** A user's invitation; a new one takes its place. */
export const invitationItem = new Entity({
  name: "invitation",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    userId: string().key(),
    id: string(),
    hash: string(),
    expiresAt: string(),
    createdBy: string(),
    createdAt: string(),
  }),
  computeKey: ({ userId }) => keys.invitation(userId),
});

/** Who has the permissions on which the deployment rests. */
export const administratorsItem = new Entity({
  name: "administrators",
  table,
  timestamps: false,
  schema: item({ ...schemaVersion, holders: shaped<Administrators["holders"]>(), version: number() }),
  computeKey: () => keys.administrators(),
});
