import type { Technology } from "#contracts/resources/remote.ts";
import type { RemoteTarget } from "#core/ports/remote.ts";

/** How to reach one remote database. Its credentials are in the secret store under `secretRef`. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly technology: Technology;
  readonly config: Readonly<Record<string, unknown>>;
  /** `connections/<id>/<revision>`; a change of credentials writes a new revision before the commit. */
  readonly secretRef: string;
  /** How long the remote engine may work on one statement, where that is less than the deployment allows. */
  readonly statementTimeoutSeconds: number | null;
  /** How many jobs may use it at a time, where these are fewer than the deployment allows. */
  readonly concurrentJobs: number | null;
  /** Set while it is being deleted or led to another database: no data source may be registered meanwhile. */
  readonly closing: boolean;
  /** The roles of groups; those of users are records of their own. */
  readonly groupMembers: readonly ConnectionMember[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

/** What a member may do with a connection: an owner changes it, a registrar lists its tables and creates data sources. */
export const connectionRoles = ["owner", "registrar"] as const;
export type ConnectionRole = (typeof connectionRoles)[number];

/** One role of one principal on a connection. */
export interface ConnectionMember {
  readonly id: string;
  readonly connectionId: string;
  readonly principal: Principal;
  readonly role: ConnectionRole;
  /** Schema globs that a registrar is held to; null means every schema. */
  readonly schemas: readonly string[] | null;
  readonly addedBy: string;
  readonly addedAt: string;
}

/** A user or a group. */
export interface Principal {
  readonly type: "user" | "group";
  readonly id: string;
}

/** The part of a connection that the remote gateway needs. */
export const targetOf = ({
  technology,
  config,
  secretRef,
  statementTimeoutSeconds,
}: Connection): RemoteTarget => ({
  technology,
  config,
  secretRef,
  ...(statementTimeoutSeconds === null ? {} : { statementTimeoutMs: statementTimeoutSeconds * 1000 }),
});

/** Who asks where Reeve itself looks: nobody, whose roles need not be read. */
export const nobody: readonly Principal[] = [];
