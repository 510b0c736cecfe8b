import { rightsAtCommit, versionForRole } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, Later, type Call } from "#core/call/call.ts";
import type { Connection } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import { newJob } from "#core/jobs/new-job.ts";
import { showJob } from "#core/jobs/show-job.ts";
import type { Creation } from "#core/sources/creation/creation-input.ts";
import type { CreationBasis } from "#core/sources/creation/creation.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { tagsStand } from "#core/tags/resolve-tags.ts";

/** Queues a job that makes the data source once the remote database has answered. */
export async function createLater(
  deps: SourceDeps,
  call: Call,
  connection: Connection,
  input: Creation,
  { registrar, tree, tags }: CreationBasis,
): Promise<Later<ReturnType<typeof showJob>>> {
  const { store, ids, clock } = deps;
  const { id, name } = connection;
  const at = clock.now();
  const subject = { type: "connection", id, name } as const;
  const asked = { by: call.user.id, at, correlationId: call.requestId };
  const job = newJob(ids, asked, { type: "data-source-creation", line: id, subject, input, total: 1 });
  const result = showJob(job);
  const { schema, table } = input;
  await store.commit(
    [
      ...rightsAtCommit(call.user, registrar),
      ...tagsStand(tree, tags, new DomainError("contention", "A tag was deleted meanwhile.")),
      {
        write: "require-connection",
        connectionId: id,
        version: versionForRole(connection, [registrar]),
        otherwise: new DomainError("not-found"),
      },
      { write: "enqueue", job },
      audited(ids, at, call, {
        action: "connection:request-data-source",
        resource: { type: "connection", id },
        details: { jobId: job.id, schema, table, name: input.name },
      }),
    ],
    keptReply(call, 202, result, at),
  );
  await dispatch(deps, job);
  return new Later(result);
}
