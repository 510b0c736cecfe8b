import type { Routes } from "#contracts/http/routes.ts";
import { technologyContracts } from "#contracts/technologies/technology.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import type { Connection } from "#core/connections/connection.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import { newJob } from "#core/jobs/new-job.ts";
import { showJob } from "#core/jobs/show-job.ts";
import type { BulkInput } from "#core/sources/bulk/bulk-input.ts";
import { refusalOf } from "#core/sources/bulk/selection.ts";
import { givenTemplate } from "#core/sources/given-template.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { resolveTags } from "#core/tags/resolve-tags.ts";

type Body = Parameters<UseCase<Routes["registerDataSources"]>>[0]["body"];

/** Queues a job that exposes every remote table that it is told to take; what it may not take it leaves out, and says so. */
export const registerDataSources =
  (deps: SourceDeps): UseCase<Routes["registerDataSources"]> =>
  async ({ body }, call) => {
    const { store, ids, clock } = deps;
    const connection = await registrableConnection(deps, call, body);
    const nameTemplate = givenTemplate(body.nameTemplate);
    const tags = resolveTags(await store.tagTree(), body.tags ?? [], "/tags", clock.now());
    const input: BulkInput = {
      connectionId: connection.id,
      schemas: [...new Set(body.schemas)],
      include: body.include ?? [],
      exclude: body.exclude ?? [],
      nameTemplate,
      tagIds: tags.map(({ id }) => id),
    };
    const at = clock.now();
    const job = newJob(
      ids,
      { by: call.user.id, at, correlationId: call.requestId },
      {
        type: "bulk-registration",
        line: connection.id,
        subject: { type: "connection", id: connection.id, name: connection.name },
        input,
        total: 0,
      },
    );
    const result = showJob(job);
    await store.commit(
      [
        userAtCommit(call.user),
        { write: "require-connection", connectionId: connection.id, otherwise: new DomainError("not-found") },
        { write: "enqueue", job },
        audited(ids, at, call, {
          action: "connection:register-tables",
          resource: { type: "connection", id: connection.id },
          details: { jobId: job.id, ...input },
        }),
      ],
      keptReply(call, 202, result, at),
    );
    await dispatch(deps, job);
    return result;
  };

/** The connection, if there is anything that the caller may register through it. */
async function registrableConnection({ store }: SourceDeps, call: Call, body: Body): Promise<Connection> {
  const { connection, memberships } = await readConnection(
    store,
    call.user,
    body.connectionId,
    "connection:register",
  );
  if (connection.closing) throw new DomainError("not-found");
  const { isReservedSchema } = technologyContracts[connection.technology];
  const refusals = body.schemas.map((glob) => refusalOf(glob, { memberships, isReservedSchema }));
  if (refusals.includes(null)) return connection;
  if (refusals.includes("out-of-scope")) {
    throw new DomainError("forbidden", "Your role on this connection takes in none of the schemas.");
  }
  throw new DomainError("reserved-schema", "None of the schemas is ever exposed.");
}
