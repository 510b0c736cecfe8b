import { auditedDenial } from "#core/audit/record.ts";
import type { Call } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { Committer } from "#core/ports/store.ts";

/** What it takes to record what was refused. */
export interface DenialDeps {
  readonly store: Pick<Committer, "commit">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** What somebody asked for: the operation, and the first thing that its path names. */
export interface Attempt {
  readonly operation: string;
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** What parameters of paths name. */
const kinds: Readonly<Record<string, string>> = {
  dataSourceId: "data-source",
  connectionId: "connection",
  jobId: "job",
  threadId: "thread",
  userId: "user",
  groupId: "group",
  providerId: "identity-provider",
  policyId: "policy",
  requestId: "access-request",
  name: "tag",
  accountId: "integration",
};

function resourceOf({ params }: Attempt): { readonly type: string; readonly id: string } {
  const [[name = "", id = ""] = []] = Object.entries(params);
  const type = kinds[name];
  return type === undefined || id === ""
    ? { type: "deployment", id: "deployment" }
    : { type, id: id.slice(0, 200) };
}

/** Whether an error is one that is recorded: what somebody may not do, and what is not there for them. */
const isDenial = (error: unknown, { params }: Attempt): error is DomainError =>
  error instanceof DomainError &&
  (error.code === "forbidden" || (error.code === "not-found" && Object.keys(params).length > 0));

/**
 * Records a denied attempt, alike whether what was asked for exists, so that neither the answer nor the time it takes
 * tells. The answer is the same where it cannot be recorded.
 */
export async function recordDenial(
  { store, clock, ids, log }: DenialDeps,
  call: Call,
  attempt: Attempt,
  error: unknown,
): Promise<void> {
  if (!isDenial(error, attempt)) return;
  const entry = {
    action: error.refused ?? attempt.operation,
    resource: resourceOf(attempt),
    details: { code: error.code, operation: attempt.operation },
  };
  try {
    await store.commit([auditedDenial(ids, clock.now(), call, entry)]);
  } catch (failure) {
    log.error("a denied attempt could not be recorded", { error: failure });
  }
}
