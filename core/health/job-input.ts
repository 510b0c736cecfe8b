import * as z from "zod";
import { runnableChecks } from "#core/health/health-job.ts";
import type { Job } from "#core/jobs/job.ts";

const checks = z.array(z.enum(runnableChecks));

/** What a health job was asked to do. */
export const healthInput = z.object({ dataSourceId: z.string(), checks });

/** What a refresh of many data sources was asked to do. */
export const refreshInput = z.object({ dataSourceIds: z.array(z.string()), checks });

const count = z.int();

/** What a refresh tells: how many data sources, and how their checks ended. */
export const refreshCounts = z.object({
  total: count,
  measured: count,
  /** Deleted or on another connection when their turn came. */
  skipped: count,
  unhealthy: count,
  checks: z.object({ passed: count, failed: count, skipped: count }),
});
export type RefreshCounts = z.infer<typeof refreshCounts>;

/** How far a refresh is: so many of its data sources are done with. */
export const refreshCheckpoint = z.object({ position: count, result: refreshCounts });

/** How many data sources of a refresh are done with. */
export const refreshPosition = ({ checkpoint }: Job): number =>
  checkpoint === null ? 0 : refreshCheckpoint.parse(checkpoint).position;
