import { createHash } from "node:crypto";
import { foldName } from "#core/names/fold.ts";
import { integrationName, type IntegrationKey } from "#core/dbt/integration.ts";
import type { AuditRecord } from "#core/audit/audit-record.ts";
import type { RequestList } from "#core/access-requests/access-request.ts";
import type { Guard } from "#core/ports/change.ts";
import type { Principal } from "#core/connections/connection.ts";
import type { DictionaryLayer } from "#core/sources/data-source.ts";

/** An item's primary key. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** A key as one string, for maps. */
export const keyText = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

/** How many partitions a stream of writes without a natural spread is dealt to. */
export const shardCount = 4;

/** The same shard for the same id, always. */
export const shardOf = (id: string): number =>
  (createHash("sha256").update(id).digest()[0] ?? 0) % shardCount;

/** All shards, for what reads every one. */
export const shards: readonly number[] = Array.from({ length: shardCount }, (_, index) => index);

const monthOf = (at: string): string => at.slice(0, 7);
const dayOf = (at: string): string => at.slice(0, 10);
const principalPart = ({ type, id }: Principal): string => `${type}#${id}`;

/** Where records lie. docs/data-model.md explains each; nothing else in the project knows. */
export const keys = {
  apiKey: (id: string): Key => ({ pk: `KEY#${id}`, sk: "KEY" }),
  user: (id: string): Key => ({ pk: `USER#${id}`, sk: "USER" }),
  userPlace: (userId: string): Key => ({ pk: "USERS", sk: userId }),
  keyRing: (userId: string): Key => ({ pk: `USER#${userId}`, sk: "KEYS" }),
  invitation: (userId: string): Key => ({ pk: `USER#${userId}`, sk: "INVITATION" }),
  administrators: (): Key => ({ pk: "ADMINISTRATORS", sk: "ADMINISTRATORS" }),
  userFacts: (userId: string): Key => ({ pk: `USER#${userId}`, sk: "FACTS" }),
  group: (id: string): Key => ({ pk: "GROUPS", sk: id }),
  groupMember: (groupId: string, userId: string, providerId: string | null): Key => ({
    pk: `GRP#${groupId}`,
    sk: `MEM#${userId}#${providerId ?? "-"}`,
  }),
  /** Each word of each name, all in one partition in the order of the words. */
  principalWord: (word: string, id: string): Key => ({ pk: "PRINCIPALS", sk: `${word}#${id}` }),
  ownersLeft: (): Key => ({ pk: "OWNERS", sk: "OWNERS" }),
  identityProvider: (id: string): Key => ({ pk: "PROVIDERS", sk: id }),
  policy: (id: string): Key => ({ pk: "POLICIES", sk: id }),
  accessRequest: (id: string): Key => ({ pk: `REQUEST#${id}`, sk: "REQUEST" }),
  /** What nobody has decided is in one partition, in the order of its ids; all else lies with whom or what it is about. */
  requestPlace: (of: RequestList, requestId: string): Key => {
    const { partition, prefix } = requestListKeys(of);
    return { pk: partition, sk: `${prefix}${requestId}` };
  },
  directory: (): Key => ({ pk: "DIRECTORY", sk: "DIRECTORY" }),
  settings: (): Key => ({ pk: "SETTINGS", sk: "SETTINGS" }),
  tag: (id: string): Key => ({ pk: "TAGS", sk: id }),
  tagTree: (): Key => ({ pk: "TAGTREE", sk: "TAGTREE" }),
  connection: (id: string): Key => ({ pk: "CONNECTIONS", sk: id }),
  connectionMember: (connectionId: string, principal: Principal, role: string): Key => ({
    pk: `CON#${connectionId}`,
    sk: `MEM#${principalPart(principal)}#${role}`,
  }),
  integration: (key: IntegrationKey): Key => ({ pk: "INTEGRATIONS", sk: integrationName(key) }),
  /** A relation's key may be longer than a sort key: it is hashed. */
  dbtBinding: (integrationId: string, relation: string): Key => ({
    pk: `DBT#${integrationId}`,
    sk: `REL#${hashed(relation)}`,
  }),
  /** By number: ids of dbt Cloud have at most 19 digits. */
  dbtRun: (integrationId: string, runId: string): Key => ({
    pk: `DBTRUNS#${integrationId}`,
    sk: runId.padStart(20, "0"),
  }),
  dbtDelivery: (integrationId: string, eventId: string): Key => ({
    pk: `DBTDELIVERY#${integrationId}#${hashed(eventId)}`,
    sk: "DELIVERY",
  }),
  dataSource: (id: string): Key => ({ pk: `DS#${id}`, sk: "DS" }),
  health: (dataSourceId: string): Key => ({ pk: `DS#${dataSourceId}`, sk: "HEALTH" }),
  dataSourceMember: (dataSourceId: string, principal: Principal): Key => ({
    pk: `DS#${dataSourceId}`,
    sk: `MEM#${principalPart(principal)}`,
  }),
  /**
   * Right before the members, so that all of them are one range, and whoever reads that in its order knows at least
   * the members as of the count of their changes that is kept here.
   */
  groupRoles: (dataSourceId: string): Key => ({ pk: `DS#${dataSourceId}`, sk: "MEM" }),
  /** Sorted before the header, so that chunks, header, edits and places of threads are one range of the partition. */
  chunk: (dataSourceId: string, layer: DictionaryLayer, generation: string, index: number): Key => ({
    pk: `DS#${dataSourceId}`,
    sk: `DICT#${layer}#${generation}#${String(index).padStart(4, "0")}`,
  }),
  columnEdit: (dataSourceId: string, columnId: string): Key => ({
    pk: `DS#${dataSourceId}`,
    sk: `EDIT#${columnId}`,
  }),
  /** Behind all that a dictionary is read from. */
  documentationVersion: (dataSourceId: string, number: number): Key => ({
    pk: `DS#${dataSourceId}`,
    sk: `TEXT#${String(number).padStart(10, "0")}`,
  }),
  savedQuery: (dataSourceId: string, queryId: string): Key => ({
    pk: `DS#${dataSourceId}`,
    sk: `QUERY#${queryId}`,
  }),
  savedQueryNames: (dataSourceId: string): Key => ({ pk: `DS#${dataSourceId}`, sk: "QUERY-NAMES" }),
  measurement: (dataSourceId: string, id: string): Key => ({
    pk: `DS#${dataSourceId}`,
    sk: `STAT#${id}`,
  }),
  /** All in one partition, in the order in which they were deleted. */
  tombstone: (deletedAt: string, dataSourceId: string): Key => ({
    pk: "DELETED",
    sk: `${deletedAt}#${dataSourceId}`,
  }),
  thread: (id: string): Key => ({ pk: `THREAD#${id}`, sk: "THREAD" }),
  /** In the order of activity, and right behind what people say of columns: read with the dictionary. */
  threadPlace: (dataSourceId: string, lastActivityAt: string, threadId: string): Key => ({
    pk: `DS#${dataSourceId}`,
    sk: `FORUM#${lastActivityAt}#${threadId}`,
  }),
  stagedGeneration: (dataSourceId: string, generation: string): Key => ({
    pk: `STAGED#${shardOf(dataSourceId)}`,
    sk: `${generation}#${dataSourceId}`,
  }),
  stagedBatch: (generation: string): Key => ({
    pk: `STAGED#${shardOf(generation)}`,
    sk: generation,
  }),
  /** Beside the marker that it was staged, which a sweep may be about to remove because a header pointed at it. */
  retiredGeneration: (dataSourceId: string, generation: string): Key => ({
    pk: `STAGED#${shardOf(dataSourceId)}`,
    sk: `${generation}#${dataSourceId}#RETIRED`,
  }),
  job: (id: string): Key => ({ pk: `JOB#${id}`, sk: "JOB" }),
  report: (jobId: string, kind: string, number: number): Key => ({
    pk: `JOB#${jobId}`,
    sk: `REPORT#${kind}#${String(number).padStart(8, "0")}`,
  }),
  jobInMonth: (createdAt: string, jobId: string): Key => ({ pk: `JOBS#${monthOf(createdAt)}`, sk: jobId }),
  jobOfDataSource: (dataSourceId: string, jobId: string): Key => ({
    pk: `DS#${dataSourceId}`,
    sk: `JOB#${jobId}`,
  }),
  /** Sorted behind the slots, so that the first items of a line are its slots and its oldest jobs. */
  waiting: (line: string, jobId: string): Key => ({ pk: `LINE#${line}`, sk: `WAIT#${jobId}` }),
  slot: (line: string, slot: number): Key => ({ pk: `LINE#${line}`, sk: `SLOT#${slot}` }),
  delta: (id: string): Key => ({ pk: `DELTAS#${shardOf(id)}`, sk: id }),
  segmentPointer: (): Key => ({ pk: "CATALOG", sk: "SEGMENT" }),
  audit: (resource: { readonly type: string; readonly id: string }, auditId: string): Key => ({
    pk: `AUDIT#${resource.type}#${resource.id}`,
    sk: auditId,
  }),
  /** All in one partition, in their order: the last one is the chain's head. */
  auditExport: (number: number): Key => ({ pk: "EXPORTS", sk: String(number).padStart(10, "0") }),
  keptReply: (userId: string, key: string): Key => ({ pk: `IDEM#${userId}#${key}`, sk: "IDEM" }),
  guard: guardKey,
} as const;

/** Where a list of access requests lies, and what stands there before a request's id. */
export function requestListKeys(of: RequestList): { readonly partition: string; readonly prefix: string } {
  switch (of.list) {
    case "pending":
      return { partition: "REQUESTS", prefix: "" };
    case "user":
      return { partition: `USER#${of.userId}`, prefix: "REQUEST#" };
    case "data-source":
      return { partition: `DS#${of.dataSourceId}`, prefix: "REQUEST#" };
  }
}

const hashed = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * A relation's names may be longer than a key: they are hashed. Its guards lie with their connection, so
 * that one query tells whether a connection is in use, and are dealt to 16 partitions for bulk work.
 */
function guardKey(guard: Guard): Key {
  switch (guard.guard) {
    case "connection-name":
    case "data-source-name":
    case "tag-name":
    case "group-name":
      return { pk: `GUARD#${guard.guard}#${foldName(guard.name)}`, sk: "GUARD" };
    case "issuer":
      return { pk: `GUARD#issuer#${hashed(guard.issuer)}`, sk: "GUARD" };
    case "access-request":
      return {
        pk: `GUARD#access-request#${guard.dataSourceId}#${principalPart(guard.requester)}`,
        sk: "GUARD",
      };
    case "identity":
      return { pk: `GUARD#identity#${hashed(JSON.stringify([guard.issuer, guard.subject]))}`, sk: "GUARD" };
    case "external-username":
      return {
        pk: `GUARD#external-username#${hashed(JSON.stringify([guard.technology, guard.name]))}`,
        sk: "GUARD",
      };
    case "relation": {
      const hash = hashed(JSON.stringify([guard.schema, guard.table]));
      return { pk: relationPartition(guard.place, hash.charAt(0)), sk: hash };
    }
  }
}

const relationPartition = (place: string, digit: string): string => `REL#${place}#${digit}`;

/** Every partition that holds deltas; `DELTAS` alone is where they were before they were dealt to shards. */
export const deltaPartitions: readonly string[] = ["DELTAS", ...shards.map((shard) => `DELTAS#${shard}`)];

/** Every partition that holds relation guards of a connection. */
export const relationPartitions = (connectionId: string): readonly string[] =>
  Array.from("0123456789abcdef").map((digit) => relationPartition(connectionId, digit));

/** Where jobs that are not finished are found by the sweep. */
export const activeJobsKey = (jobId: string) => ({ gsi1pk: `ACTIVE#${shardOf(jobId)}`, gsi1sk: jobId });

/** Where audit records are found by who did it, and by when. */
export const auditIndexKeys = (record: Omit<AuditRecord, "resource" | "details">) => {
  const { id, outcome, action, requestId, address } = record;
  // What is filtered by stands in the key: what a filter leaves out need not be read.
  const place = [id, outcome, action, requestId, address ?? "-"].join("#");
  return {
    gsi1pk: auditPartitions.actor(record.actor, monthOf(record.at)),
    gsi1sk: place,
    gsi2pk: auditPartitions.day(dayOf(record.at), shardOf(record.id)),
    gsi2sk: place,
  };
};

/** Where the indexes have audit records. */
export const auditPartitions = {
  actor: (actor: string, month: string): string => `ACTOR#${actor}#${month}`,
  day: (day: string, shard: number): string => `DAY#${day}#${shard}`,
} as const;

/** The partitions of the months that end now and reach back so far, newest first. */
export function jobMonths(now: Date, months: number): readonly string[] {
  return Array.from({ length: months }, (_, back) => {
    const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    return `JOBS#${monthOf(first.toISOString())}`;
  });
}
