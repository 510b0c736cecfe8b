import * as z from "zod";
import { technology } from "#contracts/resources/remote.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import type { Call } from "#core/call/call.ts";
import type { Connection, ConnectionMember } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Guard, Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { DataSourceStore } from "#core/ports/store.ts";

/** The guard of a connection's name. */
export const connectionNameGuard = (name: string): Guard => ({ guard: "connection-name", name });

/** The error of a taken name. */
export const connectionNameTaken = (name: string): DomainError =>
  new DomainError("connection-name-taken", `A connection is named ${JSON.stringify(name)} already.`, {
    errors: [{ in: "body", pointer: "/name", detail: "is taken, upper and lower case being the same" }],
  });

/** Looks before the remote database is asked; the guard in the commit decides. */
export async function demandFreeName(
  store: Pick<DataSourceStore, "guardOwner">,
  name: string,
): Promise<void> {
  if ((await store.guardOwner(connectionNameGuard(name))) !== null) throw connectionNameTaken(name);
}

/** A connection that is to be, with its credentials written already: all that a job needs to know, and no secret. */
export const connectionDraft = z.object({
  id: z.string(),
  name: z.string(),
  technology,
  config: z.record(z.string(), z.unknown()),
  secretRef: z.string(),
  statementTimeoutSeconds: z.number().nullable(),
  concurrentJobs: z.number().nullable(),
});
export type ConnectionDraft = z.infer<typeof connectionDraft>;

/** The connection that a draft becomes. */
export const connectionOf = (draft: ConnectionDraft, createdBy: string, at: Date): Connection => ({
  ...draft,
  closing: false,
  groupMembers: [],
  createdBy,
  createdAt: at.toISOString(),
  updatedAt: at.toISOString(),
  version: 1,
});

/**
 * The writes that bring a connection into being, with whoever creates it as its owner and registrar: the same for a
 * request and for a job. Where the user changed meanwhile, they fail as `otherwise` says.
 */
export function connectionWrites(
  ids: Ids,
  at: Date,
  maker: Pick<Call, "user" | "requestId">,
  connection: Connection,
  otherwise?: DomainError,
): readonly Write[] {
  const members = (["owner", "registrar"] as const).map((role): ConnectionMember => ({
    id: ids.next("member"),
    connectionId: connection.id,
    principal: { type: "user", id: maker.user.id },
    role,
    schemas: null,
    addedBy: maker.user.id,
    addedAt: at.toISOString(),
  }));
  const { name, technology: engine, config, statementTimeoutSeconds, concurrentJobs } = connection;
  const after = { name, technology: engine, config, statementTimeoutSeconds, concurrentJobs };
  return [
    {
      write: "claim",
      guard: connectionNameGuard(name),
      owner: connection.id,
      otherwise: connectionNameTaken(name),
    },
    { write: "create", kind: "connection", record: connection },
    ...members.map((record): Write => ({ write: "create", kind: "connection-member", record })),
    userAtCommit(maker.user, otherwise),
    audited(ids, at, maker, {
      action: "connection:create",
      resource: { type: "connection", id: connection.id },
      details: { after },
    }),
  ];
}
