import type { Entity } from "dynamodb-toolbox/entity";
import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import type { RecordKind, Records } from "#core/ports/change.ts";
import { accessRequestItem, requestPlaceItem } from "./items/access-requests.ts";
import {
  columnEditItem,
  connectionItem,
  connectionMemberItem,
  dataSourceItem,
  dataSourceMemberItem,
  groupRolesItem,
  healthItem,
  tagItem,
} from "./items/catalog.ts";
import {
  documentationVersionItem,
  savedQueryItem,
  savedQueryNamesItem,
  tombstoneItem,
} from "./items/curation.ts";
import {
  bindingItem,
  deliveryItem,
  deliveryRetentionDays,
  integrationItem,
  runItem,
  runRetentionDays,
} from "./items/dbt.ts";
import { measurementItem, measurementRetentionDays } from "./items/health.ts";
import { jobItem } from "./items/jobs.ts";
import { threadItem, threadPlaceItem } from "./items/threads.ts";
import {
  apiKeyItem,
  groupItem,
  groupMemberItem,
  identityProviderItem,
  policyItem,
  principalWordItem,
  settingsItem,
  userFactsItem,
  userItem,
} from "./items/people.ts";
import { administratorsItem, invitationItem, keyRingItem, userPlaceItem } from "./items/users.ts";
import { defaultSettings } from "#core/settings/settings.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";
import type { AuditRecord } from "#core/audit/audit-record.ts";
import { auditExportItem, auditItem } from "./items/ledger.ts";
import type { RawItem } from "./requests.ts";

/** The item of each kind of record. A kind without one does not compile. */
export const recordItems = {
  administrators: administratorsItem,
  "access-request": accessRequestItem,
  "access-request-place": requestPlaceItem,
  "api-key": apiKeyItem,
  "audit-export": auditExportItem,
  "column-edit": columnEditItem,
  connection: connectionItem,
  "connection-member": connectionMemberItem,
  "data-source": dataSourceItem,
  "data-source-health": healthItem,
  "data-source-member": dataSourceMemberItem,
  "dbt-binding": bindingItem,
  "dbt-delivery": deliveryItem,
  "dbt-run": runItem,
  "documentation-version": documentationVersionItem,
  group: groupItem,
  "group-member": groupMemberItem,
  "group-roles": groupRolesItem,
  "identity-provider": identityProviderItem,
  integration: integrationItem,
  invitation: invitationItem,
  "key-ring": keyRingItem,
  measurement: measurementItem,
  policy: policyItem,
  "principal-word": principalWordItem,
  "saved-query": savedQueryItem,
  "saved-query-names": savedQueryNamesItem,
  settings: settingsItem,
  tag: tagItem,
  thread: threadItem,
  "thread-place": threadPlaceItem,
  tombstone: tombstoneItem,
  user: userItem,
  "user-facts": userFactsItem,
  "user-place": userPlaceItem,
} as const satisfies Record<RecordKind, Entity>;

type Read<K extends RecordKind> = (item: RawItem) => Records[K];

/** Stored items as the domain's records; an item of another shape fails. */
export const read: { readonly [K in RecordKind]: Read<K> } = {
  administrators: (item) => administratorsItem.build(EntityFormatter).format(item),
  "access-request": (item) => accessRequestItem.build(EntityFormatter).format(item),
  "access-request-place": (item) => requestPlaceItem.build(EntityFormatter).format(item),
  "api-key": (item) => {
    const { ttl: _, ...record } = apiKeyItem.build(EntityFormatter).format(item);
    return record;
  },
  "audit-export": (item) => auditExportItem.build(EntityFormatter).format(item),
  "column-edit": (item) => ({ withdrawn: [], ...columnEditItem.build(EntityFormatter).format(item) }),
  connection: (item) => ({
    statementTimeoutSeconds: null,
    concurrentJobs: null,
    groupMembers: [],
    ...connectionItem.build(EntityFormatter).format(item),
  }),
  "connection-member": (item) => connectionMemberItem.build(EntityFormatter).format(item),
  "data-source": (item) => {
    const { dictionary, ...record } = dataSourceItem.build(EntityFormatter).format(item);
    return {
      auditedIn: [],
      documentationVersion: 0,
      remoteOwner: null,
      keptAway: [],
      dbt: null,
      subscription: individually,
      restoredVersion: 0,
      ...record,
      dictionary: { source: "remote", ...dictionary },
    };
  },
  "data-source-health": (item) => {
    const record = healthItem.build(EntityFormatter).format(item);
    return {
      domainsAt: null,
      // Nobody wrote it down: a fingerprint may have kept them.
      domainsMayRemain: record.fingerprintAt !== null,
      changeSign: null,
      relationIdentity: null,
      ...record,
    };
  },
  "data-source-member": (item) => dataSourceMemberItem.build(EntityFormatter).format(item),
  "dbt-binding": (item) => bindingItem.build(EntityFormatter).format(item),
  "dbt-delivery": (item) => {
    const { ttl: _, ...record } = deliveryItem.build(EntityFormatter).format(item);
    return record;
  },
  "dbt-run": (item) => {
    const { ttl: _, ...record } = runItem.build(EntityFormatter).format(item);
    return record;
  },
  "documentation-version": (item) => documentationVersionItem.build(EntityFormatter).format(item),
  group: (item) => groupItem.build(EntityFormatter).format(item),
  "group-member": (item) => groupMemberItem.build(EntityFormatter).format(item),
  "group-roles": (item) => groupRolesItem.build(EntityFormatter).format(item),
  "identity-provider": (item) => identityProviderItem.build(EntityFormatter).format(item),
  integration: (item) => integrationItem.build(EntityFormatter).format(item),
  invitation: (item) => invitationItem.build(EntityFormatter).format(item),
  "key-ring": (item) => keyRingItem.build(EntityFormatter).format(item),
  measurement: (item) => {
    const { ttl: _, ...record } = measurementItem.build(EntityFormatter).format(item);
    return record;
  },
  policy: (item) => policyItem.build(EntityFormatter).format(item),
  "principal-word": (item) => principalWordItem.build(EntityFormatter).format(item),
  "saved-query": (item) => savedQueryItem.build(EntityFormatter).format(item),
  "saved-query-names": (item) => savedQueryNamesItem.build(EntityFormatter).format(item),
  settings: (item) => ({ ...defaultSettings, ...settingsItem.build(EntityFormatter).format(item) }),
  tag: (item) => {
    const { name = "", ...tag } = tagItem.build(EntityFormatter).format(item);
    const { parentId = null, segment = name, deletingUntil = null } = tag;
    return { ...tag, parentId, segment, deletingUntil };
  },
  thread: (item) => threadItem.build(EntityFormatter).format(item),
  "thread-place": (item) => threadPlaceItem.build(EntityFormatter).format(item),
  tombstone: (item) => tombstoneItem.build(EntityFormatter).format(item),
  user: (item) => ({ externalUsernames: {}, ...userItem.build(EntityFormatter).format(item) }),
  "user-facts": (item) => userFactsItem.build(EntityFormatter).format(item),
  "user-place": (item) => userPlaceItem.build(EntityFormatter).format(item),
};

const secondsPerDay = 86_400;

/** What a record's item has beside the record: when it expires, for kinds that do. */
export function expiryOf(of: RecordOf): { readonly ttl?: number } {
  const expires = expiresOf(of);
  return expires === null ? {} : { ttl: expiresAfter(expires.at, expires.days) };
}

/** The second at which a record was made, for kinds that expire: what had expired by then counts as not there. */
export function madeAtOf(of: RecordOf): number | null {
  const expires = expiresOf(of);
  return expires === null ? null : expiresAfter(expires.at, 0);
}

function expiresOf({ kind, record }: RecordOf): { readonly at: string; readonly days: number } | null {
  if (kind === "measurement") return { at: record.at, days: measurementRetentionDays };
  if (kind === "dbt-run") return { at: record.at, days: runRetentionDays };
  // A session is at an end long before; a key that expires stays in its user's list.
  if (kind === "api-key") return record.kind === "session" ? { at: record.createdAt, days: 1 } : null;
  return kind === "dbt-delivery" ? { at: record.receivedAt, days: deliveryRetentionDays } : null;
}

const expiresAfter = (at: string, days: number): number =>
  Math.floor(Date.parse(at) / 1000) + days * secondsPerDay;

type RecordOf = { [K in RecordKind]: { readonly kind: K; readonly record: Records[K] } }[RecordKind];

/** A stored job. */
export const readJob = (item: RawItem) => {
  const { ttl: _, ...job } = jobItem.build(EntityFormatter).format(item);
  return job;
};

/** A stored audit record. */
export const readAudit = (item: RawItem): AuditRecord => ({
  address: null,
  ...auditItem.build(EntityFormatter).format(item),
});

/** A record that may be absent. */
export const readOr = <T>(parse: (item: RawItem) => T, item: RawItem | null | undefined): T | null =>
  item === null || item === undefined ? null : parse(item);
