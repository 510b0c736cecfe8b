import { Entity } from "dynamodb-toolbox/entity";
import { boolean } from "dynamodb-toolbox/schema/boolean";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import type { User } from "#core/people/user.ts";
import type { Settings } from "#core/settings/settings.ts";
import { keys } from "../keys.ts";
import { id, schemaVersion, shaped, table } from "./table.ts";

export const apiKeyItem = new Entity({
  name: "api-key",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: id(),
    userId: string(),
    name: string(),
    hash: string(),
    expiresAt: shaped<string | null>(),
    createdAt: string(),
  }),
  computeKey: (key) => keys.apiKey(key.id),
});

export const userItem = new Entity({
  name: "user",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: id(),
    name: string(),
    email: string(),
    kind: shaped<User["kind"]>().savedAs("userKind"),
    permissions: shaped<User["permissions"]>(),
    groups: shaped<User["groups"]>(),
    attributes: shaped<User["attributes"]>(),
    disabled: boolean(),
    createdAt: string(),
    version: number(),
  }),
  computeKey: (key) => keys.user(key.id),
});

export const settingsItem = new Entity({
  name: "settings",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    preventStatisticsTag: string(),
    deletionGuard: shaped<Settings["deletionGuard"]>(),
    schemaMonitoring: shaped<Settings["schemaMonitoring"]>(),
    defaultSubscriptionPolicy: shaped<Settings["defaultSubscriptionPolicy"]>(),
    version: number(),
  }),
  computeKey: () => keys.settings(),
});
