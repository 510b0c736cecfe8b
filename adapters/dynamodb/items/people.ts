import { Entity } from "dynamodb-toolbox/entity";
import { boolean } from "dynamodb-toolbox/schema/boolean";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import type { Principal } from "#core/connections/connection.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import type { Group } from "#core/people/group.ts";
import type { ApiKey, User } from "#core/people/user.ts";
import type { UserFacts } from "#core/people/user-facts.ts";
import type { Policy } from "#core/policies/policy.ts";
import type { Settings } from "#core/settings/settings.ts";
import { keys } from "../keys.ts";
import { expiry, id, schemaVersion, shaped, table } from "./table.ts";

export const apiKeyItem = new Entity({
  name: "api-key",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: id(),
    userId: string(),
    kind: shaped<"session">().optional().savedAs("keyKind"),
    from: shaped<NonNullable<ApiKey["from"]>>().optional(),
    name: string(),
    hash: string(),
    expiresAt: shaped<string | null>(),
    createdAt: string(),
    ...expiry,
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
    // Not in the items of the first release: see records.ts.
    externalUsernames: shaped<User["externalUsernames"]>().optional(),
    disabled: boolean(),
    createdAt: string(),
    version: number(),
  }),
  computeKey: (key) => keys.user(key.id),
});

/** What providers say of a user: beside the user's own record, so that it changes by itself. */
export const userFactsItem = new Entity({
  name: "user-facts",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    userId: string().key(),
    providers: shaped<UserFacts["providers"]>(),
    version: number(),
  }),
  computeKey: ({ userId }) => keys.userFacts(userId),
});

export const groupItem = new Entity({
  name: "group",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: id(),
    name: string(),
    providerId: shaped<string | null>(),
    attributes: shaped<Group["attributes"]>(),
    createdAt: string(),
    version: number(),
  }),
  computeKey: (key) => keys.group(key.id),
});

export const groupMemberItem = new Entity({
  name: "group-member",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    groupId: string().key(),
    userId: string().key(),
    providerId: shaped<string | null>().key(),
    addedBy: string(),
    addedAt: string(),
  }),
  computeKey: ({ groupId, userId, providerId }) => keys.groupMember(groupId, userId, providerId),
});

/** A word of a user's or group's name, by which they are found. */
export const principalWordItem = new Entity({
  name: "principal-word",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    word: string().key(),
    principal: shaped<Principal>().key(),
    name: string(),
  }),
  computeKey: ({ word, principal }) => keys.principalWord(word, principal.id),
});

/** Counts how often somebody ceased to be among those who can act for what they own, so that two at once see each other. */
export const ownersLeftItem = new Entity({
  name: "owners-left",
  table,
  timestamps: false,
  schema: item({ ...schemaVersion, version: number() }),
  computeKey: () => keys.ownersLeft(),
});

export const identityProviderItem = new Entity({
  name: "identity-provider",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: id(),
    name: string(),
    config: shaped<IdentityProvider["config"]>(),
    secretRef: shaped<string | null>(),
    syncedAt: shaped<string | null>(),
    createdBy: string(),
    createdAt: string(),
    version: number(),
  }),
  computeKey: (key) => keys.identityProvider(key.id),
});

/** Counts the changes of groups, providers, global policies and how these combine, so that a reader knows when to read them anew. */
export const directoryItem = new Entity({
  name: "directory",
  table,
  timestamps: false,
  schema: item({ ...schemaVersion, version: number() }),
  computeKey: () => keys.directory(),
});

export const policyItem = new Entity({
  name: "policy",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: id(),
    name: string(),
    dataSourceId: shaped<string | null>(),
    state: shaped<Policy["state"]>(),
    rule: shaped<Policy["rule"]>(),
    createdBy: string(),
    createdAt: string(),
    updatedAt: string(),
    version: number(),
  }),
  computeKey: (key) => keys.policy(key.id),
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
    // Not in the items of the first releases: see records.ts.
    subscriptionCombination: shaped<Settings["subscriptionCombination"]>().optional(),
    separateDuties: shaped<boolean>().optional(),
    version: number(),
  }),
  computeKey: () => keys.settings(),
});
