import type { Routes } from "#contracts/http/routes.ts";
import { authorize, deployment } from "#core/access/can.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import { targetOf, type Connection, type ConnectionMember } from "#core/connections/connection.ts";
import { newSecretRef, withNewCredentials } from "#core/connections/credentials.ts";
import { showConnection } from "#core/connections/show-connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Guard, Write } from "#core/ports/change.ts";
import { askRemote } from "#core/remote/remote-problem.ts";

/** The guard of a connection's name. */
export const connectionNameGuard = (name: string): Guard => ({ guard: "connection-name", name });

/** The error of a taken name. */
export const connectionNameTaken = (name: string): DomainError =>
  new DomainError("connection-name-taken", `A connection is named ${JSON.stringify(name)} already.`, {
    errors: [{ in: "body", pointer: "/name", detail: "is taken, upper and lower case being the same" }],
  });

/** Tests a connection and stores it; whoever creates it becomes its owner and registrar. */
export const createConnection =
  (deps: ConnectionDeps): UseCase<Routes["createConnection"]> =>
  async ({ body }, call) => {
    authorize(call.user, "connection:create", deployment);
    const { store, ids, clock, secrets, remote } = deps;
    if ((await store.guardOwner(connectionNameGuard(body.name))) !== null)
      throw connectionNameTaken(body.name);
    const id = ids.next("connection");
    const secretRef = newSecretRef(ids, id);
    return await withNewCredentials(secrets, secretRef, body.credentials, async () => {
      const at = clock.now();
      const connection: Connection = {
        id,
        name: body.name,
        technology: body.technology,
        config: body.config,
        secretRef,
        statementTimeoutSeconds: body.statementTimeoutSeconds ?? null,
        concurrentJobs: body.concurrentJobs ?? null,
        closing: false,
        createdBy: call.user.id,
        createdAt: at.toISOString(),
        updatedAt: at.toISOString(),
        version: 1,
      };
      await askRemote(() => remote.server(targetOf(connection)));
      const result = showConnection(connection);
      await store.commit(writesOf(deps, at, call, connection), keptReply(call, 201, result, at));
      return result;
    });
  };

function writesOf({ ids }: ConnectionDeps, at: Date, call: Call, connection: Connection): readonly Write[] {
  const members = (["owner", "registrar"] as const).map((role): ConnectionMember => ({
    id: ids.next("member"),
    connectionId: connection.id,
    principal: { type: "user", id: call.user.id },
    role,
    schemas: null,
    addedBy: call.user.id,
    addedAt: at.toISOString(),
  }));
  const { name, technology, config, statementTimeoutSeconds, concurrentJobs } = connection;
  return [
    {
      write: "claim",
      guard: connectionNameGuard(name),
      owner: connection.id,
      otherwise: connectionNameTaken(name),
    },
    { write: "create", kind: "connection", record: connection },
    ...members.map((record): Write => ({ write: "create", kind: "connection-member", record })),
    userAtCommit(call.user),
    audited(ids, at, call, {
      action: "connection:create",
      resource: { type: "connection", id: connection.id },
      details: { after: { name, technology, config, statementTimeoutSeconds, concurrentJobs } },
    }),
  ];
}
