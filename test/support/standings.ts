import type { Principal } from "#core/connections/connection.ts";
import { memberWrites } from "#core/members/member-writes.ts";
import type { Group } from "#core/people/group.ts";
import type { Attributes, User } from "#core/people/user.ts";
import type { PolicyScope } from "#core/policies/policy.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";
import { headerChange } from "#core/sources/update-data-source.ts";
import {
  individually,
  type OwnSubscription,
  type SubscriptionTerms,
} from "#core/subscriptions/subscription-policy.ts";
import type { App } from "./app.ts";
import { aDataSourceMember } from "./catalog-records.ts";
import { aGroup, aPolicy } from "./people-records.ts";
import type { DataSource } from "./personas.ts";
import { asUser } from "./records.ts";

type Of = Pick<DataSource, "id">;

/** States something about a principal on a data source, or takes back what is stated, as every change of members does. */
export async function stateMember(
  { store, ids, clock }: App,
  { id }: Of,
  principal: Principal,
  role: DataSourceMember["role"] | null,
  expiresAt: string | null = null,
): Promise<void> {
  const known = await store.dataSourceMembers(id);
  const before =
    known.members.find(({ principal: of }) => of.type === principal.type && of.id === principal.id) ?? null;
  const after =
    role === null ? null : aDataSourceMember({ ...before, dataSourceId: id, principal, role, expiresAt });
  await store.commit(memberWrites(ids, clock.now(), known, [{ before, after }]));
}

/** Puts a data source under terms of its own. */
export async function subscribeBy(
  { store, ids, clock }: App,
  { id }: Of,
  terms: Partial<OwnSubscription>,
): Promise<void> {
  const view = await store.dataSource(id, asUser("usr_nobody"));
  if (view === null) throw new Error(`there is no data source ${id}`);
  const { dataSource: before } = view;
  const subscription: OwnSubscription = { ...individually, source: "owner", ...terms };
  const after = { ...before, subscription, version: before.version + 1 };
  await store.commit(headerChange(ids, clock.now(), before, after));
}

/** Puts a global subscription policy into force. */
export async function governBy(
  { store }: App,
  terms: Partial<SubscriptionTerms>,
  scope: PolicyScope = { on: "all" },
): Promise<{ readonly remove: () => Promise<void> }> {
  const whole = { kind: "individual", discoverable: false, approvers: [], when: null, ...terms } as const;
  const record = aPolicy({ rule: { kind: "subscription", terms: whole, scope } });
  await store.commit([{ write: "put", kind: "policy", record }, { write: "directory-changed" }]);
  return {
    remove: async () => {
      await store.commit([{ write: "remove", kind: "policy", record }, { write: "directory-changed" }]);
    },
  };
}

/** A group with these members. */
export async function groupOf(
  { store }: App,
  users: readonly User[],
  given: Partial<Group> = {},
): Promise<Group> {
  const record = aGroup(given);
  await store.commit([
    { write: "put", kind: "group", record },
    { write: "directory-changed" },
    ...users.map((user) => {
      return {
        write: "put",
        kind: "user",
        record: { ...user, groups: [...user.groups, record.id] },
      } as const;
    }),
  ]);
  return record;
}

/** Gives somebody attributes: one write. */
export const giveAttributes = ({ store }: App, user: User, attributes: Attributes): Promise<void> =>
  store.commit([{ write: "put", kind: "user", record: { ...user, attributes } }]);
