import { ConditionCheck } from "dynamodb-toolbox/entity/actions/transactCheck";
import { DeleteTransaction } from "dynamodb-toolbox/entity/actions/transactDelete";
import { PutTransaction } from "dynamodb-toolbox/entity/actions/transactPut";
import { UpdateTransaction } from "dynamodb-toolbox/entity/actions/transactUpdate";
import { $remove } from "dynamodb-toolbox/entity/actions/update/symbols";
import { isFinished, isWaiting, jobRetentionDays, type Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Step } from "./commit.ts";
import {
  jobInMonthItem,
  jobItem,
  jobOfDataSourceItem,
  reportItem,
  slotItem,
  waitingItem,
} from "./items/jobs.ts";
import { whole } from "./items/table.ts";
import { activeJobsKey } from "./keys.ts";

const secondsPerDay = 86_400;
const expiresAfter = (time: string, days = jobRetentionDays): number =>
  Math.floor(Date.parse(time) / 1000) + days * secondsPerDay;

/** How long a job's places in lists stay, in days: where it comes to its end within a month its record goes first. */
const placeDays = jobRetentionDays + 30;

/** No name of a table yet: the commit gives it to every item. */
const tableName = "";

/** The condition that an item is not there: every item has a schema version. */
const absent = { attr: "v", exists: false } as const;

function standInLine({ line, id }: Pick<Job, "line" | "id">): Step {
  const { Put } = waitingItem.build(PutTransaction).item({ line, jobId: id }).options({ tableName }).params();
  return { item: { Put } };
}

/** Takes a job out of its line. */
export function leaveLine({ line, id }: Pick<Job, "line" | "id">): Step {
  const { Delete } = waitingItem
    .build(DeleteTransaction)
    .key({ line, jobId: id })
    .options({ tableName })
    .params();
  return { item: { Delete } };
}

/**
 * Takes a place out of a line whose job does not wait there, if it still does not: it must block nobody, and a
 * job that a person queued again meanwhile keeps its place.
 */
export function clearPlace(line: string, id: string): readonly Step[] {
  const { ConditionCheck: check } = jobItem
    .build(ConditionCheck)
    .key({ id })
    .condition({ or: [absent, { attr: "state", ne: "queued" }, { attr: "admittedAt", ne: null }] })
    .options({ tableName })
    .params();
  return [{ item: { ConditionCheck: check } }, leaveLine({ line, id })];
}

/** Gives a job its place in its line, if it waits. */
export function restorePlace(line: string, id: string): readonly Step[] {
  const { ConditionCheck: check } = jobItem
    .build(ConditionCheck)
    .key({ id })
    .condition({
      and: [
        { attr: "state", eq: "queued" },
        { attr: "admittedAt", eq: null },
        { attr: "line", eq: line },
      ],
    })
    .options({ tableName })
    .params();
  return [{ item: { ConditionCheck: check } }, standInLine({ line, id })];
}

/** Takes a slot that nobody holds. */
export function takeSlot({ line, id }: Job, slot: number): Step {
  const { Put } = slotItem
    .build(PutTransaction)
    .item({ line, slot, jobId: id })
    .options({ tableName, condition: absent })
    .params();
  return { item: { Put } };
}

/** Frees the slot that a job holds. */
function freeSlot({ line, id, slot }: Job): readonly Step[] {
  if (slot === null) return [];
  const { Delete } = slotItem
    .build(DeleteTransaction)
    .key({ line, slot })
    .options({ tableName, condition: { or: [absent, { attr: "jobId", eq: id }] } })
    .params();
  return [{ item: { Delete } }];
}

/** Stores a new job: the record, its places in the lists, and its place in its line. */
export function enqueueSteps({
  job,
  otherwise,
}: Extract<Write, { readonly write: "enqueue" }>): readonly Step[] {
  const { Put: record } = jobItem
    .build(PutTransaction)
    .item({ ...job, ...activeJobsKey(job.id) })
    .options({ tableName, condition: absent })
    .params();
  return [
    { item: { Put: record }, otherwise },
    ...placesInLists(job, expiresAfter(job.createdAt, placeDays)),
    standInLine(job),
  ];
}

/** A job's places in the list of its month and in that of its data source. */
function placesInLists({ id: jobId, createdAt, subject }: Job, ttl: number): readonly Step[] {
  const { Put: inMonth } = jobInMonthItem
    .build(PutTransaction)
    .item({ createdAt, jobId, ttl })
    .options({ tableName })
    .params();
  if (subject.type !== "data-source") return [{ item: { Put: inMonth } }];
  const { Put: ofDataSource } = jobOfDataSourceItem
    .build(PutTransaction)
    .item({ dataSourceId: subject.id, jobId, ttl })
    .options({ tableName })
    .params();
  return [{ item: { Put: inMonth } }, { item: { Put: ofDataSource } }];
}

/** The fields that a transition may change; identity, line and origin stay. */
const movable = [
  "state",
  "input",
  "checkpoint",
  "progress",
  "attempts",
  "admittedAt",
  "slot",
  "lease",
  "cancelRequested",
  "error",
  "result",
  "startedAt",
  "finishedAt",
] as const satisfies readonly (keyof Job)[];

/** The fields that differ; a heartbeat that came between is not undone by writing the rest. */
const changes = (before: Job, after: Job): Partial<Job> =>
  Object.fromEntries(
    movable.filter((field) => before[field] !== after[field]).map((field) => [field, whole(after[field])]),
  );

/** What a job's end and its return mean for index and expiry. */
function visibility(before: Job, after: Job) {
  if (isFinished(before.state) === isFinished(after.state)) return {};
  if (!isFinished(after.state)) return { ttl: $remove(), ...activeJobsKey(after.id) };
  return { ttl: expiresAfter(after.finishedAt ?? after.createdAt), gsi1pk: $remove(), gsi1sk: $remove() };
}

/** A finished job that is queued again may go on beyond the time for which its places were made. */
function placesAgain(before: Job, after: Job): readonly Step[] {
  if (before.finishedAt === null || isFinished(after.state)) return [];
  return placesInLists(after, expiresAfter(before.finishedAt, jobRetentionDays + placeDays));
}

/** The condition that a job is as it was read: in its state, under its fence, admitted or not. */
const asRead = ({ state, fence, admittedAt }: Job) => ({
  and: [
    { attr: "state" as const, eq: state },
    { attr: "fence" as const, eq: fence },
    { attr: "admittedAt" as const, eq: admittedAt },
  ],
});

/** Gives a job that waits a slot, when both are still as they were read. */
export function admitStep(job: Job, slot: number, admittedAt: string): Step {
  const { Update } = jobItem
    .build(UpdateTransaction)
    .item({ id: job.id, slot, admittedAt })
    .options({ tableName, condition: asRead(job) })
    .params();
  return { item: { Update } };
}

/** Moves a job, with its places in line and slot. */
export function transitionSteps({
  before,
  after,
  otherwise,
}: Extract<Write, { readonly write: "transition" }>): readonly Step[] {
  const { Update } = jobItem
    .build(UpdateTransaction)
    .item({ id: before.id, ...changes(before, after), ...visibility(before, after) })
    .options({ tableName, condition: asRead(before) })
    .params();
  const line =
    isWaiting(before) === isWaiting(after) ? [] : [isWaiting(after) ? standInLine(after) : leaveLine(before)];
  const slot = before.slot !== null && after.slot === null ? freeSlot(before) : [];
  return [{ item: { Update }, otherwise }, ...line, ...slot, ...placesAgain(before, after)];
}

/** Stores how far a running job is, under its fence, unless somebody has asked it to stop. */
export function checkpointStep({ job, otherwise }: Extract<Write, { readonly write: "checkpoint" }>): Step {
  const { Update } = jobItem
    .build(UpdateTransaction)
    .item({ id: job.id, checkpoint: whole(job.checkpoint), progress: whole(job.progress) })
    .options({
      tableName,
      condition: {
        and: [
          { attr: "state", eq: "running" },
          { attr: "fence", eq: job.fence },
          { attr: "cancelRequested", eq: false },
        ],
      },
    })
    .params();
  return { item: { Update }, otherwise };
}

/** A month more than a finished job is kept: parts are older than its end, and are read through the job alone. */
const reportRetentionDays = jobRetentionDays + 30;

/** Stores a part of a job's report. */
export function reportStep({ part }: Extract<Write, { readonly write: "report" }>): Step {
  const ttl = Math.floor(Date.parse(part.writtenAt) / 1000) + reportRetentionDays * secondsPerDay;
  const { Put } = reportItem
    .build(PutTransaction)
    .item({ ...part, entries: JSON.stringify(part.entries), ttl })
    .options({ tableName, condition: absent })
    .params();
  return { item: { Put } };
}

/** Demands that a job is as it was read; nothing of it is written. */
export function jobAsReadStep({ job, otherwise }: Extract<Write, { readonly write: "require-job" }>): Step {
  const { ConditionCheck: check } = jobItem
    .build(ConditionCheck)
    .key({ id: job.id })
    .condition(asRead(job))
    .options({ tableName })
    .params();
  return { item: { ConditionCheck: check }, otherwise };
}
