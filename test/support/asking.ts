import type { Group } from "#core/people/group.ts";
import type { Policy } from "#core/policies/policy.ts";
import { memberWrites } from "#core/members/member-writes.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";
import { headerChange } from "#core/sources/update-data-source.ts";
import type { OwnSubscription, SubscriptionTerms } from "#core/subscriptions/subscription-policy.ts";
import type { App } from "./app.ts";
import type { ReeveClient } from "#client/client.ts";
import type { ShownRequest } from "#core/access-requests/show-request.ts";
import { aDataSource, type Connection, type DataSource, type Persona } from "./personas.ts";
import { unique } from "./records.ts";

/** Everybody may find it, and an owner must approve. */
export const byApproval: SubscriptionTerms = {
  kind: "approval",
  discoverable: true,
  approvers: ["owner"],
  when: null,
};

/** States who may subscribe, as an owner. */
export async function stateTerms(
  app: App,
  { id }: Pick<DataSource, "id">,
  terms: Partial<OwnSubscription>,
): Promise<void> {
  const before = (await app.store.dataSourceHeaders([id])).get(id);
  if (before === undefined) throw new Error(`there is no data source ${id}`);
  const subscription: OwnSubscription = { ...byApproval, source: "owner", policyId: null, ...terms };
  const after = { ...before, subscription, version: before.version + 1 };
  await app.store.commit(headerChange(app.ids, app.clock.now(), before, after));
}

/** A group of Reeve's own. */
export async function aGroup(app: App, given: Partial<Group> = {}): Promise<Group> {
  const group: Group = {
    id: unique("grp_"),
    name: unique("Group "),
    providerId: null,
    attributes: {},
    createdAt: app.clock.now().toISOString(),
    version: 1,
    ...given,
  };
  await app.store.commit([{ write: "put", kind: "group", record: group }, { write: "directory-changed" }]);
  return group;
}

/** A policy of GOVERNANCE's for all data sources that carry a tag. */
export async function aGlobalPolicy(
  app: App,
  tagId: string,
  terms: Partial<SubscriptionTerms>,
): Promise<Policy> {
  const at = app.clock.now().toISOString();
  const policy: Policy = {
    id: unique("pol_"),
    name: unique("Policy "),
    dataSourceId: null,
    state: "active",
    rule: {
      kind: "subscription",
      terms: { ...byApproval, ...terms },
      scope: { on: "tagged", every: [[tagId]] },
    },
    createdBy: "usr_1",
    createdAt: at,
    updatedAt: at,
    version: 1,
  };
  await app.store.commit([{ write: "put", kind: "policy", record: policy }, { write: "directory-changed" }]);
  return policy;
}

type Stated = Pick<DataSourceMember, "role" | "principal"> & { readonly expiresAt?: string | null };

/** States something about a user or a group on a data source. */
export async function state(
  app: App,
  { id: dataSourceId }: Pick<DataSource, "id">,
  { role, principal, expiresAt = null }: Stated,
): Promise<void> {
  const { members, groups } = await app.store.dataSourceMembers(dataSourceId);
  const before =
    members.find((one) => one.principal.type === principal.type && one.principal.id === principal.id) ?? null;
  const after: DataSourceMember = {
    id: app.ids.next("member"),
    dataSourceId,
    principal,
    role,
    expiresAt,
    addedBy: "usr_1",
    addedAt: app.clock.now().toISOString(),
  };
  await app.store.commit(memberWrites(app.ids, app.clock.now(), { groups }, [{ before, after }]));
}

/** What is stated about somebody on a data source, as it is stored. */
export async function statedOf(
  app: App,
  { id }: Pick<DataSource, "id">,
  principal: DataSourceMember["principal"],
): Promise<DataSourceMember | undefined> {
  const { members } = await app.store.dataSourceMembers(id);
  return members.find((one) => one.principal.type === principal.type && one.principal.id === principal.id);
}

/** A user as a principal. */
export const userOf = ({ user }: Persona) => ({ type: "user", id: user.id }) as const;

/** Changes what is set of a user. */
export async function change(app: App, { user }: Persona, given: Partial<Persona["user"]>): Promise<void> {
  const before = await app.store.user(user.id);
  if (before === null) throw new Error(`there is no user ${user.id}`);
  const record = { ...before, ...given, version: before.version + 1 };
  await app.store.commit([{ write: "put", kind: "user", record }]);
}

/** What time passes over: the work that waits is done, and what crashes might have left is swept. */
export async function later(app: App, ms: number): Promise<void> {
  await app.drain();
  app.clock.advance(ms);
  await app.store.sweepGenerations(app.clock.now());
}

/** A data source of somebody's, with the policy that is stated. */
export async function aSourceWith(
  app: App,
  { owner, connection }: { readonly owner: Persona; readonly connection: Connection },
  terms: Partial<OwnSubscription> = {},
): Promise<DataSource> {
  const source = await aDataSource(owner, connection);
  await stateTerms(app, source, terms);
  return source;
}

/** What somebody asked for. */
export const asked = (
  { api }: Persona,
  { id }: Pick<DataSource, "id">,
  body: Partial<Parameters<ReeveClient["createAccessRequest"]>[0]["body"]> = {},
): Promise<ShownRequest> =>
  api.createAccessRequest({ params: { dataSourceId: id }, body: { reason: "for the report", ...body } });

/** Decisions as requests of somebody, whatever comes of them. */
export function decisions(app: Pick<App, "call">) {
  const send =
    (verb: "approve" | "deny" | "cancel") =>
    (as: Persona, { id }: Pick<ShownRequest, "id">, body?: object, headers = {}) =>
      app.call("POST", `/access-requests/${id}/${verb}`, { as, body, headers });
  return {
    approve: send("approve"),
    cancel: send("cancel"),
    deny: (as: Persona, request: Pick<ShownRequest, "id">, reason = "not yours to see") =>
      send("deny")(as, request, { reason }),
  };
}
