import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { column } from "#contracts/resources/data-source.ts";
import { authorize } from "#core/access/can.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { DictionaryView } from "#core/ports/store.ts";
import {
  columnDescription,
  columnTags,
  dbtColumns,
  type ColumnLayers,
} from "#core/dictionary/dbt-columns.ts";
import type { SchemaColumn } from "#core/sources/data-source.ts";
import type { Tags } from "#core/sources/show-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { threadCounts } from "#core/threads/thread.ts";
import { sourceResource } from "#core/sources/read-data-source.ts";

/** How columns are shown: what people stated, over what dbt says, over what the schema layer says. */
export function columnShower(view: DictionaryView, tags: Tags) {
  const said = dbtColumns(view.columns, view.dbt);
  const threads = threadCounts(view.threads);
  const { source } = view.dataSource.dictionary;
  return (schema: SchemaColumn): z.output<typeof column> => {
    const edit = view.edits.get(schema.id);
    return showColumn({ schema, dbt: said.get(schema.id), edit, source }, tags, threads);
  };
}

function showColumn(
  layers: ColumnLayers & { readonly schema: SchemaColumn },
  tags: Tags,
  threads: ReturnType<typeof threadCounts>,
): z.output<typeof column> {
  const { schema } = layers;
  const description = columnDescription(layers);
  return {
    name: schema.name,
    ordinal: schema.ordinal,
    dataType: schema.dataType,
    remoteType: schema.remoteType,
    nullable: schema.nullable,
    description: description.value,
    descriptionProvenance: description.provenance,
    tags: columnTags(layers).flatMap(({ tagId, provenance }) => {
      const tag = tags.get(tagId);
      return tag === undefined ? [] : [{ name: tag.name, provenance }];
    }),
    threads: threads.get(schema.id) ?? { open: 0, resolved: 0 },
  };
}

/** The dictionary, if the user may take the action; membership and tags are read together. */
export async function readDictionary(
  { store }: SourceDeps,
  call: Call,
  dataSourceId: string,
  action: "data-source:read" | "data-source:describe" | "data-source:analyze",
): Promise<DictionaryView> {
  const [view, memberships] = await Promise.all([
    store.dictionary(dataSourceId),
    store.dataSourceMemberships(call.user.principals, [dataSourceId]),
  ]);
  if (view === null) throw new DomainError("not-found");
  const { dataSource } = view;
  authorize(
    call.user,
    action,
    sourceResource(call.user, { dataSource, memberships: memberships.get(dataSourceId) ?? [] }),
  );
  return view;
}

/** The columns in the remote's order, a page at a time. */
export const getDictionary =
  (deps: SourceDeps): UseCase<Routes["getDictionary"]> =>
  async ({ params, query }, call) => {
    const [view, tags] = await Promise.all([
      readDictionary(deps, call, params.dataSourceId, "data-source:read"),
      deps.store.tagTree(),
    ]);
    return await fillPage(deps.cursors, `dictionary/${view.dataSource.id}`, query, z.int(), {
      read: (after) =>
        Promise.resolve({
          items: view.columns.filter(({ ordinal }) => after === null || ordinal > after),
          next: null,
        }),
      positionOf: ({ ordinal }) => ordinal,
      show: columnShower(view, tags),
    });
  };
