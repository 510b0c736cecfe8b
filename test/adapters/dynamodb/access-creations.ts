import { rightsAtCommit, userAtCommit } from "#core/access/rights-at-commit.ts";
import { auditedSystem } from "#core/audit/record.ts";
import {
  connectionDraft,
  connectionOf,
  connectionWrites,
  type ConnectionDraft,
} from "#core/connections/new-connection.ts";
import type { Job } from "#core/jobs/job.ts";
import { newJob } from "#core/jobs/new-job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Creation } from "#core/sources/creation/creation-input.ts";
import { completeCreation, stageCreation, type CreationBasis } from "#core/sources/creation/creation.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";
import { TagTree } from "#core/tags/tag-tree.ts";
import { conflict, create, deed, replyOf, type Prepared, type Trial } from "./access-fixtures.ts";

/** What a creation rests on, all of it there. */
async function aBasis(given: Prepared) {
  const { call, store } = given;
  const connection = given.connection();
  const registrar = given.role(connection.id, "registrar");
  await store.commit([
    { write: "put", kind: "user", record: call.user },
    create("connection", connection),
    create("connection-member", registrar),
  ]);
  const tree = new TagTree([], { version: 0, deletions: 0 });
  const basis: CreationBasis = {
    user: call.user,
    registrar,
    tree,
    tags: [],
    statisticsPrevented: false,
    subscription: individually,
  };
  return { connection, basis };
}

/** The table that somebody asked to expose. */
const wanted = ({ relation }: Prepared, connectionId: string): Creation => ({
  connectionId,
  schema: relation.schema,
  table: relation.name,
  name: "sales.orders",
  description: "One row for each order that a customer has placed",
  documentation: "",
  tagIds: [],
});

/** The connection that somebody asked for. */
function aDraft(given: Prepared): ConnectionDraft {
  return connectionDraft.parse(given.connection());
}

function aCreationJob(given: Prepared, type: Job["type"], input: Job["input"], connectionId: string): Job {
  const asked = { by: given.call.user.id, at: given.clock.now(), correlationId: given.call.requestId };
  const subject = { type: "connection", id: connectionId, name: "warehouse" } as const;
  return newJob(given.ids, asked, { type, line: connectionId, subject, input, total: 1 });
}

/** A job in a worker's hands. */
async function held(given: Prepared, job: Job): Promise<Job> {
  await given.store.commit([{ write: "enqueue", job }]);
  await given.store.admit(job.line, 1, given.clock.now());
  const claimed = await given.store.claim(job.id, given.clock.now(), given.clock.now());
  if (claimed === null) throw new Error("the job was not claimed");
  return claimed;
}

/** The end of a job that made something. */
function ended({ ids, clock }: Prepared, before: Job, id: string): readonly Write[] {
  const at = clock.now();
  const finishedAt = at.toISOString();
  const after: Job = { ...before, state: "succeeded", slot: null, lease: null, finishedAt, result: { id } };
  return [
    { write: "transition", before, after, otherwise: conflict },
    auditedSystem(ids, at, before.correlationId, {
      action: "job:succeeded",
      resource: { type: "job", id: before.id },
      details: { type: before.type, subject: before.subject, attempts: before.attempts },
    }),
  ];
}

/** What creations that a job goes on with ask of the store, by the function cell of their row. */
export const creationAccess: Readonly<Record<string, Trial>> = {
  "`commit` of a job for a new connection": async (given) => {
    await given.store.commit([{ write: "put", kind: "user", record: given.call.user }]);
    const draft = aDraft(given);
    const job = aCreationJob(given, "connection-creation", draft, draft.id);
    const { name, technology, config } = draft;
    const writes: Write[] = [
      userAtCommit(given.call.user),
      { write: "enqueue", job },
      deed(given, "connection:request", "connection", draft.id, { jobId: job.id, name, technology, config }),
    ];
    return (store) => store.commit(writes, replyOf(given, job));
  },
  "`commit` of a job's end with a new connection": async (given) => {
    const { ids, clock, call } = given;
    await given.store.commit([{ write: "put", kind: "user", record: call.user }]);
    const draft = aDraft(given);
    const job = await held(given, aCreationJob(given, "connection-creation", draft, draft.id));
    const connection = connectionOf(draft, call.user.id, clock.now());
    const writes = [
      ...ended(given, job, draft.id),
      ...connectionWrites(ids, clock.now(), call, connection, conflict),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a job for a new data source": async (given) => {
    const { connection, basis } = await aBasis(given);
    const input = wanted(given, connection.id);
    const job = aCreationJob(given, "data-source-creation", input, connection.id);
    const { schema, table, name } = input;
    const details = { jobId: job.id, schema, table, name };
    const writes: Write[] = [
      ...rightsAtCommit(basis.user, basis.registrar),
      { write: "require-connection", connectionId: connection.id, otherwise: conflict },
      { write: "enqueue", job },
      deed(given, "connection:request-data-source", "connection", connection.id, details),
    ];
    return (store) => store.commit(writes, replyOf(given, job));
  },
  "`commit` of a job's end with a new data source": async (given) => {
    const { connection, basis } = await aBasis(given);
    const input = wanted(given, connection.id);
    const job = await held(given, aCreationJob(given, "data-source-creation", input, connection.id));
    const staged = await stageCreation(given, { connection, relation: given.relation });
    const commit = { at: given.clock.now(), requestId: job.correlationId };
    const { writes } = completeCreation(given, commit, input, basis, staged);
    return (store) => store.commit([...ended(given, job, staged.id), ...writes]);
  },
};
