import * as z from "zod";
import { runnableChecks } from "#core/health/health-job.ts";
import type { Job } from "#core/jobs/job.ts";

const checks = z.array(z.enum(runnableChecks));

/** What a health job was asked to do. */
export const healthInput = z.object({ dataSourceId: z.string(), checks });

/**
 * What a refresh of many data sources was asked to do: those that are named, or all of its connection, which is the
 * night's.
 */
export const refreshInput = z.object({
  dataSourceIds: z.array(z.string()).optional(),
  /** Whether it leaves alone what is disabled, and counts nothing where that is prevented. */
  spares: z.boolean().optional(),
  /** The night that it belongs to. */
  window: z.string().optional(),
  checks,
});

const count = z.int();

const refreshCounts = z.object({
  total: count,
  measured: count,
  /** Deleted or on another connection when their turn came. */
  skipped: count,
  /** Surely as they were when they were last counted. */
  unchanged: count.default(0),
  /** Disabled, or kept from being counted. */
  leftAlone: count.default(0),
  unhealthy: count,
  checks: z.object({ passed: count, failed: count, skipped: count }),
});

/** What a refresh tells: how many data sources, and how their checks ended. */
export type RefreshCounts = z.infer<typeof refreshCounts>;

const refreshCheckpoint = z.object({ position: count, place: z.string().nullable(), result: refreshCounts });

/** How far a refresh is: how many data sources are done with, behind whose place it goes on, and what it found. */
export const refreshState = ({ checkpoint }: Job) =>
  checkpoint === null ? { position: 0, place: null, result: null } : refreshCheckpoint.parse(checkpoint);
