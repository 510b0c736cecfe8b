import { audited } from "#core/audit/record.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { automaticChecks } from "#core/health/health-job.ts";
import { refreshJob } from "#core/health/refresh-job.ts";
import type { ReportEntry } from "#core/jobs/job-report.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { DictionaryStore } from "#core/ports/store.ts";
import type { Candidate } from "#core/sources/bulk/chunk.ts";
import { basisAtCommit, type Basis } from "#core/sources/bulk/basis.ts";
import { deltaWrite } from "#core/sources/catalog-documents.ts";
import {
  creationChange,
  newDataSource,
  recordWrites,
  schemaColumns,
  type NewDataSource,
} from "#core/sources/new-data-source.ts";

/** A table whose dictionary lies staged for the data source that it is to become. */
export interface StagedTable {
  readonly candidate: Candidate;
  readonly id: string;
  readonly dictionary: { readonly generation: string; readonly chunks: number };
}

/** What it takes to make data sources. */
export interface MakingDeps {
  readonly store: DictionaryStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Stages the dictionaries of tables under one generation; what comes to nothing is swept. */
export async function stageTables(
  { store, ids }: MakingDeps,
  candidates: readonly Candidate[],
): Promise<readonly StagedTable[]> {
  if (candidates.length === 0) return [];
  const generation = ids.next("generation");
  const named = candidates.map((candidate) => ({ candidate, id: ids.next("dataSource") }));
  const chunks = await store.stageDictionaries(
    generation,
    named.map(({ candidate, id }) => ({ dataSourceId: id, columns: schemaColumns(ids, candidate.found) })),
  );
  return named.map((table, index) => ({ ...table, dictionary: { generation, chunks: chunks[index] ?? 0 } }));
}

/** The writes of a chunk's data sources, and what belongs to all of them together. */
export function chunkWrites(
  { ids, clock }: MakingDeps,
  job: Job,
  basis: Basis,
  tables: readonly StagedTable[],
): readonly Write[] {
  if (tables.length === 0) return [];
  const at = clock.now();
  const maker = { user: basis.user, requestId: job.correlationId };
  const audit = audited(ids, at, maker, {
    action: "data-source:create",
    resource: { type: "job", id: job.id },
    details: { dataSourceIds: tables.map(({ id }) => id) },
  });
  const bulk = { jobId: job.id, auditId: audit.record.id };
  const made = tables.map(({ candidate: { found, name }, id, dictionary }): NewDataSource => {
    const { connection, statisticsPrevented, subscription } = basis;
    const tagIds = basis.tags.map((tag) => tag.id);
    const told = { connection, name, tagIds, statisticsPrevented, subscription, bulk };
    const findings = { ...told, relation: found, description: null, documentation: "" };
    return newDataSource(ids, at, maker, id, findings, dictionary);
  });
  return [
    ...basisAtCommit(
      basis,
      tables.map(({ candidate }) => candidate),
    ),
    ...made.flatMap(recordWrites),
    deltaWrite(ids, at, made.map(creationChange)),
    ...measuring(ids, at, job, basis, made),
    audit,
  ];
}

/** One job measures all that a chunk makes, unless that is prevented. */
function measuring(
  ids: Ids,
  at: Date,
  job: Job,
  { user, connection, statisticsPrevented }: Basis,
  made: readonly NewDataSource[],
): readonly Write[] {
  if (statisticsPrevented) return [];
  const asked = { by: user.id, at, correlationId: job.correlationId };
  const newest = made.map(({ dataSource }) => dataSource.id);
  return [{ write: "enqueue", job: refreshJob(ids, connection, newest, automaticChecks, asked) }];
}

/** The lines about what a chunk makes. */
export const createdLines = (tables: readonly StagedTable[]): readonly ReportEntry[] =>
  tables.map(({ candidate: { relation, name }, id }) => ({
    schema: relation.schema,
    table: relation.name,
    made: { id, name },
    reason: null,
    detail: "",
  }));

/** Whether a commit was refused because somebody was quicker with a name or a table. */
export const wasTaken = (error: unknown): boolean =>
  error instanceof DomainError &&
  (error.code === "data-source-name-taken" || error.code === "data-source-exists");
