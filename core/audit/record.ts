import type { Call } from "#core/call/call.ts";
import { masked } from "#core/audit/masked.ts";
import type { Asked } from "#core/jobs/new-job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";

/** The actor of what nobody asked for by hand. */
export const systemActor = "system";

/** What an audit record needs beside who and when. */
export interface AuditEntry {
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly details?: Readonly<Record<string, unknown>>;
}

type AuditWrite = Extract<Write, { readonly write: "audit" }>;

/** The write that records what a caller did, in the transaction that does it. */
export const audited = (
  ids: Ids,
  at: Date,
  call: Pick<Call, "user" | "requestId"> & Partial<Pick<Call, "address">>,
  entry: AuditEntry,
): AuditWrite => auditWrite(ids, at, call.user.id, call.requestId, entry, call.address);

/** The same, for whoever asked for it: a person in a request, or Reeve itself in a job. */
export const auditedFor = (ids: Ids, { by, at, correlationId }: Asked, entry: AuditEntry): AuditWrite =>
  auditWrite(ids, at, by, correlationId, entry);

/** The write that records what Reeve did by itself. */
export const auditedSystem = (ids: Ids, at: Date, correlationId: string, entry: AuditEntry): AuditWrite =>
  auditWrite(ids, at, systemActor, correlationId, entry);

/** The write that records what was refused: by itself, because nothing else was written. */
export const auditedDenial = (
  ids: Ids,
  at: Date,
  call: Pick<Call, "requestId" | "address"> & { readonly user: Pick<Call["user"], "id"> },
  entry: AuditEntry,
): AuditWrite => {
  const { write, record } = auditWrite(ids, at, call.user.id, call.requestId, entry, call.address);
  return { write, record: { ...record, outcome: "denied" } };
};

function auditWrite(
  ids: Ids,
  at: Date,
  actor: string,
  requestId: string,
  entry: AuditEntry,
  address: string | null = null,
): AuditWrite {
  return {
    write: "audit",
    record: {
      id: ids.next("audit"),
      at: at.toISOString(),
      actor,
      action: entry.action,
      resource: entry.resource,
      outcome: "success",
      requestId,
      address,
      details: masked(entry.details ?? {}),
    },
  };
}
