import type { Policy } from "#core/policies/policy.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";
import { headerChange } from "#core/sources/update-data-source.ts";
import type { OwnSubscription, SubscriptionTerms } from "#core/subscriptions/subscription-policy.ts";
import type { App } from "./app.ts";
import type { ReeveClient } from "#client/client.ts";
import type { ShownRequest } from "#core/access-requests/show-request.ts";
import { aDataSource, type Connection, type DataSource, type Persona } from "./personas.ts";
import { unique } from "./records.ts";
import { stateMember } from "./state-member.ts";

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
export const state = (
  app: App,
  { id }: Pick<DataSource, "id">,
  { role, principal, expiresAt = null }: Stated,
): Promise<unknown> => stateMember(app, id, principal, role, expiresAt);

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
