import type { ReeveClient } from "#client/client.ts";
import { cell } from "./derived-columns.ts";
import { printOne, type Printer } from "./print.ts";
import type { Column } from "./table.ts";

export type Job = Awaited<ReturnType<ReeveClient["getJob"]>>;

const progressOf = ({ progress: { done, total } }: Job): string => (total > 0 ? `${done}/${total}` : "");

/** A line of the list. */
export const jobColumns: readonly Column<Job>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "type", value: ({ type }) => type },
  { title: "state", value: ({ state }) => state },
  { title: "progress", value: progressOf, align: "right" },
  { title: "subject", value: ({ subject }) => subject.name },
  { title: "created", value: ({ createdAt }) => createdAt },
];

/** Why a job failed, in one line; empty where it did not. */
export const jobError = ({ error }: Job): string =>
  error === null ? "" : `${error.detail === "" ? error.title : error.detail} (${error.code})`;

/** One job. */
export function printJob(printer: Printer, job: Job): void {
  printOne(printer, job, [
    ["id", job.id],
    ["type", job.type],
    ["subject", `${job.subject.type} ${job.subject.name} (${job.subject.id})`],
    ["state", job.state],
    ["progress", progressOf(job)],
    ["attempts", String(job.attempts)],
    ["error", jobError(job)],
    ["created", `${job.createdAt} by ${job.createdBy}`],
    ["started", job.startedAt ?? ""],
    ["finished", job.finishedAt ?? ""],
    ["result", cell(job.result)],
  ]);
}
