import type * as z from "zod";
import type { connection, connectionMember } from "#contracts/resources/connection.ts";
import type { Connection, ConnectionMember } from "#core/connections/connection.ts";

/** A connection as callers see it: nothing that leads to its credentials. */
export const showConnection = (record: Connection): z.output<typeof connection> => ({
  id: record.id,
  name: record.name,
  technology: record.technology,
  config: { ...record.config },
  statementTimeoutSeconds: record.statementTimeoutSeconds,
  concurrentJobs: record.concurrentJobs,
  createdAt: record.createdAt,
  createdBy: record.createdBy,
  updatedAt: record.updatedAt,
  version: record.version,
});

/** A member as callers see it. */
export const showConnectionMember = (record: ConnectionMember): z.output<typeof connectionMember> => ({
  id: record.id,
  principal: { ...record.principal },
  role: record.role,
  schemas: record.schemas === null ? null : [...record.schemas],
  addedBy: record.addedBy,
  addedAt: record.addedAt,
});
