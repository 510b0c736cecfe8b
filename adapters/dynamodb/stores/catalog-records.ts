import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import {
  columnsDocument,
  columnTagsDocument,
  headerDocument,
  healthDocument,
  memberDocument,
} from "#core/sources/catalog-documents.ts";
import type {
  DataSourceMember,
  DbtFacts,
  DbtLayer,
  GroupRoles,
  SchemaColumn,
} from "#core/sources/data-source.ts";
import { chunkItem, dbtChunkItem } from "../items/catalog.ts";
import { read } from "../records.ts";
import { columnsOfChunk, factsOfChunks } from "./dictionary-chunks.ts";
import { sent, type RawItem, type TableRef } from "../requests.ts";

/** Kinds of item that the index is made from. */
const kinds = new Set([
  "data-source",
  "data-source-health",
  "data-source-member",
  "group-roles",
  "dictionary-chunk",
  "dbt-chunk",
  "column-edit",
]);

/**
 * What the records themselves tell the index, a page of the table at a time. Columns and their tags have no version of
 * their own and get 0: whatever a delta says of them is as new or newer. A scan gives all items of one partition one
 * after the other, so one data source is whole once another begins.
 */
export async function* catalogRecords(ref: TableRef): AsyncIterable<readonly CatalogChange[]> {
  let from: Record<string, unknown> | undefined;
  let open: readonly RawItem[] = [];
  do {
    const command = new ScanCommand({
      TableName: ref.tableName,
      ConsistentRead: true,
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    });
    const page = await sent(ref, () => ref.client.send(command));
    from = page.LastEvaluatedKey;
    const items = [...open, ...(page.Items ?? []).filter((item) => kinds.has(String(item["kind"])))];
    const byPartition = [...Map.groupBy(items, (item) => String(item["pk"])).values()];
    // The last one may go on in the next page.
    open = from === undefined ? [] : (byPartition.pop() ?? []);
    yield byPartition.flatMap(changeOf);
  } while (from !== undefined);
}

const ofKind = (items: readonly RawItem[], kind: string): readonly RawItem[] =>
  items.filter((item) => item["kind"] === kind);

/**
 * Members as of the change before the one that is counted: the count is read before them, and of a transaction that
 * ends meanwhile a scan may meet the count and not yet the member. Whatever came since, deltas tell.
 */
const membersDocument = (
  members: readonly DataSourceMember[],
  groups: GroupRoles | undefined,
): NonNullable<CatalogChange["members"]> => ({
  changes: members.map(memberDocument),
  version: Math.max(0, (groups?.version ?? 0) - 1),
  whole: true,
});

/** All that is stored of one data source; nothing without a header. */
function changeOf(items: readonly RawItem[]): readonly CatalogChange[] {
  const [header] = ofKind(items, "data-source").map(read["data-source"]);
  if (header === undefined) return [];
  const [health] = ofKind(items, "data-source-health").map(read["data-source-health"]);
  const [groups] = ofKind(items, "group-roles").map(read["group-roles"]);
  const members = [
    ...ofKind(items, "data-source-member").map(read["data-source-member"]),
    ...(groups?.members ?? []),
  ];
  const edits = new Map(
    ofKind(items, "column-edit")
      .map(read["column-edit"])
      .map((edit) => [edit.columnId, edit]),
  );
  const columns = columnsOf(items, header.dictionary.generation);
  const unversioned = { version: 0 };
  return [
    {
      dataSourceId: header.id,
      header: headerDocument(header),
      ...(health === undefined ? {} : { health: healthDocument(health) }),
      members: membersDocument(members, groups),
      columns: columnsDocument(columns, unversioned),
      columnTags: columnTagsDocument(columns, edits, unversioned, factsOf(items, header.dbt)),
      ...(header.deletedAt === null ? {} : { deleted: { version: header.version } }),
    },
  ];
}

function columnsOf(items: readonly RawItem[], generation: string): readonly SchemaColumn[] {
  const formatter = chunkItem.build(EntityFormatter);
  return ofKind(items, "dictionary-chunk")
    .map((item) => formatter.format(item))
    .filter((chunk) => chunk.generation === generation)
    .toSorted((a, b) => a.index - b.index)
    .flatMap(({ columns }) => columnsOfChunk(columns).columns);
}

function factsOf(items: readonly RawItem[], layer: DbtLayer | null): DbtFacts | null {
  const formatter = dbtChunkItem.build(EntityFormatter);
  const chunks = ofKind(items, "dbt-chunk")
    .map((item) => formatter.format(item))
    .filter(({ generation }) => generation === layer?.generation)
    .toSorted((a, b) => a.index - b.index);
  return factsOfChunks(chunks.map(({ columns }) => columns));
}
