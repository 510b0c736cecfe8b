import type { RouteContract, RouteInput, RouteResult } from "#contracts/http/route.ts";
import type { User } from "#core/people/user.ts";
import type { KeptReply } from "#core/ports/change.ts";

/** One request: who asks, and under which conditions. */
export interface Call {
  readonly user: User;
  /** In our log, in the audit record, in a problem's `instance`, and with every job it causes. */
  readonly requestId: string;
  /** The version that the caller last saw, from `If-Match`. */
  readonly ifMatch: number | null;
  /** The caller's `Idempotency-Key` with a hash of the request. */
  readonly idempotency: { readonly key: string; readonly requestHash: string } | null;
}

/** What an operation does, once its input is valid and its caller known. */
export type UseCase<R extends RouteContract> = (input: RouteInput<R>, call: Call) => Promise<RouteResult<R>>;

/** The reply to keep in the transaction of what it answers, where the caller sent a key. */
export function keptReply(call: Call, status: number, result: unknown, at: Date): KeptReply | undefined {
  if (call.idempotency === null) return undefined;
  return {
    userId: call.user.id,
    key: call.idempotency.key,
    requestHash: call.idempotency.requestHash,
    status,
    body: JSON.stringify(result),
    createdAt: at.toISOString(),
  };
}
