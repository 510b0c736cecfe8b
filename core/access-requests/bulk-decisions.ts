import type * as z from "zod";
import type { accessDecisions } from "#contracts/resources/access-request.ts";
import type { Routes } from "#contracts/http/routes.ts";
import { approve, demandLater, deny } from "#core/access-requests/decide-request.ts";
import type { AccessRequestDeps } from "#core/access-requests/request-deps.ts";
import type { ShownRequest } from "#core/access-requests/show-request.ts";
import { recordDenial } from "#core/audit/denied.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { problemOf } from "#core/errors/problem-of.ts";

type Decision = z.output<typeof accessDecisions>["items"][number];

/** So many data sources are decided about at once. */
const lanes = 8;

/**
 * Decides on each request by itself: one that fails stops no other. Those about one data source go one after the other,
 * since changes of its members exclude each other. Each id is answered once, in the order in which it was given. What is
 * refused is recorded as it is where somebody asks for one alone.
 */
async function decideEach(
  deps: AccessRequestDeps,
  call: Call,
  operation: "approveAccessRequest" | "denyAccessRequest",
  given: readonly string[],
  decide: (requestId: string) => Promise<ShownRequest>,
): Promise<{ items: Decision[] }> {
  const ids = [...new Set(given)];
  const requests = await deps.store.accessRequests(ids);
  const waiting = [...Map.groupBy(ids, (id) => requests.get(id)?.dataSourceId ?? id).values()];
  const decisions = new Map<string, Decision>();
  const lane = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const id of next) decisions.set(id, await outcomeOf(id));
    }
  };
  const outcomeOf = async (id: string): Promise<Decision> => {
    try {
      return { id, state: (await decide(id)).state };
    } catch (error) {
      if (!(error instanceof DomainError)) {
        deps.log.error("a request could not be decided", { accessRequestId: id, error });
      }
      await recordDenial(deps, call, { operation, params: { requestId: id } }, error);
      return { id, problem: problemOf(error, call.requestId) };
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { items: ids.flatMap((id) => decisions.get(id) ?? []) };
}

/** Approves several requests. */
export const approveAccessRequests =
  (deps: AccessRequestDeps): UseCase<Routes["approveAccessRequests"]> =>
  async ({ body: { ids, expiresAt = null } }, call) => {
    demandLater(expiresAt, deps.clock.now());
    return await decideEach(deps, call, "approveAccessRequest", ids, (id) =>
      approve(deps, call, id, expiresAt),
    );
  };

/** Denies several requests. */
export const denyAccessRequests =
  (deps: AccessRequestDeps): UseCase<Routes["denyAccessRequests"]> =>
  ({ body }, call) =>
    decideEach(deps, call, "denyAccessRequest", body.ids, (id) => deny(deps, call, id, body.reason));
