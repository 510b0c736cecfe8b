import type { Principal } from "#core/connections/connection.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { DataSourceStore, DataSourceView } from "#core/ports/store.ts";
import type { DataSource, DataSourceMember } from "#core/sources/data-source.ts";
import { exposureOf } from "#core/sources/source-standing.ts";
import { keys, keyText, type Key } from "../keys.ts";
import { read, readAudit, readOr } from "../records.ts";
import { getItems, queryItems, type RawItem, type TableRef } from "../requests.ts";
import { guardOwners } from "./tag-store.ts";

/** Takes a data source by its header, or passes it over. */
export type PickDataSource = (item: RawItem | undefined) => DataSource | null;

/** A data source that is not deleted. */
export const liveDataSource: PickDataSource = (item) => {
  const found = readOr(read["data-source"], item);
  return found === null || found.deletedAt !== null ? null : found;
};

/** Where what is stated about a caller is: the user's own, and that of all groups where they are in any. */
const roleKeys = (dataSourceId: string, principals: readonly Principal[]): readonly Key[] => [
  ...principals
    .filter(({ type }) => type === "user")
    .map((user) => keys.dataSourceMember(dataSourceId, user)),
  ...(principals.some(({ type }) => type === "group") ? [keys.groupRoles(dataSourceId)] : []),
];

/** What is stated about a caller on a data source; DynamoDB keeps what has expired for a while. */
function membershipsIn(
  clock: Clock,
  items: ReadonlyMap<string, RawItem>,
  dataSourceId: string,
  principals: readonly Principal[],
): readonly DataSourceMember[] {
  const mine = new Set(principals.map(({ type, id }) => `${type}:${id}`));
  const found = roleKeys(dataSourceId, principals).flatMap((key) => {
    const item = items.get(keyText(key));
    if (item === undefined) return [];
    return item["kind"] === "group-roles"
      ? read["group-roles"](item).members
      : [read["data-source-member"](item)];
  });
  return found.filter(
    ({ principal: { type, id }, expiresAt }) =>
      mine.has(`${type}:${id}`) && (expiresAt === null || Date.parse(expiresAt) > clock.now().getTime()),
  );
}

/** Header, health and the caller's role in one read. */
export async function readView(
  ref: TableRef,
  clock: Clock,
  pick: PickDataSource,
  dataSourceId: string,
  principals: readonly Principal[],
): Promise<DataSourceView | null> {
  const [header, health] = [keys.dataSource(dataSourceId), keys.health(dataSourceId)];
  const items = await getItems(ref, [header, health, ...roleKeys(dataSourceId, principals)]);
  const dataSource = pick(items.get(keyText(header)));
  const found = readOr(read["data-source-health"], items.get(keyText(health)));
  if (dataSource === null || found === null) return null;
  return { dataSource, health: found, memberships: membershipsIn(clock, items, dataSourceId, principals) };
}

/** Data sources: everything of one lies in one partition. */
export const dataSourceStore = (ref: TableRef, clock: Clock): DataSourceStore => ({
  dataSource: (dataSourceId, principals) => readView(ref, clock, liveDataSource, dataSourceId, principals),
  async dataSourceHeaders(dataSourceIds) {
    const items = await getItems(ref, dataSourceIds.map(keys.dataSource));
    const live = [...items.values()].map(liveDataSource).filter((found) => found !== null);
    return new Map(live.map((source) => [source.id, source]));
  },
  async dataSourceMemberships(principals, dataSourceIds) {
    const items = await getItems(
      ref,
      dataSourceIds.flatMap((id) => roleKeys(id, principals)),
    );
    return new Map(dataSourceIds.map((id) => [id, membershipsIn(clock, items, id, principals)]));
  },
  async dataSourceExposures(dataSourceIds) {
    const items = await getItems(ref, dataSourceIds.map(keys.dataSource));
    const live = [...items.values()].map(liveDataSource).filter((found) => found !== null);
    return new Map(live.map((source) => [source.id, exposureOf(source)]));
  },
  guardOwner: async (guard) => (await guardOwners(ref, [guard])).get(0) ?? null,
  guardOwners: (guards) => guardOwners(ref, guards),
  async activity(type, id, before, limit) {
    const found = await queryItems(ref, {
      partition: `AUDIT#${type}#${id}`,
      reverse: true,
      limit,
      ...(before === null ? {} : { range: { lt: before } }),
    });
    const items = found.map(readAudit);
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  },
  async auditRecords(places) {
    const items = await getItems(
      ref,
      places.map(({ resource, id }) => keys.audit(resource, id)),
    );
    return [...items.values()].map(readAudit);
  },
});
