import { approverKindsOf, authorize } from "#core/access/can.ts";
import type { AccessRequest, Approval } from "#core/access-requests/access-request.ts";
import type { AccessRequestDeps } from "#core/access-requests/request-deps.ts";
import { requestStanding, showStanding, type Standing } from "#core/access-requests/show-for.ts";
import type { ShownRequest } from "#core/access-requests/show-request.ts";
import { holdsAt } from "#core/access-requests/what-it-takes.ts";
import type { Call } from "#core/call/call.ts";
import type { Principal } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { callerOf, principalText, type Caller } from "#core/people/caller.ts";
import type { SourceMembers } from "#core/ports/deletion-store.ts";
import type { DataSource, DataSourceMember } from "#core/sources/data-source.ts";
import { exposureOf, sourceResourceOf, standingOn } from "#core/sources/source-standing.ts";
import type { ApproverKind } from "#core/subscriptions/subscription-policy.ts";

/** A data source with what is stated about some people, all read together, and these people as they stand now. */
export interface Stage {
  readonly dataSource: DataSource;
  readonly stored: SourceMembers;
  /** What of it holds now. */
  readonly holding: readonly DataSourceMember[];
  /** By id; who is gone is not among them. */
  readonly people: ReadonlyMap<string, Caller>;
  /** Who asks the API. */
  readonly user: Caller;
}

/** Reads what a decision about a request rests on, each time anew; `not-found` where the data source or the caller is gone. */
export async function readStage(
  { store, clock }: AccessRequestDeps,
  call: Call,
  { dataSourceId, requester }: { readonly dataSourceId: string; readonly requester: Principal },
  userIds: readonly string[] = [],
): Promise<Stage> {
  const ids = [...new Set([call.user.id, ...userIds])];
  const [headers, stored, people] = await Promise.all([
    store.dataSourceHeaders([dataSourceId]),
    // For a group it counts whether anybody at all was taken out by hand.
    requester.type === "group"
      ? store.dataSourceMembers(dataSourceId)
      : store.statedMembers(dataSourceId, ids),
    store.people(ids),
  ]);
  const now = clock.now();
  const standing = new Map([...people].map(([id, person]) => [id, callerOf(person, now)]));
  const [dataSource, user] = [headers.get(dataSourceId), standing.get(call.user.id)];
  if (dataSource === undefined || user === undefined) throw new DomainError("not-found");
  const holding = stored.members.filter((member) => holdsAt(now, member));
  return { dataSource, stored, holding, people: standing, user };
}

/** The data source as a decision about somebody takes it. */
export function sourceFor(person: Caller, { dataSource, holding }: Pick<Stage, "dataSource" | "holding">) {
  const mine = new Set(person.principals.map(principalText));
  const stated = holding.filter(({ principal }) => mine.has(principalText(principal)));
  return sourceResourceOf(dataSource, standingOn(person, exposureOf(dataSource), stated));
}

/** A request with all that decides what may be done with it. */
export interface Scene extends Stage, Standing {
  readonly request: AccessRequest;
}

/** The request, if the caller may read it; `not-found` for everybody else, and where its data source is deleted. */
export async function readScene(deps: AccessRequestDeps, call: Call, requestId: string): Promise<Scene> {
  const request = (await deps.store.accessRequests([requestId])).get(requestId);
  if (request === undefined) throw new DomainError("not-found");
  const concerned = [request.requestedBy, ...request.approvals.map(({ by }) => by)];
  const stage = await readStage(deps, call, request, concerned);
  const { user, holding } = stage;
  const around = { ...stage, resource: sourceFor(user, stage), now: deps.clock.now() };
  const standing = requestStanding(user, request, around, holding);
  authorize(user, "access-request:read", standing.resource);
  return { ...stage, ...standing, request };
}

/** Whether somebody asked for it themselves, or is in the group that it is for: they never decide it. */
export const isOwnRequest = (
  { id, saidToBeIn }: Pick<Caller, "id" | "saidToBeIn">,
  { requestedBy, requester }: Pick<AccessRequest, "requestedBy" | "requester">,
): boolean =>
  requestedBy === id || (requester.type === "user" ? requester.id === id : saidToBeIn.includes(requester.id));

/** As what somebody can approve a request now; nothing where it is their own, or they are disabled. */
export const kindsOf = (person: Caller, scene: Stage & Pick<Scene, "request">): readonly ApproverKind[] =>
  person.disabled || isOwnRequest(person, scene.request)
    ? []
    : approverKindsOf(person, sourceFor(person, scene));

/** The approvals that count: of people who still can approve, and want no end that has passed. */
export const standingApprovals = (scene: Scene, now: Date): readonly Approval[] =>
  scene.request.approvals.flatMap((approval) => {
    const person = scene.people.get(approval.by);
    if (person === undefined || !holdsAt(now, approval)) return [];
    const able = kindsOf(person, scene);
    const kinds = approval.kinds.filter((kind) => able.includes(kind));
    return kinds.length === 0 ? [] : [{ ...approval, kinds }];
  });

/** The request as its reader sees it, or as it is after what they did with it. */
export const showScene = (scene: Scene, after?: AccessRequest): ShownRequest =>
  after === undefined
    ? showStanding(scene.user, scene.request, scene, scene)
    : showStanding(scene.user, after, { ...scene, state: after.state, required: after.required }, scene);
