import type * as z from "zod";
import { checkNames, type dataSource, type dataSourceSummary } from "#contracts/resources/data-source.ts";
import { unknownCheck } from "#core/health/assess-health.ts";
import type { Caller } from "#core/people/caller.ts";
import type { CatalogEntry } from "#core/ports/catalog-index.ts";
import type { DataSourceView } from "#core/ports/store.ts";
import { standingText, type DataSource } from "#core/sources/data-source.ts";
import { sourceResource } from "#core/sources/read-data-source.ts";
import { showOrigin, showTags, type Tags } from "#core/sources/show-data-source.ts";

type Shown = z.output<typeof dataSource>;

/** What is told of measurements where none may be: unknown, null or none, whatever it is in truth. */
const figures = {
  statistics: { rowCount: null, highCardinalityColumn: null, fingerprintAt: null },
  columnCount: 0,
} as const satisfies Partial<Shown>;

/** What else is untold of what one may not read. */
const untold = (): Omit<
  Shown,
  | "id"
  | "name"
  | "technology"
  | "createdAt"
  | "status"
  | "version"
  | "connectionId"
  | "remote"
  | "origin"
  | "updatedAt"
> => ({
  description: "",
  descriptionProvenance: null,
  documentation: "",
  tags: [],
  health: { status: "unknown", checks: checkNames.map((check) => ({ check, ...unknownCheck })) },
  ...figures,
  unavailableMasks: [],
  statisticsPrevented: false,
  queryAs: null,
  myRole: null,
  createdBy: "",
});

/**
 * Where it lies and how it came to be is not told to who may only find a data source. Neither is what happens to it:
 * a version and a date of changes would tell that something did which they may not see. They change nothing, and need no version.
 */
const placeless = ({ createdAt }: Pick<DataSource, "createdAt">) =>
  ({
    connectionId: null,
    remote: { database: "", schema: "", table: "", kind: "table" },
    origin: { type: "manual" },
    createdAt,
    updatedAt: createdAt,
    version: 0,
  }) as const satisfies Partial<Shown>;

/** A data source as those see it who may find but not read it: its name, description and tags, and its technology. */
export function showFound({ dataSource: record }: Pick<DataSourceView, "dataSource">, tags: Tags): Shown {
  const description = standingText(record.description);
  return {
    ...untold(),
    ...placeless(record),
    id: record.id,
    name: record.name,
    technology: record.technology,
    description: description.value,
    descriptionProvenance: description.provenance,
    tags: showTags(record.tags, tags).map((tag) => ({ ...tag, appliedBy: "" })),
    status: record.status,
  };
}

/** The same as a line of the list. */
export function showFoundSummary(
  { header }: Pick<CatalogEntry, "header">,
  tags: Tags,
): z.output<typeof dataSourceSummary> {
  return {
    ...figures,
    ...placeless(header),
    id: header.id,
    name: header.name,
    technology: header.technology,
    description: header.description,
    tags: header.tagIds.flatMap((id) => tags.get(id) ?? []).map(({ name }) => ({ name })),
    status: header.status,
    health: { status: "unknown" },
    myRole: null,
    createdBy: "",
  };
}

/**
 * What somebody is told who may bring a data source back but not read it: no more than its place, its name, its state
 * and its dates.
 */
export function showOutline(caller: Caller, view: Pick<DataSourceView, "dataSource" | "memberships">): Shown {
  const { dataSource: record } = view;
  return {
    ...untold(),
    id: record.id,
    name: record.name,
    technology: record.technology,
    connectionId: record.connectionId,
    remote: { ...record.remote },
    status: record.status,
    origin: showOrigin(record.origin),
    myRole: sourceResource(caller, view).role,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    version: record.version,
  };
}
