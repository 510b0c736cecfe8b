import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import {
  connectionRoles,
  type Connection,
  type ConnectionMember,
  type Principal,
} from "#core/connections/connection.ts";
import { relationKey, type Relation } from "#core/ports/remote.ts";
import type { ConnectionStore, Turn } from "#core/ports/store.ts";
import { guardItem } from "../items/ledger.ts";
import { keys, keyText, relationPartitions, type Key } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { getItem, getItems, queryItems, type RawItem, type TableRef } from "../requests.ts";
import { guardOwners } from "./tag-store.ts";

/** Where a user's roles on a connection are, if they have them; those of groups are in the connection itself. */
const roleKeys = (connectionId: string, principals: readonly Principal[]): readonly Key[] =>
  principals
    .filter(({ type }) => type === "user")
    .flatMap((user) => connectionRoles.map((role) => keys.connectionMember(connectionId, user, role)));

/** The roles that a connection keeps of a caller's groups. */
const ofGroups = (
  { groupMembers }: Connection,
  principals: readonly Principal[],
): readonly ConnectionMember[] =>
  groupMembers.filter(({ principal }) =>
    principals.some(({ type, id }) => type === principal.type && id === principal.id),
  );

const present = (items: ReadonlyMap<string, RawItem>, wanted: readonly Key[]): readonly RawItem[] =>
  wanted.flatMap((key) => {
    const item = items.get(keyText(key));
    return item === undefined ? [] : [item];
  });

const membersAt = (
  items: ReadonlyMap<string, RawItem>,
  wanted: readonly Key[],
): readonly ConnectionMember[] => present(items, wanted).map(read["connection-member"]);

async function listConnections(ref: TableRef, after: string | null, limit: number) {
  const found = await queryItems(ref, {
    partition: "CONNECTIONS",
    limit,
    ...(after === null ? {} : { range: { gt: after } }),
  });
  const items = found.map(read.connection);
  return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
}

async function relationOwners(ref: TableRef, connectionId: string, relations: readonly Relation[]) {
  const owners = await guardOwners(
    ref,
    relations.map(({ schema, name }) => ({ guard: "relation", place: connectionId, schema, table: name })),
  );
  return new Map(
    relations.flatMap((relation, index) => {
      const owner = owners.get(index);
      return owner === undefined ? [] : [[relationKey(relation), owner] as const];
    }),
  );
}

/** The guards of a connection's relations, partition by partition; a place is a partition's number and a guard's key. */
async function dataSourcesOn(
  ref: TableRef,
  connectionId: string,
  after: string | null,
  limit: number,
): Promise<readonly Turn[]> {
  const [first = "0", key] = (after ?? "0").split("/");
  const partitions = relationPartitions(connectionId);
  const formatter = guardItem.build(EntityFormatter);
  const found: Turn[] = [];
  for (let number = Number(first); number < partitions.length && found.length < limit; number += 1) {
    const items = await queryItems(ref, {
      partition: partitions[number] ?? "",
      limit: limit - found.length,
      ...(number === Number(first) && key !== undefined ? { range: { gt: key } } : {}),
    });
    found.push(
      ...items.map((item) => ({
        dataSourceId: formatter.format(item).owner,
        place: `${number}/${String(item["sk"])}`,
      })),
    );
  }
  return found;
}

/** Connections lie together, to be listed in order; each one's members lie by themselves. */
export const connectionStore = (ref: TableRef): ConnectionStore => ({
  async connection(connectionId, principals) {
    const record = keys.connection(connectionId);
    const roles = roleKeys(connectionId, principals);
    const items = await getItems(ref, [record, ...roles]);
    const connection = readOr(read.connection, items.get(keyText(record)));
    if (connection === null) return null;
    return {
      connection,
      memberships: [...membersAt(items, roles), ...ofGroups(connection, principals)],
    };
  },
  async connections(ids) {
    const items = await getItems(ref, ids.map(keys.connection));
    return new Map([...items.values()].map(read.connection).map((found) => [found.id, found]));
  },
  listConnections: (after, limit) => listConnections(ref, after, limit),
  async connectionMemberships(principals, connections) {
    const wanted = connections.map(
      (connection) => [connection, roleKeys(connection.id, principals)] as const,
    );
    const items = await getItems(
      ref,
      wanted.flatMap(([, roles]) => roles),
    );
    return new Map(
      wanted.map(([connection, roles]) => [
        connection.id,
        [...membersAt(items, roles), ...ofGroups(connection, principals)],
      ]),
    );
  },
  async connectionMembers(connectionId) {
    const [found, connection] = await Promise.all([
      queryItems(ref, { partition: `CON#${connectionId}` }),
      getItem(ref, keys.connection(connectionId)),
    ]);
    const groups = readOr(read.connection, connection)?.groupMembers ?? [];
    return [...found.map(read["connection-member"]), ...groups];
  },
  async connectionInUse(connectionId) {
    const found = await Promise.all(
      relationPartitions(connectionId).map((partition) => queryItems(ref, { partition, limit: 1 })),
    );
    return found.some((items) => items.length > 0);
  },
  connectionDataSources: (connectionId, after, limit) => dataSourcesOn(ref, connectionId, after, limit),
  relationOwners: (connectionId, relations) => relationOwners(ref, connectionId, relations),
});
