import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import { $add, UpdateItemCommand } from "dynamodb-toolbox/entity/actions/update";
import { DomainError } from "#core/errors/domain-error.ts";
import type { ReportPart } from "#core/jobs/job-report.ts";
import { isFinished, isWaiting, jobRetentionDays, type Job } from "#core/jobs/job.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { JobQuery, JobStore, Page, ReportQuery } from "#core/ports/store.ts";
import { commitSteps, type Step } from "../commit.ts";
import { jobItem, reportItem, slotItem, waitingItem } from "../items/jobs.ts";
import { whole } from "../items/table.ts";
import { admitStep, clearPlace, leaveLine, restorePlace, takeSlot } from "../job-steps.ts";
import { jobMonths, keys, keyText, shardCount } from "../keys.ts";
import { readJob, readOr } from "../records.ts";
import { getItem, getItems, queryItems, sent, type PartitionQuery, type TableRef } from "../requests.ts";

/** Months that can hold a job: those it is kept for, and the one that has begun. */
const listedMonths = Math.ceil(jobRetentionDays / 28) + 1;

/** As many jobs as are read together. */
const lineItemsAtOnce = 100;

/** Sends an update; null when its condition does not hold. */
async function updated(ref: TableRef, params: UpdateCommandInput): Promise<Job | null> {
  try {
    const { Attributes } = await sent(ref, () => ref.client.send(new UpdateCommand(params)));
    return readOr(readJob, Attributes);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return null;
    throw error;
  }
}

async function jobsOf(ref: TableRef, ids: readonly string[]): Promise<readonly Job[]> {
  const items = await getItems(ref, ids.map(keys.job));
  return ids.flatMap((id) => {
    const job = readOr(readJob, items.get(keyText(keys.job(id))));
    return job === null ? [] : [job];
  });
}

/** The free slots of a line and the jobs that have waited longest, as many as can be told at once. */
async function lineOf(ref: TableRef, line: string, slots: number) {
  const items = await queryItems(ref, { partition: `LINE#${line}`, limit: 2 * slots });
  const [taking, waiting] = [slotItem.build(EntityFormatter), waitingItem.build(EntityFormatter)];
  const taken = items
    .filter(({ sk }) => String(sk).startsWith("SLOT#"))
    .map((item) => taking.format(item).slot);
  const jobIds = items
    .filter(({ sk }) => String(sk).startsWith("WAIT#"))
    .map((item) => waiting.format(item).jobId);
  const all = Array.from({ length: slots }, (_, slot) => slot);
  // A line that lets fewer jobs run than it did may hold slots beyond: they count until they are free.
  const left = Math.max(0, slots - taken.length);
  return { free: all.filter((slot) => !taken.includes(slot)).slice(0, left), jobIds };
}

/** Slots and places of a line each name a job. */
async function lineHolds(ref: TableRef, line: string, types: readonly Job["type"][]): Promise<boolean> {
  for (let after: string | undefined; ;) {
    const items = await queryItems(ref, { partition: `LINE#${line}`, limit: lineItemsAtOnce, after });
    const jobs = await jobsOf(
      ref,
      items.map(({ jobId }) => String(jobId)),
    );
    if (jobs.some((job) => types.includes(job.type) && !isFinished(job.state))) return true;
    if (items.length < lineItemsAtOnce) return false;
    after = String(items.at(-1)?.["sk"]);
  }
}

const takenMeanwhile = new DomainError("job-state", "the slot or the job was taken meanwhile");

/** Takes steps in a line; false when somebody else was quicker. */
async function together(ref: TableRef, steps: readonly Step[]): Promise<boolean> {
  try {
    await commitSteps(
      ref,
      steps.map((step) => ({ ...step, otherwise: takenMeanwhile })),
    );
    return true;
  } catch (error) {
    if (error === takenMeanwhile) return false;
    throw error;
  }
}

/** Admits as many as there are free slots; what others took meanwhile is theirs to announce. */
async function admit(ref: TableRef, line: string, slots: number, at: Date): Promise<readonly Job[]> {
  const { free, jobIds } = await lineOf(ref, line, slots);
  if (free.length === 0 || jobIds.length === 0) return [];
  const jobs = await jobsOf(ref, jobIds);
  const admittedAt = at.toISOString();
  const waiting = jobs.filter(isWaiting);
  const ids = new Set(waiting.map(({ id }) => id));
  for (const id of jobIds) if (!ids.has(id)) await together(ref, clearPlace(line, id));
  const admitted: Job[] = [];
  for (const [index, slot] of free.entries()) {
    const job = waiting[index];
    if (job === undefined) break;
    const steps = [takeSlot(job, slot), leaveLine(job), admitStep(job, slot, admittedAt)];
    if (await together(ref, steps)) admitted.push({ ...job, slot, admittedAt });
  }
  return admitted;
}

const takesIn = <T>(filter: readonly T[] | undefined, value: T): boolean =>
  filter === undefined || filter.includes(value);

/** The next ids of jobs in one partition, newest first. */
async function jobPlaces(
  ref: TableRef,
  { partition, prefix }: { readonly partition: string; readonly prefix: "" | "JOB#" },
  { before, limit }: Pick<JobQuery, "before" | "limit">,
): Promise<readonly string[]> {
  const places = await queryItems(ref, {
    partition,
    reverse: true,
    limit,
    // Every id lies between `!` and `~`.
    range: { between: [`${prefix}!`, `${prefix}~`] },
    after: before === null ? undefined : `${prefix}${before}`,
  });
  return places.map(({ sk }) => String(sk).slice(prefix.length));
}

/** Month after month, until there are enough. */
async function idsOfMonths(ref: TableRef, clock: Clock, { before, limit }: JobQuery) {
  const ids: string[] = [];
  for (const partition of jobMonths(clock.now(), listedMonths)) {
    const wanted = { before, limit: limit - ids.length };
    ids.push(...(await jobPlaces(ref, { partition, prefix: "" }, wanted)));
    if (ids.length >= limit) break;
  }
  return ids;
}

/** The newest of all that stand behind the place, each once: of every data source as many are read as are wanted. */
async function idsOfDataSources(ref: TableRef, dataSourceIds: readonly string[], query: JobQuery) {
  const lists = await Promise.all(
    [...new Set(dataSourceIds)].map((id) => jobPlaces(ref, { partition: `DS#${id}`, prefix: "JOB#" }, query)),
  );
  return [...new Set(lists.flat())].toSorted().toReversed().slice(0, query.limit);
}

async function listJobs(ref: TableRef, clock: Clock, query: JobQuery): Promise<Page<Job>> {
  const { dataSourceIds } = query;
  const ids =
    dataSourceIds === undefined
      ? await idsOfMonths(ref, clock, query)
      : await idsOfDataSources(ref, dataSourceIds, query);
  const jobs = await jobsOf(ref, ids);
  return {
    items: jobs.filter(({ type, state }) => takesIn(query.types, type) && takesIn(query.states, state)),
    next: ids.length < query.limit ? null : (ids.at(-1) ?? null),
  };
}

async function jobReport(
  ref: TableRef,
  jobId: string,
  { kind, from, limit }: ReportQuery,
): Promise<readonly ReportPart[]> {
  const { pk } = keys.job(jobId);
  const prefix = kind === undefined ? "REPORT#" : `REPORT#${kind}#`;
  const first = from === null ? prefix : keys.report(jobId, from.kind, from.number).sk;
  // Numbers and names of kinds sort before `~`.
  const range = { between: [first, `${prefix}~`] } satisfies PartitionQuery["range"];
  const formatter = reportItem.build(EntityFormatter);
  return (await queryItems(ref, { partition: pk, range, limit })).map((item) => {
    const { ttl: _, entries, ...part } = formatter.format(item);
    return { ...part, entries: JSON.parse(entries) as ReportPart["entries"] };
  });
}

/** Jobs of the shards that follow a cursor, `<shard>/<last job id>`. */
async function activeJobs(ref: TableRef, cursor: string | null): Promise<Page<Job>> {
  const [shard = "0", after] = (cursor ?? "0").split("/");
  const places = await queryItems(ref, {
    index: "gsi1",
    partition: `ACTIVE#${shard}`,
    limit: 100,
    ...(after === undefined ? {} : { range: { gt: after } }),
  });
  const ids = places.map((place) => String(place["gsi1sk"]));
  const last = ids.length === 100 ? ids.at(-1) : undefined;
  const nextShard = Number(shard) + 1 < shardCount ? String(Number(shard) + 1) : null;
  return {
    // The index lags behind: what the table says of a job decides.
    items: (await jobsOf(ref, ids)).filter(({ finishedAt }) => finishedAt === null),
    next: last === undefined ? nextShard : `${shard}/${last}`,
  };
}

async function yieldLease(ref: TableRef, job: Job): Promise<void> {
  const { ToolboxItem: _, ...params } = jobItem
    .build(UpdateItemCommand)
    .item({ id: job.id, lease: null, error: whole(job.error), progress: whole(job.progress) })
    .options({ tableName: ref.tableName, condition: heldBy(job) })
    .params();
  await updated(ref, params);
}

/** Jobs, and the table as their queue. */
export const jobStore = (ref: TableRef, clock: Clock): JobStore => {
  const { tableName } = ref;
  return {
    job: async (jobId) => readOr(readJob, await getItem(ref, keys.job(jobId))),
    listJobs: (query) => listJobs(ref, clock, query),
    jobReport: (jobId, query) => jobReport(ref, jobId, query),
    lineHolds: (line, types) => lineHolds(ref, line, types),
    standInLine: (line, jobId) => together(ref, restorePlace(line, jobId)),
    admit: (line, slots, at) => admit(ref, line, slots, at),
    activeJobs: (cursor) => activeJobs(ref, cursor),
    async claim(jobId, at, leaseUntil) {
      const now = at.toISOString();
      const job = readOr(readJob, await getItem(ref, keys.job(jobId)));
      if (job === null || job.admittedAt === null) return null;
      const { ToolboxItem: _, ...params } = jobItem
        .build(UpdateItemCommand)
        .item({
          id: jobId,
          state: "running",
          attempts: $add(1),
          fence: $add(1),
          lease: whole({ until: leaseUntil.toISOString() }),
          startedAt: job.startedAt ?? now,
        })
        .options({ tableName, returnValues: "ALL_NEW", condition: claimable(job, now) })
        .params();
      return await updated(ref, params);
    },
    async heartbeat(job, leaseUntil) {
      const { ToolboxItem: _, ...params } = jobItem
        .build(UpdateItemCommand)
        .item({
          id: job.id,
          lease: whole({ until: leaseUntil.toISOString() }),
          progress: whole(job.progress),
        })
        .options({ tableName, returnValues: "ALL_NEW", condition: heldBy(job) })
        .params();
      const held = await updated(ref, params);
      if (held === null) return "lost";
      return held.cancelRequested ? "cancel-requested" : "held";
    },
    yieldLease: (job) => yieldLease(ref, job),
  };
};

/** Held by the attempt that has this fence. */
const heldBy = ({ fence }: Job) => ({
  and: [
    { attr: "state" as const, eq: "running" as const },
    { attr: "fence" as const, eq: fence },
  ],
});

/** Admitted, and in nobody's hands: queued, given back, or its lease lapsed. */
const claimable = ({ fence, admittedAt }: Job, now: string) => ({
  and: [
    { attr: "fence" as const, eq: fence },
    { attr: "admittedAt" as const, eq: admittedAt },
    {
      or: [
        { attr: "state" as const, eq: "queued" as const },
        {
          and: [
            { attr: "state" as const, eq: "running" as const },
            {
              or: [
                { attr: "lease" as const, eq: null },
                { attr: "lease.until" as const, lte: now },
              ],
            },
          ],
        },
      ],
    },
  ],
});
