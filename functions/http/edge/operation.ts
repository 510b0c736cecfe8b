import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { RouteContract } from "#contracts/http/route.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { authenticate, type AuthenticationDeps } from "#core/people/authenticate.ts";
import { ReplayError, type KeptReply } from "#core/ports/change.ts";
import type { Seals } from "#core/ports/seals.ts";
import type { Committer } from "#core/ports/store.ts";
import { credentialsOf } from "./credentials.ts";
import { idempotencyOf, ifMatchOf, parseRequest } from "./parse-request.ts";
import { keptSuccessReply, successReply } from "./reply.ts";
import { nobodyCalling } from "#core/people/caller.ts";
import { recordDenial, type DenialDeps } from "#core/audit/denied.ts";

/** The use cases of a group of routes: each route has exactly one. */
export type Operations<G extends Readonly<Record<string, RouteContract>>> = {
  readonly [Id in keyof G]: UseCase<G[Id]>;
};

/** What every authenticated request needs. */
export interface EdgeDeps extends AuthenticationDeps, Omit<DenialDeps, "store"> {
  readonly seals: Pick<Seals, "mark">;
  readonly store: AuthenticationDeps["store"] & Pick<Committer, "keptReply" | "commit">;
}

type Reply = APIGatewayProxyStructuredResultV2;
type Run = (event: APIGatewayProxyEventV2) => Promise<Reply>;

/** One operation: authenticate, parse by contract, one use case, reply. What is refused is recorded. */
export function operation<R extends RouteContract>(
  name: string,
  contract: R,
  useCase: UseCase<R>,
  deps: EdgeDeps | null,
): Run {
  return async (event) => {
    const call = await callOf(contract, event, deps);
    try {
      return await answer(contract, useCase, deps, event, call);
    } catch (error) {
      const attempt = { operation: name, params: event.pathParameters ?? {} };
      if (contract.authenticated && deps !== null) await recordDenial(deps, call, attempt, error);
      throw error;
    }
  };
}

/** The use case's answer, or the one that was given before to the same request. */
async function answer<R extends RouteContract>(
  contract: R,
  useCase: UseCase<R>,
  deps: EdgeDeps | null,
  event: APIGatewayProxyEventV2,
  call: Call,
): Promise<Reply> {
  const input = parseRequest(contract, event);
  const { requestId } = call;
  const path = contract.location ?? event.rawPath;
  const kept =
    call.idempotency === null ? null : await deps?.store.keptReply(call.user.id, call.idempotency.key);
  if (kept) return replay(kept, call, path);
  try {
    return successReply(contract, path, requestId, await useCase(input, call));
  } catch (error) {
    const earlier = error instanceof ReplayError ? error.kept : await keptSince(error, call, deps);
    if (earlier === null) throw error;
    return replay(earlier, call, path);
  }
}

/**
 * The reply of the same request, sent twice at once, where the other was quicker: what refuses this one may
 * be what that one did.
 */
async function keptSince(
  error: unknown,
  { user, idempotency }: Call,
  deps: EdgeDeps | null,
): Promise<KeptReply | null> {
  if (idempotency === null || deps === null || !(error instanceof DomainError)) return null;
  if (error.code === "unavailable" || error.code === "idempotency-key-reused") return null;
  return await deps.store.keptReply(user.id, idempotency.key);
}

/** The same request again gets the same reply; another one under the same key is refused. */
function replay(kept: KeptReply, { idempotency, requestId }: Call, path: string): Reply {
  if (kept.requestHash !== idempotency?.requestHash) throw new DomainError("idempotency-key-reused");
  return keptSuccessReply(kept.status, path, requestId, kept.body);
}

async function callOf(
  contract: RouteContract,
  event: APIGatewayProxyEventV2,
  deps: EdgeDeps | null,
): Promise<Call> {
  const { requestId } = event.requestContext;
  const baseUrl = baseUrlOf(event);
  const address = event.requestContext.http.sourceIp;
  if (!contract.authenticated || deps === null) return { ...anonymous, requestId, baseUrl, address };
  const { user, sessionId } = await authenticate(deps, credentialsOf(event), { requestId, address });
  return {
    user,
    sessionId,
    requestId,
    baseUrl,
    address,
    ifMatch: ifMatchOf(contract, event),
    idempotency: await idempotencyOf(contract, event, deps.seals),
  };
}

/**
 * Where the request reached us. API Gateway says by which of its own names, a custom domain among them, and sets
 * `X-Forwarded-Proto` itself; one machine says what the request says, and `http`.
 */
function baseUrlOf({ headers, requestContext }: APIGatewayProxyEventV2): string {
  const scheme = headers["x-forwarded-proto"] === "http" ? "http" : "https";
  return `${scheme}://${requestContext.domainName}`;
}

/** Stands for nobody on the routes that need no authentication: no permission, no role. */
const anonymous: Omit<Call, "requestId" | "baseUrl" | "address"> = {
  user: nobodyCalling,
  sessionId: null,
  ifMatch: null,
  idempotency: null,
};

/** The operations of a group by the gateway's route key, `METHOD /path/{parameter}`. */
export function operationsByRouteKey<G extends Readonly<Record<string, RouteContract>>>(
  group: G,
  operations: Operations<G>,
  deps: EdgeDeps | null,
): ReadonlyMap<string, Run> {
  const byKey = new Map<string, Run>();
  for (const id of Object.keys(group) as (keyof G)[]) {
    const contract = group[id];
    if (contract === undefined) continue;
    byKey.set(`${contract.method} ${contract.path}`, operation(String(id), contract, operations[id], deps));
  }
  return byKey;
}
