import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { accessEnd } from "#core/access-requests/access-end.ts";
import type { AccessRequest, Approval } from "#core/access-requests/access-request.ts";
import { matchApprovals } from "#core/access-requests/approvals.ts";
import { grant } from "#core/access-requests/grant.ts";
import type { AccessRequestDeps } from "#core/access-requests/request-deps.ts";
import {
  auditedRequest,
  changeWrites,
  groundsAtCommit,
  rolesAtCommit,
} from "#core/access-requests/request-writes.ts";
import {
  isOwnRequest,
  kindsOf,
  readScene,
  showScene,
  standingApprovals,
  type Scene,
} from "#core/access-requests/scene.ts";
import type { ShownRequest } from "#core/access-requests/show-request.ts";
import { holdsAt } from "#core/access-requests/what-it-takes.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";

/** A request as it becomes, with the writes of that. */
interface Outcome {
  readonly after: AccessRequest;
  readonly writes: readonly Write[];
}

/** What a decision makes of a request at a time; null where it leaves it as it is. */
type Decide = (scene: Scene, at: Date) => Outcome | null;

/**
 * Reads a request, decides, commits. What changed between is read and decided on anew: two people who decide at once
 * both count, or the second one finds what the first one did.
 */
const decide = (
  deps: AccessRequestDeps,
  call: Call,
  requestId: string,
  demand: (scene: Scene) => void,
  become: Decide,
): Promise<ShownRequest> =>
  retryConflict(call, async () => {
    const { store, clock } = deps;
    const scene = await readScene(deps, call, requestId);
    demand(scene);
    demandVersion(call, scene.request.version);
    const at = clock.now();
    const outcome = become(scene, at);
    const result = showScene(scene, outcome?.after);
    const kept = keptReply(call, 200, result, at);
    if (outcome !== null) await store.commit(outcome.writes, kept);
    // Nothing changes, but the same key with another body must still be refused.
    else if (kept !== undefined) await store.commit([], kept);
    return result;
  });

/** Refuses whoever may not decide: their own request nobody does, whatever they are. */
function demandDecider({ user, request, resource }: Scene): void {
  if (isOwnRequest(user, request)) throw new DomainError("self-approval");
  authorize(user, "access-request:decide", resource);
}

const inState = (state: AccessRequest["state"]): DomainError =>
  new DomainError("request-state", `The request is ${state}.`);

/** Approves for one person. The last approval that it takes grants the access, in the same transaction. */
export const approve = (
  deps: AccessRequestDeps,
  call: Call,
  requestId: string,
  expiresAt: string | null,
): Promise<ShownRequest> =>
  decide(deps, call, requestId, demandDecider, (scene, at) => approval(deps, call, scene, at, expiresAt));

/** Refuses an end that has passed. */
export function demandLater(expiresAt: string | null, now: Date): void {
  if (holdsAt(now, { expiresAt })) return;
  throw new DomainError("invalid-request", undefined, {
    errors: [{ in: "body", pointer: "/expiresAt", detail: "must be in the future" }],
  });
}

function approval(
  deps: AccessRequestDeps,
  call: Call,
  scene: Scene,
  at: Date,
  expiresAt: string | null,
): Outcome | null {
  const { request, state, takes, user } = scene;
  if (state === "approved") return null;
  if (state !== "pending") throw inState(state);
  const standing = standingApprovals(scene, at);
  if (standing.some(({ by }) => by === user.id)) return null;
  if (takes === null) {
    throw new DomainError(
      "access-not-requestable",
      "By the policies as they are now, nobody may ask for it.",
    );
  }
  const kinds = kindsOf(user, scene);
  const [first] = kinds;
  if (first === undefined) throw new DomainError("forbidden");
  const mine: Approval = { by: user.id, at: at.toISOString(), as: first, kinds, expiresAt };
  const { as, missing } = matchApprovals(takes, [...standing, mine]);
  const approvals = [...standing, mine].map((one) => ({ ...one, as: as.get(one.by) ?? one.as }));
  const next = { ...request, required: takes, approvals, version: request.version + 1 };
  const grounds = { ...scene, request: next };
  return missing.length > 0
    ? counted(deps, call, grounds, request, at)
    : completed(deps, call, grounds, request, at);
}

/** One approval more, and others are still wanted. */
function counted(
  { ids }: AccessRequestDeps,
  call: Call,
  scene: Scene,
  before: AccessRequest,
  at: Date,
): Outcome {
  const { request: after, user, dataSource } = scene;
  return {
    after,
    writes: [
      ...groundsAtCommit([user], dataSource, user),
      rolesAtCommit(scene),
      ...changeWrites(before, after),
      auditedRequest(ids, at, call, "approve", after, { as: after.approvals.at(-1)?.as }),
    ],
  };
}

/** The last approval: the access is granted. Everybody whose approval counts is looked at once more. */
function completed(
  { ids }: AccessRequestDeps,
  call: Call,
  scene: Scene,
  before: AccessRequest,
  at: Date,
): Outcome {
  const { request, user, dataSource, stored, people } = scene;
  const end = accessEnd(at, request.duration, request.approvals);
  const granted = grant(ids, { request, stored, at, by: user.id, expiresAt: end });
  const after: AccessRequest = {
    ...request,
    state: "approved",
    decidedBy: user.id,
    expiresAt: granted.expiresAt,
  };
  const concerned = [request.requestedBy, ...request.approvals.map(({ by }) => by)];
  return {
    after,
    writes: [
      ...groundsAtCommit([user, ...concerned.flatMap((id) => people.get(id) ?? [])], dataSource, user),
      ...changeWrites(before, after),
      ...granted.writes,
      auditedRequest(ids, at, call, "approve", after, {
        as: after.approvals.at(-1)?.as,
        approvals: after.approvals.map(({ by, as }) => ({ by, as })),
        before: granted.before,
        after: granted.after,
      }),
    ],
  };
}

/** Denies, for all: one who may approve is enough. */
export const deny = (
  deps: AccessRequestDeps,
  call: Call,
  requestId: string,
  reason: string,
): Promise<ShownRequest> =>
  decide(deps, call, requestId, demandDecider, (scene, at) => {
    const { request, state, user, dataSource, required } = scene;
    if (state === "denied") return null;
    if (state !== "pending") throw inState(state);
    const after: AccessRequest = {
      ...request,
      required,
      state: "denied",
      decidedBy: user.id,
      decisionReason: reason,
      version: request.version + 1,
    };
    return {
      after,
      writes: [
        ...groundsAtCommit([user], dataSource, user),
        rolesAtCommit(scene),
        ...changeWrites(request, after),
        auditedRequest(deps.ids, at, call, "deny", after, { reason }),
      ],
    };
  });

/** Approves a request. */
export const approveAccessRequest =
  (deps: AccessRequestDeps): UseCase<Routes["approveAccessRequest"]> =>
  async ({ params, body: { expiresAt = null } }, call) => {
    demandLater(expiresAt, deps.clock.now());
    return await approve(deps, call, params.requestId, expiresAt);
  };

/** Denies a request. */
export const denyAccessRequest =
  (deps: AccessRequestDeps): UseCase<Routes["denyAccessRequest"]> =>
  ({ params, body }, call) =>
    deny(deps, call, params.requestId, body.reason);

/** Takes back a request of one's own. */
export const cancelAccessRequest =
  (deps: AccessRequestDeps): UseCase<Routes["cancelAccessRequest"]> =>
  ({ params }, call) =>
    decide(
      deps,
      call,
      params.requestId,
      ({ user, resource }) => {
        authorize(user, "access-request:cancel", resource);
      },
      ({ request, state, required }, at) => {
        if (state === "cancelled") return null;
        if (state !== "pending") throw inState(state);
        const after: AccessRequest = {
          ...request,
          required,
          state: "cancelled",
          version: request.version + 1,
        };
        return {
          after,
          writes: [...changeWrites(request, after), auditedRequest(deps.ids, at, call, "cancel", after)],
        };
      },
    );

/** One request. */
export const getAccessRequest =
  (deps: AccessRequestDeps): UseCase<Routes["getAccessRequest"]> =>
  async ({ params }, call) =>
    showScene(await readScene(deps, call, params.requestId));
