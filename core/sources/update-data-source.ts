import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import type { UseCase } from "#core/call/call.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import { documentationWrites, withDocumentation } from "#core/documentation/documentation-version.ts";
import { foldName } from "#core/names/fold.ts";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import type { Write } from "#core/ports/change.ts";
import { deltaWrite, headerDocument } from "#core/sources/catalog-documents.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import { dataSourceNameGuard, dataSourceNameTaken } from "#core/sources/guards.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import { showDataSource } from "#core/sources/show-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

type Body = Parameters<UseCase<Routes["updateDataSource"]>>[0]["body"];

/** Changes what people state: owners everything, experts the description and the documentation. */
export const updateDataSource =
  (deps: SourceDeps): UseCase<Routes["updateDataSource"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const action = onlyTexts(body) ? "data-source:describe" : "data-source:update";
      const view = await readDataSource(store, call.user, params.dataSourceId, action);
      const before = view.dataSource;
      demandVersion(call, before.version);
      const at = clock.now();
      const after = changed(before, body, at);
      if (isSameValue(textsOf(before), textsOf(after)) && before.documentation === after.documentation) {
        return await showDataSource(store, call.user, view);
      }
      await store.commit([
        ...renaming(before, after),
        ...headerChange(ids, at, before, after),
        ...documentationWrites(before, after, call.user.id),
        audited(ids, at, call, {
          action: "data-source:update",
          resource: { type: "data-source", id: before.id },
          details: { before: textsOf(before), after: textsOf(after) },
        }),
      ]);
      return await showDataSource(store, call.user, { ...view, dataSource: after });
    });

/** Whether a patch says nothing but what experts may say too. */
const onlyTexts = ({ name, status, statisticsPrevented }: Body): boolean =>
  name === undefined && status === undefined && statisticsPrevented === undefined;

const changed = (before: DataSource, body: Body, at: Date): DataSource => ({
  ...withDocumentation(before, body.documentation),
  name: body.name ?? before.name,
  description:
    body.description === undefined ? before.description : { ...before.description, manual: body.description },
  status: body.status ?? before.status,
  statisticsPrevented: body.statisticsPrevented ?? before.statisticsPrevented,
  updatedAt: at.toISOString(),
  version: before.version + 1,
});

/** What the audit record says; documentation by length, because it can be long. */
const textsOf = ({ name, description, status, statisticsPrevented, ...record }: DataSource) => ({
  name,
  description: description.manual,
  documentationLength: record.documentation.length,
  documentationVersion: record.documentationVersion,
  status,
  statisticsPrevented,
});

/** A header's new version with what the index must know of it; `also` is what else changed with it. */
export const headerChange = (
  ids: SourceDeps["ids"],
  at: Date,
  before: DataSource,
  after: DataSource,
  also: Pick<CatalogChange, "columns" | "columnTags"> = {},
): readonly Write[] => [
  {
    write: "replace",
    kind: "data-source",
    record: after,
    expected: before.version,
    otherwise: staleRead(),
  },
  deltaWrite(ids, at, [
    {
      dataSourceId: after.id,
      ...(after.deletedAt === null
        ? { header: headerDocument(after), ...also }
        : { deleted: { version: after.version } }),
    },
  ]),
];

function renaming(before: DataSource, after: DataSource): readonly Write[] {
  if (foldName(before.name) === foldName(after.name)) return [];
  return [
    {
      write: "claim",
      guard: dataSourceNameGuard(after.name),
      owner: after.id,
      otherwise: dataSourceNameTaken(after.name),
    },
    { write: "release", guard: dataSourceNameGuard(before.name), owner: before.id },
  ];
}
