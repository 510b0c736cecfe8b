import { idPrefixes } from "#contracts/ids.ts";
import type { Problem } from "#contracts/problems.ts";
import type { JobState, JobType } from "#contracts/resources/job.ts";

/** How long a finished job is kept, in days. */
export const jobRetentionDays = 90;

/** What a job is about, as people see it. */
export interface JobSubject {
  readonly type: "data-source" | "connection" | "integration" | "identity-provider" | "catalog";
  readonly id: string;
  readonly name: string;
}

/** What work on the deployment as a whole is about; it stands in a line of its own of the same name. */
export const catalogSubject = {
  type: "catalog",
  id: "catalog",
  name: "the catalog",
} as const satisfies JobSubject;

/** A worker's hold on a job: nobody else may write for it until it lapses. */
export interface Lease {
  readonly until: string;
}

/** One piece of asynchronous work. The table is the queue: a message only says which job to look at. */
export interface Job {
  readonly id: string;
  readonly type: JobType;
  readonly state: JobState;
  /** Whose line it stands in: a connection's, an integration's or an identity provider's id, or `catalog`. Slots, and so concurrency, are per line. */
  readonly line: string;
  readonly subject: JobSubject;
  readonly input: Readonly<Record<string, unknown>>;
  /** What a worker needs to go on where another stopped; its `result`, where it has one, is the result so far. */
  readonly checkpoint: Readonly<Record<string, unknown>> | null;
  readonly progress: { readonly done: number; readonly total: number };
  /** How often a worker began it since it was last queued by a person. It fences writes: only the latest attempt may write. */
  readonly attempts: number;
  /** Counts every claim ever made and never goes back, also over retries by a person. */
  readonly fence: number;
  /** When it was given a slot and a message was due; null while it waits in line. */
  readonly admittedAt: string | null;
  /** Which of its line's slots it holds, from its admission to its end. */
  readonly slot: number | null;
  readonly lease: Lease | null;
  readonly cancelRequested: boolean;
  readonly error: Problem | null;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** The request that caused it; goes with the message, so that one id finds every log line. */
  readonly correlationId: string;
}

/** Whether a line is an integration's. */
export const isIntegrationLine = (line: string): boolean => line.startsWith(`${idPrefixes.integration}_`);

/** Whether a line is an identity provider's. */
export const isProviderLine = (line: string): boolean => line.startsWith(`${idPrefixes.identityProvider}_`);

/** Whether a job stands in its line. */
export const isWaiting = ({ state, admittedAt }: Pick<Job, "state" | "admittedAt">): boolean =>
  state === "queued" && admittedAt === null;

/** Whether nothing more will happen to a job unless a person asks. */
export const isFinished = (state: JobState): boolean =>
  state === "succeeded" || state === "failed" || state === "cancelled";

/** What a job that ends without its own result has come to nevertheless. */
export function resultSoFar({ checkpoint }: Pick<Job, "checkpoint">): Job["result"] {
  const result = checkpoint?.["result"];
  return typeof result === "object" && result !== null ? { ...result } : null;
}

/** How a job is that waits in its line, whether for the first time or again. */
export const inLine = {
  state: "queued",
  attempts: 0,
  admittedAt: null,
  slot: null,
  lease: null,
  cancelRequested: false,
  error: null,
  result: null,
  finishedAt: null,
} as const satisfies Partial<Job>;
