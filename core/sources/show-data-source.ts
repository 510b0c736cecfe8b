import type * as z from "zod";
import type { dataSource, dataSourceSummary } from "#contracts/resources/data-source.ts";
import { assessHealth, listChecks, unavailableMasks } from "#core/health/assess-health.ts";
import type { DataSourceRole } from "#contracts/resources/data-source.ts";
import type { Caller } from "#core/people/caller.ts";
import type { CatalogEntry } from "#core/ports/catalog-index.ts";
import type { DataSourceView, TagStore } from "#core/ports/store.ts";
import { standingText, type AppliedTag, type Origin } from "#core/sources/data-source.ts";
import { sourceResource } from "#core/sources/read-data-source.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** Whatever knows tags by id. */
export type Tags = Pick<TagTree, "get">;

/** One that both a person and dbt put there is told once, as the person's. */
export function showTags(applied: readonly AppliedTag[], tags: Tags) {
  const own = new Set(applied.flatMap(({ tagId, provenance }) => (provenance === "dbt" ? [] : [tagId])));
  const told = applied.filter(({ tagId, provenance }) => provenance !== "dbt" || !own.has(tagId));
  return told.flatMap(({ tagId, provenance, appliedBy, appliedAt }) => {
    const tag = tags.get(tagId);
    return tag === undefined ? [] : [{ name: tag.name, provenance, appliedBy, appliedAt }];
  });
}

/** How it came to be, without our own ids. */
export function showOrigin(origin: Origin): z.output<typeof dataSource>["origin"] {
  if (origin.type !== "dbt") return { type: origin.type };
  const { type, accountId, projectId, environmentId } = origin;
  return { type, accountId, projectId, environmentId };
}

/** A data source as its members see it. */
export async function showDataSource(
  store: TagStore,
  caller: Caller,
  view: DataSourceView,
): Promise<z.output<typeof dataSource>> {
  return showDataSourceWith(await store.tagTree(), caller, view);
}

/** The same, where the tags are known already. */
export function showDataSourceWith(
  tags: Tags,
  caller: Caller,
  view: DataSourceView,
): z.output<typeof dataSource> {
  const { dataSource: record, health } = view;
  const description = standingText(record.description);
  return {
    id: record.id,
    name: record.name,
    technology: record.technology,
    connectionId: record.connectionId,
    remote: { ...record.remote },
    description: description.value,
    descriptionProvenance: description.provenance,
    documentation: record.documentation,
    tags: showTags(record.tags, tags),
    status: record.status,
    health: { status: assessHealth(health), checks: listChecks(health) },
    statistics: {
      rowCount: health.rowCount,
      highCardinalityColumn: health.highCardinalityColumn,
      fingerprintAt: health.fingerprintAt,
    },
    unavailableMasks: [...unavailableMasks(health)],
    statisticsPrevented: record.statisticsPrevented,
    columnCount: record.dictionary.columnCount,
    origin: showOrigin(record.origin),
    queryAs: null,
    myRole: sourceResource(caller, view).role,
    createdAt: record.createdAt,
    createdBy: record.createdBy,
    updatedAt: record.updatedAt,
    version: record.version,
  };
}

/** A line of the list. */
export function showSummary(
  { header, health }: CatalogEntry,
  role: DataSourceRole | null,
  tags: Tags,
): z.output<typeof dataSourceSummary> {
  return {
    id: header.id,
    name: header.name,
    technology: header.technology,
    connectionId: header.connectionId,
    remote: { ...header.remote },
    description: header.description,
    tags: header.tagIds.flatMap((id) => {
      const tag = tags.get(id);
      return tag === undefined ? [] : [{ name: tag.name }];
    }),
    status: header.status,
    health: { status: health.status },
    statistics: {
      rowCount: health.rowCount,
      highCardinalityColumn: health.highCardinalityColumn,
      fingerprintAt: health.fingerprintAt,
    },
    columnCount: header.columnCount,
    origin: showOrigin(header.origin),
    myRole: role,
    createdAt: header.createdAt,
    createdBy: header.createdBy,
    updatedAt: header.updatedAt,
    version: header.version,
  };
}
