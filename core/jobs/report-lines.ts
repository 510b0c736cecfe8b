import type * as z from "zod";
import { reportKinds, type reportEntry, type ReportKind } from "#contracts/resources/job-report.ts";
import { can } from "#core/access/can.ts";
import { registrarOf } from "#core/connections/registrar-of.ts";
import { syncState } from "#core/dbt/sync/run/sync-input.ts";
import type { ReportEntry, ReportPart, ReportPosition } from "#core/jobs/job-report.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Caller } from "#core/people/caller.ts";
import type { ConnectionStore, DataSourceStore, JobStore } from "#core/ports/store.ts";
import { readableDataSources } from "#core/sources/read-data-source.ts";
import { givenRole } from "#core/sources/source-standing.ts";

type ReportStore = ConnectionStore & DataSourceStore & JobStore;

/** A line as one reader may see it, and where it stands. */
export interface ReportLine {
  readonly at: ReportPosition;
  readonly shown: z.output<typeof reportEntry>;
}

/** Parts that are read at once; each holds some ten lines to some hundred. */
const partsAtOnce = 20;

/**
 * Reads lines of a report as somebody may see them: tables of schemas that they may register, and data sources that
 * they may see. `next` is where reading goes on.
 */
export function reportReader(
  store: ReportStore,
  user: Caller,
  job: Job,
  kinds: readonly ReportKind[] = reportKinds,
) {
  const wanted = new Set(kinds);
  const kind = wanted.size === 1 ? kinds[0] : undefined;
  const memberships = membershipsOf(store, user, job);
  // Who may read of an integration's work may know of all that its run names.
  const isSync = job.subject.type === "integration";
  const firstParts = firstPartsOf(job);
  return async (after: ReportPosition | null) => {
    const parts = await store.jobReport(job.id, { kind, from: after, limit: partsAtOnce });
    const lines = parts
      .filter(({ kind: of, number }) => number >= (firstParts[of] ?? 0))
      .flatMap((part) =>
        part.entries.map((entry, line) => ({ at: { kind: part.kind, number: part.number, line }, entry })),
      )
      .filter(({ at }) => wanted.has(at.kind) && (after === null || isBehind(at, after)));
    const idsIn = (of: typeof lines) => of.flatMap(({ entry }) => entry.made?.id ?? []);
    const [readable, restorable] = await Promise.all([
      readableDataSources(store, user, idsIn(lines)),
      restorableOf(store, user, idsIn(lines.filter(({ at }) => at.kind === "deleted"))),
    ]);
    const seen = new Set([...readable, ...restorable]);
    const roles = await memberships;
    return {
      items: lines.flatMap(({ at, entry }): readonly ReportLine[] => {
        const id = entry.made?.id ?? null;
        // What is not made yet is no secret of anybody's.
        const sees = entry.made !== null && (id === null || seen.has(id));
        // A whole schema is named as it was asked for: that tells nothing of what there is.
        const named = isSync || entry.table === null || registrarOf(roles, entry.schema) !== undefined;
        return sees || named ? [{ at, shown: show(at.kind, entry, sees) }] : [];
      }),
      next: parts.length < partsAtOnce ? null : behind(parts.at(-1)),
    };
  };
}

/** Of data sources that were deleted whoever may bring them back is told the names. */
async function restorableOf(
  store: DataSourceStore,
  user: Caller,
  dataSourceIds: readonly string[],
): Promise<readonly string[]> {
  const roles = await store.dataSourceMemberships(user.principals, dataSourceIds);
  return dataSourceIds.filter((id) =>
    can(user, "data-source:restore", { type: "deleted-data-source", role: givenRole(roles.get(id) ?? []) }),
  );
}

/** Behind all lines of a part. */
const behind = (part: ReportPart | undefined): ReportPosition | null =>
  part === undefined ? null : { kind: part.kind, number: part.number, line: part.entries.length };

const noFirstParts: Partial<Record<ReportKind, number>> = {};

/** What a sync reported before it waited for a person is not what it did. */
function firstPartsOf({ type, checkpoint }: Job): Partial<Record<ReportKind, number>> {
  if (type !== "dbt-sync" || checkpoint === null) return noFirstParts;
  const state = syncState.safeParse(checkpoint);
  return state.success ? state.data.firstParts : noFirstParts;
}

const isBehind = (at: ReportPosition, after: ReportPosition): boolean =>
  at.kind !== after.kind || at.number !== after.number || at.line > after.line;

async function membershipsOf(store: ReportStore, user: Caller, { subject }: Job) {
  if (subject.type !== "connection") return [];
  const view = await store.connection(subject.id, user.principals);
  const memberships = view?.memberships ?? [];
  return can(user, "connection:list-tables", { type: "connection", memberships }) ? memberships : [];
}

const show = (kind: ReportKind, entry: ReportEntry, sees: boolean): ReportLine["shown"] => ({
  kind,
  schema: entry.schema,
  table: entry.table,
  name: sees ? (entry.made?.name ?? null) : null,
  dataSourceId: sees ? (entry.made?.id ?? null) : null,
  reason: entry.reason,
  detail: entry.detail,
  uniqueId: entry.uniqueId ?? null,
  changes: (entry.changes ?? []).map(({ field, column, added, removed }) => ({
    field,
    column,
    added: [...added],
    removed: [...removed],
  })),
});
