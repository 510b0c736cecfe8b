import * as z from "zod";
import { reportKinds } from "#contracts/resources/job-report.ts";
import { skipReason } from "#contracts/resources/job-report.ts";

/** Which integration a job is about: its key, and the id of the very one that was meant. */
const integrationRef = {
  accountId: z.string(),
  projectId: z.string(),
  environmentId: z.string(),
  integrationId: z.string(),
};

/** What a sync was asked to do. */
export const syncInput = z.object({
  ...integrationRef,
  /** Null is the newest finished run that is for the integration. */
  runId: z.string().nullable(),
  dryRun: z.boolean(),
  /** Who let it go on though it removes much. */
  approvedBy: z.string().optional(),
});
export type SyncInput = z.infer<typeof syncInput>;

/** What a removal was asked to do. */
export const removalInput = z.object(integrationRef);

const count = z.int();
const perKind = z.record(z.enum(reportKinds), count);

/** What a sync has come to so far, or would come to. */
export const syncCounts = z.object({
  runId: z.string(),
  dryRun: z.boolean(),
  created: count,
  updated: count,
  deleted: count,
  restored: count,
  skipped: z.partialRecord(skipReason, count),
  warnings: count,
});
export type SyncCounts = z.infer<typeof syncCounts>;

/** How far a sync is. What came before `after` in its phase is settled, and is not looked at again. */
export const syncState = z.object({
  /** Whether it changes the catalog, or tells what it would change. */
  mode: z.enum(["apply", "plan"]),
  phase: z.enum(["begun", "deletes", "relations"]),
  after: z.string().nullable(),
  /** The numbers of the next parts of its report. */
  parts: perKind,
  /** Those of the first parts that count: what it reported before it waited for a person is none of it. */
  firstParts: perKind,
  result: syncCounts,
});
export type SyncState = z.infer<typeof syncState>;

const noParts: SyncState["parts"] = { created: 0, updated: 0, deleted: 0, skipped: 0, warning: 0 };

/** The beginning of a sync of a run; `before` is where an attempt before left its report. */
export const begun = (
  mode: SyncState["mode"],
  { runId, dryRun }: Pick<SyncCounts, "runId" | "dryRun">,
  parts: SyncState["parts"] = noParts,
): SyncState => ({
  mode,
  phase: "begun",
  after: null,
  parts,
  firstParts: parts,
  result: { runId, dryRun, created: 0, updated: 0, deleted: 0, restored: 0, skipped: {}, warnings: 0 },
});

/** How far a removal is. */
export const removalState = z.object({
  result: z.object({ deleted: count, kept: count }),
});
export type RemovalState = z.infer<typeof removalState>;
