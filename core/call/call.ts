import type { LaterResult, RouteContract, RouteInput, RouteResult } from "#contracts/http/route.ts";
import type { Cookie } from "#core/identity/cookies.ts";
import type { Caller } from "#core/people/caller.ts";
import type { KeptReply } from "#core/ports/change.ts";

/** One request: who asks, and under which conditions. */
export interface Call {
  readonly user: Caller;
  /** The session of the console's that they ask by; null where it is none. */
  readonly sessionId: string | null;
  /** Where the caller reached this deployment, such as `https://api.example.com`. */
  readonly baseUrl: string;
  /** In our log, in the audit record, in a problem's `instance`, and with every job it causes. */
  readonly requestId: string;
  /** Where the request came from, as the gateway saw it; null where nothing tells. */
  readonly address: string | null;
  /** The version that the caller last saw, from `If-Match`. */
  readonly ifMatch: number | null;
  /** The caller's `Idempotency-Key` with a hash of the request. */
  readonly idempotency: { readonly key: string; readonly requestHash: string } | null;
}

/** An answer that comes later: what is told of it meanwhile, which only some routes may. */
export class Later<T> {
  readonly meanwhile: T;

  constructor(meanwhile: T) {
    this.meanwhile = meanwhile;
  }
}

/** An answer to a browser: cookies for it to keep and, where it is sent elsewhere, a path here or a URL. */
export class ForBrowser {
  readonly cookies: readonly Cookie[];
  readonly location: string | null;

  constructor(cookies: readonly Cookie[], location: string | null = null) {
    this.cookies = cookies;
    this.location = location;
  }
}

/** What a use case answers: its result or, where the route may, that it comes later. */
export type Answer<R extends RouteContract> =
  | (R["browser"] extends true ? ForBrowser : RouteResult<R>)
  | ([LaterResult<R>] extends [never] ? never : Later<LaterResult<R>>);

/** What an operation does, once its input is valid and its caller known. */
export type UseCase<R extends RouteContract> = (input: RouteInput<R>, call: Call) => Promise<Answer<R>>;

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
