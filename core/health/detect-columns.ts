import { staleRead } from "#core/call/retry-conflict.ts";
import { mergeMeasured, newsOf, resultWrites } from "#core/health/health-result.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import type { Measured } from "#core/health/measure.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import { DictionaryRefresh, type RefreshDeps } from "#core/dictionary/refresh-dictionary.ts";
import type { DictionaryChanges } from "#core/dictionary/merge-dictionary.ts";

/** A measurement as it is stored. */
export interface Detected {
  /** The health with what was measured. */
  readonly after: DataSourceHealth;
  /** The health, the dictionary where it changed, and what goes with them: to commit together. */
  readonly writes: readonly Write[];
}

/** Asked with the stored health, again when another change came before its writes. */
export type DetectColumns = (before: DataSourceHealth, measured: Measured) => Promise<Detected>;

/**
 * Makes a measurement of one data source within a job into what is stored of it, and brings the dictionary up to
 * what was measured. What is older than what another job has found since is left out: a description, say, would
 * turn the dictionary back.
 */
export function detectColumns(deps: RefreshDeps, job: Job): DetectColumns {
  const refresh = new DictionaryRefresh(deps, job);
  const stored = (before: DataSourceHealth, measured: Measured, also: readonly Write[] = []): Detected => ({
    after: mergeMeasured(before, measured),
    writes: [...resultWrites(deps, job, before, measured), ...also],
  });
  return async (before, found) => {
    const measured = newsOf(before, found);
    const { relation } = measured;
    if (relation === null) return stored(before, measured);
    const dictionary = await deps.store.dictionary(before.dataSourceId);
    // It was deleted since its health was read, and what this job left in the remote is not stored with a deleted one.
    if (dictionary === null) throw staleRead();
    const relationIdentity = relation.identity ?? null;
    const sameObject = relationIdentity !== null && relationIdentity === before.relationIdentity;
    const { writes, renamed } = await refresh.merged(dictionary, relation, sameObject);
    return stored({ ...withNames(before, renamed), relationIdentity }, measured, writes);
  };
}

/**
 * Figures stay with their column when it is renamed. The domains inside the remote are kept by column too, but
 * nobody knows whether they were read before the rename or after it: they count again once they are read anew.
 */
function withNames(before: DataSourceHealth, renamed: DictionaryChanges["renamed"]): DataSourceHealth {
  if (renamed.length === 0) return before;
  const names = new Map(renamed.map(({ from, to }) => [from, to]));
  const nameOf = (name: string): string => names.get(name) ?? name;
  const { highCardinalityColumn: column, fingerprint } = before;
  return {
    ...before,
    highCardinalityColumn: column === null ? null : { ...column, name: nameOf(column.name) },
    domainsAt: null,
    fingerprint: fingerprint.map((one) => ({ ...one, column: nameOf(one.column) })),
  };
}
