import { isSamePrincipal } from "#core/people/same-principal.ts";
import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { accessEnd } from "#core/access-requests/access-end.ts";
import { requestGuard, type AccessRequest } from "#core/access-requests/access-request.ts";
import { grant, type Granted } from "#core/access-requests/grant.ts";
import type { AccessRequestDeps } from "#core/access-requests/request-deps.ts";
import {
  auditedRequest,
  changeWrites,
  creationWrites,
  groundsAtCommit,
} from "#core/access-requests/request-writes.ts";
import { readScene, readStage, showScene, sourceFor, type Stage } from "#core/access-requests/scene.ts";
import { settle } from "#core/access-requests/settle-requests.ts";
import { showRequest, type ShownRequest } from "#core/access-requests/show-request.ts";
import { whatItTakes } from "#core/access-requests/what-it-takes.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { retryConflict } from "#core/call/retry-conflict.ts";
import type { Principal } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import { exposureOf } from "#core/sources/source-standing.ts";

type Body = Parameters<UseCase<Routes["createAccessRequest"]>>[0]["body"];

/**
 * Asks for access. What is asked already, and not decided, is answered again. Where nobody has to approve, it is granted in
 * the same transaction.
 */
export const createAccessRequest =
  (deps: AccessRequestDeps): UseCase<Routes["createAccessRequest"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const requester: Principal = body.principal ?? { type: "user", id: call.user.id };
      const wanted = { dataSourceId: params.dataSourceId, requester };
      const [stage, holder] = await Promise.all([
        readStage(deps, call, wanted),
        deps.store.guardOwner(requestGuard(wanted)),
      ]);
      authorize(stage.user, "data-source:request-access", sourceFor(stage.user, stage));
      demandAskable(stage, requester);
      const pending = holder === null ? null : await askedBefore(deps, call, holder);
      return pending ?? (await ask(deps, call, stage, requester, body));
    });

/** Refuses a group that the caller is not in, as one that is not there, and who is a member already. */
function demandAskable({ user, holding }: Stage, requester: Principal): void {
  if (!user.principals.some((mine) => isSamePrincipal(mine, requester))) {
    throw new DomainError("principal-not-found", undefined, {
      errors: [{ in: "body", pointer: "/principal/id", detail: "is no group that you are in" }],
    });
  }
  const own = holding.find(({ principal }) => isSamePrincipal(principal, requester));
  if (own !== undefined && own.role !== "ingest" && own.role !== "removed")
    throw new DomainError("member-exists");
}

/** The request that holds the guard, if it is still pending; where nobody has to approve any more, it is granted. */
async function askedBefore(
  deps: AccessRequestDeps,
  call: Call,
  requestId: string,
): Promise<ShownRequest | null> {
  const { store, clock, ids } = deps;
  const scene = await readScene(deps, call, requestId);
  const { request: before, takes, stored, dataSource, user, state } = scene;
  const at = clock.now();
  if (state !== "pending") {
    await settle(deps, before, state);
    return null;
  }
  if (takes === null || takes.length > 0) {
    const result = showScene(scene);
    const kept = keptReply(call, 201, result, at);
    if (kept !== undefined) await store.commit([], kept);
    return result;
  }
  const expiresAt = accessEnd(at, before.duration, []);
  const granted = grant(ids, { request: before, stored, at, by: user.id, expiresAt });
  const after: AccessRequest = {
    ...before,
    required: [],
    state: "approved",
    expiresAt: granted.expiresAt,
    version: before.version + 1,
  };
  const result = showScene(scene, after);
  await store.commit(
    [
      ...groundsAtCommit([user], dataSource, user),
      ...changeWrites(before, after),
      ...granted.writes,
      auditedRequest(ids, at, call, "create", after, grantDetails(granted)),
    ],
    keptReply(call, 201, result, at),
  );
  return result;
}

const grantDetails = ({ before, after }: Granted) => ({ before, after });

async function ask(
  deps: AccessRequestDeps,
  call: Call,
  stage: Stage,
  requester: Principal,
  body: Body,
): Promise<ShownRequest> {
  const { store, clock, ids } = deps;
  const { dataSource, holding, user } = stage;
  const at = clock.now();
  const takes = whatItTakes(user, requester, exposureOf(dataSource), holding);
  if (takes === null) throw new DomainError("access-not-requestable");
  const asked = newRequest(deps, stage, requester, body, at);
  const request: AccessRequest = { ...asked, required: takes };
  const { made, writes } =
    takes.length > 0 ? { made: request, writes: [] } : grantedAtOnce(deps, stage, request, at);
  const { reason, duration } = made;
  const name = requester.type === "user" ? user.name : (user.directory.group(requester.id)?.name ?? "");
  const result = showRequest(made, { dataSource: dataSource.name, requester: name }, made);
  await store.commit(
    [
      ...groundsAtCommit([user], dataSource, user),
      ...creationWrites(made),
      ...writes,
      auditedRequest(ids, at, call, "create", made, { reason, duration, expiresAt: made.expiresAt }),
    ],
    keptReply(call, 201, result, at),
  );
  return result;
}

const newRequest = (
  { ids }: AccessRequestDeps,
  { dataSource, user }: Stage,
  requester: Principal,
  { reason, duration = null }: Pick<Body, "reason"> & { readonly duration?: string | null | undefined },
  at: Date,
): AccessRequest => ({
  id: ids.next("accessRequest"),
  dataSourceId: dataSource.id,
  sourceVersion: dataSource.version,
  dataSourceName: dataSource.name,
  requester,
  requestedBy: user.id,
  reason,
  duration,
  state: "pending",
  required: [],
  approvals: [],
  decidedBy: null,
  decisionReason: null,
  expiresAt: null,
  createdAt: at.toISOString(),
  version: 1,
});

/** Where nobody has to approve. */
function grantedAtOnce(
  { ids }: AccessRequestDeps,
  { stored, user }: Stage,
  request: AccessRequest,
  at: Date,
): { readonly made: AccessRequest; readonly writes: readonly Write[] } {
  const expiresAt = accessEnd(at, request.duration, []);
  const granted = grant(ids, { request, stored, at, by: user.id, expiresAt });
  return { made: { ...request, state: "approved", expiresAt: granted.expiresAt }, writes: granted.writes };
}
