import type { Call } from "#core/call/call.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";

/** The actor of what nobody asked for by hand. */
export const systemActor = "system";

/** What an audit record needs beside who and when. */
export interface Deed {
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly details?: Readonly<Record<string, unknown>>;
}

type AuditWrite = Extract<Write, { readonly write: "audit" }>;

/** The write that records a caller's deed in the transaction of the deed itself. */
export const audited = (ids: Ids, at: Date, call: Pick<Call, "user" | "requestId">, deed: Deed): AuditWrite =>
  auditWrite(ids, at, call.user.id, call.requestId, deed);

/** The write that records what Reeve did by itself. */
export const auditedSystem = (ids: Ids, at: Date, correlationId: string, deed: Deed): Write =>
  auditWrite(ids, at, systemActor, correlationId, deed);

function auditWrite(ids: Ids, at: Date, actor: string, requestId: string, deed: Deed): AuditWrite {
  return {
    write: "audit",
    record: {
      id: ids.next("audit"),
      at: at.toISOString(),
      actor,
      action: deed.action,
      resource: deed.resource,
      outcome: "success",
      requestId,
      details: deed.details ?? {},
    },
  };
}
