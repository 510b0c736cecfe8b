import { nobody } from "#core/connections/connection.ts";
import type * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { columnAnalysis } from "#contracts/resources/data-source.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { targetOf } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { ColumnAnalysis } from "#core/ports/remote.ts";
import type { DictionaryView } from "#core/ports/store.ts";
import { askRemote } from "#core/remote/remote-problem.ts";
import { relationOf, type SchemaColumn } from "#core/sources/data-source.ts";
import { readDictionary } from "#core/dictionary/read-dictionary.ts";
import { findColumns } from "#core/dictionary/find-columns.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

/**
 * Looks at the values of columns for a member. What it answers is raw data: it is kept nowhere, not even under an
 * idempotency key, and the audit record names the columns alone. No record, no answer.
 */
export const analyzeDataSource =
  (deps: SourceDeps): UseCase<Routes["analyzeDataSource"]> =>
  async ({ params, body }, call) => {
    const view = await readDictionary(deps, call, params.dataSourceId, "data-source:analyze");
    const columns = visibleColumns(view, body.columns);
    const analyses = await askValues(deps, view, columns);
    await recordReading(deps, call, view, columns);
    return { items: analyses.map(showAnalysis), nextCursor: null };
  };

/** The one place that decides whose values a member sees as they are: every column's, while there are no policies. */
const visibleColumns = (view: DictionaryView, names: readonly string[]): readonly SchemaColumn[] => [
  ...new Set(findColumns(view.columns, names, (index) => `/columns/${index}`)),
];

async function askValues(
  { store, remote }: SourceDeps,
  { dataSource }: DictionaryView,
  columns: readonly SchemaColumn[],
): Promise<readonly ColumnAnalysis[]> {
  const { connectionId } = dataSource;
  if (connectionId === null) {
    throw new DomainError("connection-failed", "The data source has no connection to read values through.");
  }
  const found = await store.connection(connectionId, nobody);
  if (found === null) throw new DomainError("not-found");
  const names = columns.map(({ name }) => name);
  return await askRemote(() => remote.analyze(targetOf(found.connection), relationOf(dataSource), names));
}

/** Who was a member when the question was asked may have left since: then the answer is not given. */
async function recordReading(
  deps: SourceDeps,
  call: Call,
  { dataSource }: DictionaryView,
  columns: readonly SchemaColumn[],
): Promise<void> {
  const { store, ids, clock } = deps;
  await readDataSource(store, call.user, dataSource.id, "data-source:analyze");
  await store.commit([
    audited(ids, clock.now(), call, {
      action: "data-source:analyze",
      resource: { type: "data-source", id: dataSource.id },
      details: { columns: columns.map(({ name }) => name) },
    }),
  ]);
}

const showAnalysis = ({
  minimum,
  maximum,
  topValues,
  ...figures
}: ColumnAnalysis): z.output<typeof columnAnalysis> => ({
  ...figures,
  minimum: minimum?.value ?? null,
  minimumCut: minimum?.cut ?? false,
  maximum: maximum?.value ?? null,
  maximumCut: maximum?.cut ?? false,
  topValues: topValues.map((value) => ({ ...value })),
});
