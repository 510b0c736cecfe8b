import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { column } from "#contracts/resources/data-source.ts";
import { authorize } from "#core/access/can.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { DictionaryView } from "#core/ports/store.ts";
import {
  standingText,
  type ColumnEdit,
  type DictionarySource,
  type SchemaColumn,
} from "#core/sources/data-source.ts";
import type { Tags } from "#core/sources/show-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { threadCounts } from "#core/threads/thread.ts";

/** A column with what people stated of it laid over what the remote says. */
export function showColumn(
  schema: SchemaColumn,
  edit: ColumnEdit | undefined,
  tags: Tags,
  threads: ReturnType<typeof threadCounts>,
  source: DictionarySource,
): z.output<typeof column> {
  const description = standingText({
    manual: edit?.description ?? null,
    dbt: null,
    schema: schema.comment === "" ? null : schema.comment,
  });
  const { provenance } = description;
  return {
    name: schema.name,
    ordinal: schema.ordinal,
    dataType: schema.dataType,
    remoteType: schema.remoteType,
    nullable: schema.nullable,
    description: description.value,
    // Where a person states the columns, what stands with them is a person's too.
    descriptionProvenance: source === "manual" && provenance === "schema" ? "manual" : provenance,
    tags: (edit?.tags ?? []).flatMap(({ tagId, provenance }) => {
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
    store.dataSourceMemberships(call.user.id, [dataSourceId]),
  ]);
  if (view === null) throw new DomainError("not-found");
  authorize(call.user, action, {
    type: "data-source",
    role: memberships.get(dataSourceId)?.role ?? null,
    status: view.dataSource.status,
  });
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
    const threads = threadCounts(view.threads);
    const { source } = view.dataSource.dictionary;
    return await fillPage(deps.cursors, `dictionary/${view.dataSource.id}`, query, z.int(), {
      read: (after) =>
        Promise.resolve({
          items: view.columns.filter(({ ordinal }) => after === null || ordinal > after),
          next: null,
        }),
      positionOf: ({ ordinal }) => ordinal,
      show: (schema) => showColumn(schema, view.edits.get(schema.id), tags, threads, source),
    });
  };
