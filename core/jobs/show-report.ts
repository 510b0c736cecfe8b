import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { reportKind, type ReportKind } from "#contracts/resources/job-report.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import type { ReportPosition } from "#core/jobs/job-report.ts";
import type { Job } from "#core/jobs/job.ts";
import { readJob } from "#core/jobs/read-job.ts";
import { reportReader, type ReportLine } from "#core/jobs/report-lines.ts";
import type { Caller } from "#core/people/caller.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { Store } from "#core/ports/store.ts";

const position: z.ZodType<ReportPosition> = z.strictObject({
  kind: reportKind,
  number: z.int(),
  line: z.int(),
});

/** What a job made and what it left out, as far as the caller may see it. */
export const getJobReport =
  ({
    store,
    cursors,
  }: {
    readonly store: Store;
    readonly cursors: Cursors;
  }): UseCase<Routes["getJobReport"]> =>
  async ({ params, query }, call) => {
    const { kind, ...page } = query;
    const { job } = await readJob(store, call, params.jobId, "job:read");
    return await fillPage(cursors, `report/${JSON.stringify([job.id, kind])}`, page, position, {
      read: reportReader(store, call.user, job, kind),
      positionOf: ({ at }) => at,
      show: ({ shown }) => shown,
    });
  };

/** A result holds at most this many lines of each list. */
const shownLines = 100;

/** And looks for them so often: of a long report, a reader who may see little of it would else have all of it read. */
const rounds = 5;

async function firstLines(
  store: Store,
  user: Caller,
  job: Job,
  kind: ReportKind,
): Promise<{ readonly lines: readonly ReportLine[]; readonly more: boolean }> {
  const read = reportReader(store, user, job, [kind]);
  const lines: ReportLine[] = [];
  let after: ReportPosition | null = null;
  for (let round = 1; round <= rounds; round += 1) {
    const page: Awaited<ReturnType<typeof read>> = await read(after);
    lines.push(...page.items);
    after = page.next;
    if (after === null || lines.length > shownLines) break;
  }
  return { lines: lines.slice(0, shownLines), more: after !== null || lines.length > shownLines };
}

/** The result of a job that reports, with the first lines of its lists; the rest is in its report. */
export async function resultWithLists(store: Store, user: Caller, job: Job): Promise<Job["result"]> {
  if (job.result === null) return null;
  if (job.type === "dbt-sync") return await syncLists(store, user, job, job.result);
  return job.type === "bulk-registration" ? await bulkLists(store, user, job, job.result) : job.result;
}

type Shown = ReportLine["shown"];

/** The first lines of every kind. */
async function firstOfEach(store: Store, user: Caller, job: Job) {
  const first = (kind: ReportKind) => firstLines(store, user, job, kind);
  const [created, updated, deleted, skipped, warnings] = await Promise.all([
    first("created"),
    first("updated"),
    first("deleted"),
    first("skipped"),
    first("warning"),
  ]);
  return { created, updated, deleted, skipped, warnings };
}

/** What a sync made, changed, deleted, left out and noticed, or would: the first lines of each. */
async function syncLists(
  store: Store,
  user: Caller,
  job: Job,
  result: NonNullable<Job["result"]>,
): Promise<Job["result"]> {
  const { created, updated, deleted, skipped, warnings } = await firstOfEach(store, user, job);
  const shown = (list: typeof created): readonly Shown[] => list.lines.map((line) => line.shown);
  const { skipped: skippedCounts, warnings: warningCount, ...counts } = result;
  return {
    ...counts,
    skippedCounts,
    warningCount,
    creates: shown(created).map(({ name, schema, table, uniqueId, detail, dataSourceId }) => ({
      name,
      schema,
      table,
      uniqueId,
      reason: detail,
      dataSourceId,
    })),
    updates: shown(updated).map(({ dataSourceId: id, name, uniqueId, changes, detail }) => ({
      dataSource: { id, name },
      uniqueId,
      changes,
      reason: detail,
    })),
    deletes: shown(deleted).map(({ dataSourceId: id, name, schema, table, uniqueId, detail }) => ({
      dataSource: { id, name },
      schema,
      table,
      uniqueId,
      reason: detail,
    })),
    skipped: shown(skipped).map(({ uniqueId, schema, table, reason, detail }) => ({
      uniqueId,
      schema,
      table,
      reason,
      detail,
    })),
    warnings: shown(warnings).map(({ uniqueId, name, detail }) => ({ uniqueId, name, detail })),
    truncated: [created, updated, deleted, skipped, warnings].some(({ more }) => more),
  };
}

async function bulkLists(
  store: Store,
  user: Caller,
  job: Job,
  result: NonNullable<Job["result"]>,
): Promise<Job["result"]> {
  const [created, skipped] = await Promise.all([
    firstLines(store, user, job, "created"),
    firstLines(store, user, job, "skipped"),
  ]);
  return {
    ...result,
    createdDataSources: created.lines.map(({ shown: { dataSourceId, name, schema, table } }) => ({
      id: dataSourceId,
      name,
      schema,
      table,
    })),
    skippedTables: skipped.lines.map(({ shown: { schema, table, reason, detail } }) => ({
      schema,
      table,
      reason,
      detail,
    })),
    truncated: created.more || skipped.more,
  };
}
