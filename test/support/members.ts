import { retryConflict } from "#core/call/retry-conflict.ts";
import type { Principal } from "#core/connections/connection.ts";
import { memberWrites } from "#core/members/member-writes.ts";
import type { Group } from "#core/people/group.ts";
import type { Policy, PolicyScope } from "#core/policies/policy.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";
import type { SubscriptionTerms } from "#core/subscriptions/subscription-policy.ts";
import type { App } from "./app.ts";
import type { Persona } from "./personas.ts";
import { changeUser } from "./put-user.ts";
import { unique } from "./records.ts";

type Parts = Pick<App, "store" | "ids" | "clock">;

/** States something about a principal on a data source, whatever was stated before; gives the record. */
export async function stateMember(
  { store, ids, clock }: Parts,
  dataSourceId: string,
  principal: Principal,
  role: DataSourceMember["role"],
  expiresAt: string | null = null,
): Promise<DataSourceMember> {
  const after: DataSourceMember = {
    id: ids.next("member"),
    dataSourceId,
    principal,
    role,
    expiresAt,
    addedBy: "usr_1",
    addedAt: clock.now().toISOString(),
  };
  await retryConflict({ ifMatch: null }, async () => {
    const stored = await store.dataSourceMembers(dataSourceId);
    const before =
      stored.members.find(
        (member) => member.principal.type === principal.type && member.principal.id === principal.id,
      ) ?? null;
    await store.commit(memberWrites(ids, clock.now(), stored, [{ before, after }]));
  });
  return after;
}

/** Puts a user into a group. */
export async function join(
  app: Pick<App, "store">,
  persona: Pick<Persona, "user">,
  group: Group,
): Promise<void> {
  const { groups = [] } = (await app.store.user(persona.user.id)) ?? {};
  await changeUser(app, persona, { groups: [...new Set([...groups, group.id])] });
}

/** Terms of a subscription policy that asks for nothing else. */
export const terms = (given: Partial<SubscriptionTerms> = {}): SubscriptionTerms => ({
  kind: "individual",
  discoverable: false,
  approvers: given.kind === "approval" ? ["owner"] : [],
  when: null,
  ...given,
});

/** A global subscription policy, put into the table as it is; it holds everywhere unless it is told where. */
export async function aGlobalPolicy(
  { store, clock }: Parts,
  given: Partial<SubscriptionTerms>,
  scope: PolicyScope = { on: "all" },
): Promise<Policy> {
  const at = clock.now().toISOString();
  const record: Policy = {
    id: unique("pol_"),
    name: unique("Policy "),
    dataSourceId: null,
    state: "active",
    rule: { kind: "subscription", terms: terms(given), scope },
    createdBy: "usr_1",
    createdAt: at,
    updatedAt: at,
    version: 1,
  };
  await store.commit([{ write: "put", kind: "policy", record }, { write: "directory-changed" }]);
  return record;
}

/** Takes a policy away again. */
export const dropPolicy = ({ store }: Pick<App, "store">, record: Policy): Promise<void> =>
  store.commit([{ write: "remove", kind: "policy", record }, { write: "directory-changed" }]);
