import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, Later, type Call, type UseCase } from "#core/call/call.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import { targetOf } from "#core/connections/connection.ts";
import { newSecretRef, withNewCredentials } from "#core/connections/credentials.ts";
import {
  connectionOf,
  connectionWrites,
  demandFreeName,
  type ConnectionDraft,
} from "#core/connections/new-connection.ts";
import { showConnection } from "#core/connections/show-connection.ts";
import { dispatch, type DispatchDeps } from "#core/jobs/dispatch.ts";
import { newJob } from "#core/jobs/new-job.ts";
import { showJob } from "#core/jobs/show-job.ts";
import { askRemote, needsLonger } from "#core/remote/remote-problem.ts";

/** What the creation of a connection needs from outside. */
export type ConnectionCreationDeps = ConnectionDeps & DispatchDeps;

/**
 * Tests a connection and stores it; whoever creates it becomes its owner and registrar. Where the remote database
 * needs longer than a request may wait, a job does the same, with the credentials that are written here.
 */
export const createConnection =
  (deps: ConnectionCreationDeps): UseCase<Routes["createConnection"]> =>
  async ({ body }, call) => {
    authorize(call.user, "connection:create", deployment);
    const { store, ids, clock, secrets, remote } = deps;
    await demandFreeName(store, body.name);
    const id = ids.next("connection");
    const draft: ConnectionDraft = {
      id,
      name: body.name,
      technology: body.technology,
      config: body.config,
      secretRef: newSecretRef(ids, id),
      statementTimeoutSeconds: body.statementTimeoutSeconds ?? null,
      concurrentJobs: body.concurrentJobs ?? null,
    };
    return await withNewCredentials(secrets, draft.secretRef, body.credentials, async () => {
      const at = clock.now();
      const connection = connectionOf(draft, call.user.id, at);
      try {
        await askRemote(() => remote.server(targetOf(connection)));
      } catch (error) {
        if (!needsLonger(error)) throw error;
        return await createLater(deps, call, draft);
      }
      const result = showConnection(connection);
      const kept = keptReply(call, 201, result, at);
      await store.commit(connectionWrites(ids, at, call, connection), kept);
      return result;
    });
  };

/**
 * Queues a job that makes the connection once the remote database has answered. It stands in the line that will be the
 * connection's own, so that a database that sleeps holds up nobody else.
 */
async function createLater(
  deps: ConnectionCreationDeps,
  call: Call,
  draft: ConnectionDraft,
): Promise<Later<ReturnType<typeof showJob>>> {
  const { store, ids, clock } = deps;
  const { id, name, technology, config } = draft;
  const at = clock.now();
  const subject = { type: "connection", id, name } as const;
  const asked = { by: call.user.id, at, correlationId: call.requestId };
  const job = newJob(ids, asked, { type: "connection-creation", line: id, subject, input: draft, total: 1 });
  const result = showJob(job);
  await store.commit(
    [
      userAtCommit(call.user),
      { write: "enqueue", job },
      audited(ids, at, call, {
        action: "connection:request",
        resource: { type: "connection", id },
        details: { jobId: job.id, name, technology, config },
      }),
    ],
    keptReply(call, 202, result, at),
  );
  await dispatch(deps, job);
  return new Later(result);
}
