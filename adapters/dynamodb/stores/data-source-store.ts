import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import type { Clock } from "#core/ports/clock.ts";
import type { DataSourceStore, DataSourceView } from "#core/ports/store.ts";
import type { DataSource, DataSourceMember } from "#core/sources/data-source.ts";
import { auditItem } from "../items/ledger.ts";
import { keys, keyText } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { getItems, queryItems, type RawItem, type TableRef } from "../requests.ts";
import { guardOwners } from "./tag-store.ts";

const ofUser = (id: string) => ({ type: "user", id }) as const;

/** Takes a data source by its header, or passes it over. */
export type PickDataSource = (item: RawItem | undefined) => DataSource | null;

/** A data source that is not deleted. */
export const liveDataSource: PickDataSource = (item) => {
  const found = readOr(read["data-source"], item);
  return found === null || found.deletedAt !== null ? null : found;
};

/** A membership whose time is not over; DynamoDB keeps those that are for a while. */
function liveMember(clock: Clock, item: RawItem | undefined): DataSourceMember | null {
  const found = readOr(read["data-source-member"], item);
  if (found === null || found.expiresAt === null) return found;
  return Date.parse(found.expiresAt) > clock.now().getTime() ? found : null;
}

/** Header, health and the caller's role in one read. */
export async function readView(
  ref: TableRef,
  clock: Clock,
  pick: PickDataSource,
  dataSourceId: string,
  userId: string,
): Promise<DataSourceView | null> {
  const [header, health, member] = [
    keys.dataSource(dataSourceId),
    keys.health(dataSourceId),
    keys.dataSourceMember(dataSourceId, ofUser(userId)),
  ];
  const items = await getItems(ref, [header, health, member]);
  const dataSource = pick(items.get(keyText(header)));
  const found = readOr(read["data-source-health"], items.get(keyText(health)));
  if (dataSource === null || found === null) return null;
  return { dataSource, health: found, membership: liveMember(clock, items.get(keyText(member))) };
}

/** Data sources: everything of one lies in one partition. */
export const dataSourceStore = (ref: TableRef, clock: Clock): DataSourceStore => ({
  dataSource: (dataSourceId, userId) => readView(ref, clock, liveDataSource, dataSourceId, userId),
  async dataSourceMemberships(userId, dataSourceIds) {
    const items = await getItems(
      ref,
      dataSourceIds.map((id) => keys.dataSourceMember(id, ofUser(userId))),
    );
    const members = [...items.values()]
      .map((item) => liveMember(clock, item))
      .filter((member) => member !== null);
    return new Map(members.map((member) => [member.dataSourceId, member]));
  },
  async dataSourceStatuses(dataSourceIds) {
    const items = await getItems(ref, dataSourceIds.map(keys.dataSource));
    const live = [...items.values()].map(liveDataSource).filter((found) => found !== null);
    return new Map(live.map(({ id, status }) => [id, status]));
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
    const formatter = auditItem.build(EntityFormatter);
    const items = found.map((item) => formatter.format(item));
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  },
  async auditRecords(places) {
    const items = await getItems(
      ref,
      places.map(({ resource, id }) => keys.audit(resource, id)),
    );
    const formatter = auditItem.build(EntityFormatter);
    return [...items.values()].map((item) => formatter.format(item));
  },
});
