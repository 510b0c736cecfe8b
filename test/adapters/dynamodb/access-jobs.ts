import { auditedSystem } from "#core/audit/record.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import { refreshJob } from "#core/health/refresh-job.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import { healthDocument } from "#core/sources/catalog-documents.ts";
import { aMeasurement } from "#test/support/catalog-records.ts";
import {
  aCreatedDataSource,
  aHeldJob,
  anAdmittedJob,
  aTypicalJob,
  conflict,
  deed,
  replyOf,
  type Prepared,
  type Trial,
} from "./access-fixtures.ts";

/** The end of a job, with what its line and its slot need. */
const ending = (before: Job, given: Partial<Job>, at: Date): Write => ({
  write: "transition",
  before,
  after: { ...before, state: "succeeded", slot: null, lease: null, finishedAt: at.toISOString(), ...given },
  otherwise: conflict,
});

/** A health with figures of every column. */
function measuredHealth({ clock, columns }: Prepared, health: DataSourceHealth): DataSourceHealth {
  const at = clock.now().toISOString();
  return {
    ...health,
    version: health.version + 1,
    rowCount: { value: 1_234_567, exact: true, at },
    fingerprintAt: at,
    fingerprint: columns.map(({ name }) => ({ column: name, distinct: 123_456, nulls: 789, exact: false })),
  };
}

/** A data source's history gets longer. */
const aMeasured = ({ id, clock }: Prepared, dataSourceId: string): Write => ({
  write: "create",
  kind: "measurement",
  record: aMeasurement({ id: id("measurement"), dataSourceId, at: clock.now().toISOString() }),
});

/** Every change of a job, by the function cell of its row. */
export const jobChanges: Readonly<Record<string, Trial>> = {
  "`commit` of a job that was asked for": async (given) => {
    const job = aTypicalJob(given);
    const details = { checks: ["row-count"], jobId: job.id };
    const writes: Write[] = [
      { write: "enqueue", job },
      deed(given, "data-source:check", "data-source", job.subject.id, details),
    ];
    return (store) => store.commit(writes, replyOf(given, job));
  },
  "`commit` of a health that is being measured": async (given) => {
    const { health } = await aCreatedDataSource(given);
    const job = await aHeldJob(given);
    const record = { ...health, version: health.version + 1 };
    const writes: Write[] = [
      { write: "fence", job, otherwise: conflict },
      { write: "replace", kind: "data-source-health", record, expected: health.version, otherwise: conflict },
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of one result of a refresh": async (given) => {
    const { health } = await aCreatedDataSource(given);
    const job = await aHeldJob(given);
    const record = measuredHealth(given, health);
    const changes = [{ dataSourceId: health.dataSourceId, health: healthDocument(record) }];
    const delta = { id: given.id("delta"), at: given.clock.now().toISOString(), changes };
    const checkpoint = { position: 1, result: { total: 100, measured: 1 } };
    const writes: Write[] = [
      { write: "checkpoint", job: { ...job, checkpoint }, otherwise: conflict },
      { write: "replace", kind: "data-source-health", record, expected: health.version, otherwise: conflict },
      { write: "delta", delta },
      aMeasured(given, health.dataSourceId),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a health whose result will not come": async (given) => {
    const { health } = await aCreatedDataSource(given);
    const job = await aHeldJob(given);
    const record = { ...health, version: health.version + 1 };
    const writes: Write[] = [
      { write: "require-job", job, otherwise: conflict },
      { write: "replace", kind: "data-source-health", record, expected: health.version, otherwise: conflict },
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a job's end with a new health": async (given) => {
    const { health } = await aCreatedDataSource(given);
    const job = await aHeldJob(given);
    const at = given.clock.now();
    const record = measuredHealth(given, health);
    const changes = [{ dataSourceId: health.dataSourceId, health: healthDocument(record) }];
    const writes: Write[] = [
      ending(job, { result: { checks: { "row-count": "passed" } } }, at),
      { write: "replace", kind: "data-source-health", record, expected: health.version, otherwise: conflict },
      { write: "delta", delta: { id: given.id("delta"), at: at.toISOString(), changes } },
      aMeasured(given, health.dataSourceId),
      auditedSystem(given.ids, at, job.correlationId, {
        action: "job:succeeded",
        resource: { type: "job", id: job.id },
        details: { type: job.type, subject: job.subject, attempts: job.attempts },
      }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a night's refresh": (given) => {
    const { ids, call, clock } = given;
    const asked = { by: call.user.id, at: clock.now(), correlationId: call.requestId };
    const job = refreshJob(ids, { id: given.id("connection"), name: "warehouse" }, [], ["row-count"], asked);
    return Promise.resolve((store) => store.commit([{ write: "enqueue", job, otherwise: conflict }]));
  },
  "`commit` of a waiting job's cancellation": async (given) => {
    const job = aTypicalJob(given);
    await given.store.commit([{ write: "enqueue", job }]);
    const writes = [
      ending(job, { state: "cancelled" }, given.clock.now()),
      deed(given, "job:cancelled", "job", job.id, { from: "queued", to: "cancelled" }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a job that is queued again": async (given) => {
    const job = aTypicalJob(given);
    await given.store.commit([{ write: "enqueue", job }]);
    await given.store.commit([ending(job, { state: "cancelled" }, given.clock.now())]);
    const before = await given.store.job(job.id);
    if (before === null) throw new Error("the job is gone");
    const after: Job = { ...before, state: "queued", finishedAt: null };
    const writes: Write[] = [
      { write: "transition", before, after, otherwise: conflict },
      deed(given, "job:retried", "job", job.id, { from: "cancelled", to: "queued" }),
    ];
    return (store) => store.commit(writes);
  },
  "`admit` of 1 job": async (given) => {
    const job = aTypicalJob(given);
    await given.store.commit([{ write: "enqueue", job }]);
    return (store) => store.admit(job.line, 4, given.clock.now());
  },
  "`admit`, nobody waits": async (given) => {
    const { line } = await anAdmittedJob(given);
    return (store) => store.admit(line, 4, given.clock.now());
  },
  "`admit`, 1 place without a job": async (given) => {
    const [gone, job] = [aTypicalJob(given), aTypicalJob(given)];
    const line = gone.line;
    // Left by an older version of ours: the job has ended, and its place is still there.
    await given.store.commit([{ write: "enqueue", job: { ...gone, state: "failed" } }]);
    await given.store.commit([{ write: "enqueue", job: { ...job, line } }]);
    return (store) => store.admit(line, 4, given.clock.now());
  },
  "`lineHolds`, 1 job": async (given) => {
    const { line } = await anAdmittedJob(given);
    return (store) => store.lineHolds(line, ["domain-removal"]);
  },
  "`standInLine`": async (given) => {
    const job = aTypicalJob(given);
    await given.store.commit([{ write: "enqueue", job }]);
    return (store) => store.standInLine(job.line, job.id);
  },
  "`claim`": async (given) => {
    const { id } = await anAdmittedJob(given);
    const at = given.clock.now();
    return (store) => store.claim(id, at, at);
  },
  "`heartbeat`": async (given) => {
    const job = await aHeldJob(given);
    return (store) => store.heartbeat({ ...job, progress: { done: 1, total: 3 } }, given.clock.now());
  },
  "`yieldLease`": async (given) => {
    const job = await aHeldJob(given);
    return (store) => store.yieldLease(job);
  },
};
