import { isSamePrincipal } from "#core/people/same-principal.ts";
import type { Routes } from "#contracts/http/routes.ts";
import { authorize, can } from "#core/access/can.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { retryConflict } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { anyActs } from "#core/members/acting-owners.ts";
import {
  demandAdmitted,
  demandFitting,
  demandFuture,
  demandRoom,
  findPrincipal,
  givesMore,
  isLastingOwner,
  nameOf,
  principalNotFound,
  type Given,
} from "#core/members/member-rules.ts";
import { memberWrites, type MemberChange } from "#core/members/member-writes.ts";
import { auditedMember, showMember } from "#core/members/show-member.ts";
import {
  holds,
  resourceFor,
  policiesAtCommit,
  standingAtCommit,
  standingMembers,
  type MemberDeps,
  type StandingMembers,
} from "#core/members/source-members.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";

type Body = Parameters<UseCase<Routes["addMember"]>>[0]["body"];

/** What has expired goes with the next change, so many at a time, so that it does not gather. */
const expiredAtOnce = 5;

/**
 * Gives a user or a group a role on a data source; who was taken out by hand is back. A policy that holds for many data
 * sources is not got around by it (`approval-required`).
 */
export const addMember =
  (deps: MemberDeps): UseCase<Routes["addMember"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, clock } = deps;
      const { principal } = body;
      const at = clock.now();
      const userId = principal.type === "user" ? principal.id : undefined;
      const standing = await standingMembers(store, call.user, params.dataSourceId, at, { userId });
      const by = await authorizeAdding(deps, call, standing, body);
      demandFuture(body.expiresAt ?? null, at);
      const given = await findPrincipal(store, call.user, principal, at);
      if (given === null) throw principalNotFound(principal);
      demandFitting(body.role);
      const known = standing.holding.find((member) => isSamePrincipal(member.principal, principal)) ?? null;
      const made = madeOf(deps, call, at, standing, body, { by, known, given });
      const result = showMember(made, nameOf(given));
      await store.commit(
        [
          ...standingAtCommit(call.user, standing),
          { write: "require-principal", principal, otherwise: principalNotFound(principal) },
          policiesAtCommit(call.user),
          ...memberWrites(deps.ids, at, standing.stored, changesOf(standing, made, at)),
          auditedMember(deps, call, at, "data-source:add-member", standing.dataSource.id, {
            before: known,
            after: made,
          }),
        ],
        keptReply(call, 201, result, at),
      );
      return result;
    });

/** The member that comes about, if that may be. */
function madeOf(
  deps: MemberDeps,
  call: Call,
  at: Date,
  standing: StandingMembers,
  body: Body,
  { by, known, given }: { readonly by: By; readonly known: DataSourceMember | null; readonly given: Given },
): DataSourceMember {
  const { dataSource } = standing;
  const { directory } = call.user;
  if (known === null || known.role === "removed") {
    demandAdmitted(directory, dataSource, given);
    if (known === null) demandRoom(standing, body.principal);
    return newMember(deps, call, at, dataSource.id, body);
  }
  if (by === "owner" || isLastingOwner(known)) throw new DomainError("member-exists");
  const raised: DataSourceMember = { ...known, role: "owner", expiresAt: null };
  if (givesMore(known, raised)) demandAdmitted(directory, dataSource, given);
  return raised;
}

/** The member, in the place of what was stated before, and some of those whose time is over, who go. */
function changesOf({ stored }: StandingMembers, made: DataSourceMember, at: Date): readonly MemberChange[] {
  const isIt = (member: DataSourceMember): boolean => isSamePrincipal(member.principal, made.principal);
  const expired = stored.members.filter((member) => !holds(member, at) && !isIt(member));
  return [
    { before: stored.members.find(isIt) ?? null, after: made },
    ...expired.slice(0, expiredAtOnce).map((before) => ({ before, after: null })),
  ];
}

const newMember = (
  { ids }: MemberDeps,
  { user }: Call,
  at: Date,
  dataSourceId: string,
  { principal, role, expiresAt = null }: Body,
): DataSourceMember => ({
  id: ids.next("member"),
  dataSourceId,
  principal,
  role,
  expiresAt,
  addedBy: user.id,
  addedAt: at.toISOString(),
});

/** As what the caller adds. */
type By = "owner" | "administrator";

/**
 * Owners add whom they like; where none of them can act, USER_ADMIN makes somebody an owner, a member too, and does
 * nothing else.
 */
async function authorizeAdding(
  deps: MemberDeps,
  { user }: Call,
  standing: StandingMembers,
  body: Body,
): Promise<By> {
  const resource = resourceFor(user, standing);
  if (can(user, "data-source:manage-members", resource)) return "owner";
  const appoints = can(user, "data-source:appoint-owner", { type: "ownerless-data-source" });
  if (!appoints || (await hasActingOwner(deps, standing))) {
    authorize(user, "data-source:manage-members", resource);
    return "owner";
  }
  if (body.role !== "owner" || (body.expiresAt ?? null) !== null) {
    throw new DomainError(
      "forbidden",
      "No owner can act here: you may make somebody an owner for good, no more.",
    );
  }
  const isOwn = user.principals.some((mine) => isSamePrincipal(mine, body.principal));
  if (isOwn) throw new DomainError("self-change");
  return "administrator";
}

const hasActingOwner = (deps: MemberDeps, { holding }: StandingMembers): Promise<boolean> =>
  anyActs(
    deps,
    holding.filter(isLastingOwner).map(({ principal }) => principal),
  );
