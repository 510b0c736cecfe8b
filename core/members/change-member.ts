import { isSamePrincipal } from "#core/people/same-principal.ts";
import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { retryConflict } from "#core/call/retry-conflict.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { demandActingOwner } from "#core/members/acting-owners.ts";
import {
  demandAdmitted,
  demandFitting,
  demandFuture,
  findPrincipal,
  givesMore,
  isLastingOwner,
  nameOf,
} from "#core/members/member-rules.ts";
import { memberWrites } from "#core/members/member-writes.ts";
import { auditedMember, automaticUserId, showMember } from "#core/members/show-member.ts";
import {
  resourceFor,
  standingAtCommit,
  standingMembers,
  statedAbout,
  type AskedMembers,
  type MemberDeps,
  type StandingMembers,
} from "#core/members/source-members.ts";
import { findCaller } from "#core/people/find-caller.ts";
import type { Write } from "#core/ports/change.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";
import { admissionTo, exposureOf, isAutomatic } from "#core/sources/source-standing.ts";

/** Changes what is given of a member. */
export const updateMember =
  (deps: MemberDeps): UseCase<Routes["updateMember"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, clock } = deps;
      const at = clock.now();
      const standing = await membersToManage(deps, call, params.dataSourceId, at, params);
      const before = memberNamed(standing, params.memberId);
      const after: DataSourceMember = {
        ...before,
        role: body.role ?? before.role,
        expiresAt: body.expiresAt === undefined ? before.expiresAt : body.expiresAt,
      };
      const given = await findPrincipal(store, call.user, before.principal, at);
      const result = showMember(after, given === null ? "" : nameOf(given));
      if (isSameValue(before, after)) return result;
      demandFuture(after.expiresAt, at);
      if (body.role !== undefined && body.role !== before.role) demandFitting(body.role);
      if (givesMore(before, after)) demandAdmitted(call.user.directory, standing.dataSource, given);
      await commitChange(deps, call, at, standing, { before, after });
      return result;
    });

/**
 * Takes a role, or an automatic subscription, away. Whom the policies would let in again by themselves is stated to be
 * out, and stays so until an owner adds them.
 */
export const removeMember =
  (deps: MemberDeps): UseCase<Routes["removeMember"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const at = deps.clock.now();
      const userId = automaticUserId(params.memberId);
      const asked = userId === null ? params : { userId };
      const standing = await membersToManage(deps, call, params.dataSourceId, at, asked);
      const change =
        userId === null
          ? await removal(deps, call, at, standing, memberNamed(standing, params.memberId))
          : await automaticRemoval(deps, call, at, standing, userId);
      await commitChange(deps, call, at, standing, change);
      return undefined;
    });

/** The data source with its members, if the caller manages them. */
async function membersToManage(
  { store }: MemberDeps,
  { user }: Call,
  dataSourceId: string,
  at: Date,
  asked: AskedMembers,
): Promise<StandingMembers> {
  const standing = await standingMembers(store, user, dataSourceId, at, asked);
  authorize(user, "data-source:manage-members", resourceFor(user, standing));
  return standing;
}

/** The member of an id; who was taken out by hand, or whose time is over, is none. */
function memberNamed({ holding }: StandingMembers, memberId: string): DataSourceMember {
  const found = holding.find(({ id, role }) => id === memberId && role !== "removed");
  if (found === undefined) throw new DomainError("not-found");
  return found;
}

interface Change {
  readonly before: DataSourceMember | null;
  readonly after: DataSourceMember | null;
}

/** Commits the change of one member; an owner who can act is always left. */
async function commitChange(
  deps: MemberDeps,
  call: Call,
  at: Date,
  standing: StandingMembers,
  change: Change,
): Promise<void> {
  const { dataSource, stored, holding } = standing;
  const { before, after } = change;
  const action = after === null || after.role === "removed" ? "remove" : "change";
  const ownerGoes: readonly Write[] =
    isLastingOwner(before) && !isLastingOwner(after)
      ? [
          await demandActingOwner(
            deps,
            holding.filter((member) => member !== before),
          ),
        ]
      : [];
  await deps.store.commit([
    ...standingAtCommit(call.user, standing),
    ...ownerGoes,
    ...memberWrites(deps.ids, at, stored, [change]),
    auditedMember(deps, call, at, `data-source:${action}-member`, dataSource.id, change),
  ]);
}

/** The statement that somebody is out, for good. */
const takenOut = (
  { ids }: MemberDeps,
  { user }: Call,
  at: Date,
  dataSourceId: string,
  userId: string,
): DataSourceMember => ({
  id: ids.next("member"),
  dataSourceId,
  principal: { type: "user", id: userId },
  role: "removed",
  expiresAt: null,
  addedBy: user.id,
  addedAt: at.toISOString(),
});

async function removal(
  deps: MemberDeps,
  call: Call,
  at: Date,
  { dataSource }: StandingMembers,
  before: DataSourceMember,
): Promise<Change> {
  const { type, id } = before.principal;
  const user = type === "user" ? await findCaller(deps, id) : null;
  const letIn = user !== null && admissionTo(user, exposureOf(dataSource)).automatic;
  return { before, after: letIn ? takenOut(deps, call, at, dataSource.id, id) : null };
}

async function automaticRemoval(
  deps: MemberDeps,
  call: Call,
  at: Date,
  { dataSource, holding, stored }: StandingMembers,
  userId: string,
): Promise<Change> {
  const user = await findCaller(deps, userId);
  const subscribes =
    user !== null && isAutomatic(admissionTo(user, exposureOf(dataSource)), statedAbout(user, holding));
  if (!subscribes) throw new DomainError("not-found");
  const mine = { type: "user", id: userId } as const;
  const before = stored.members.find(({ principal }) => isSamePrincipal(principal, mine)) ?? null;
  return { before, after: takenOut(deps, call, at, dataSource.id, userId) };
}
