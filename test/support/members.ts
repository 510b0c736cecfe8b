import { retryConflict, staleAside } from "#core/call/retry-conflict.ts";
import { administratorWrites } from "#core/people/administrators.ts";
import type { User } from "#core/people/user.ts";
import type { Write } from "#core/ports/change.ts";
import type { Group } from "#core/people/group.ts";
import type { Policy, PolicyScope } from "#core/policies/policy.ts";
import type { SubscriptionTerms } from "#core/subscriptions/subscription-policy.ts";
import type { App } from "./app.ts";
import { listings, type Persona } from "./personas.ts";
import { unique } from "./records.ts";

type Parts = Pick<App, "store" | "ids" | "clock">;

/** Changes a user as they are stored, with all by which they are known: groups, attributes, permissions, whether they are out. */
export const changeUser = (
  app: App,
  { user: { id } }: Pick<Persona, "user">,
  change: Partial<User>,
): Promise<User> =>
  retryConflict({ ifMatch: null }, async () => {
    const before = await app.store.user(id);
    if (before === null) throw new Error("there is no such user");
    const after: User = { ...before, ...change, version: before.version + 1 };
    const writes: readonly Write[] = [
      ...(await listings(app, id, before.groups, after.groups)),
      ...(await administratorWrites(app.store, { before, after })),
    ];
    await app.store.commit([
      { write: "replace", kind: "user", record: after, expected: before.version, otherwise: staleAside() },
      ...writes,
    ]);
    return after;
  });

/** Puts a user into a group. */
export async function join(
  app: App,
  persona: Pick<Persona, "user">,
  { id }: Pick<Group, "id">,
): Promise<void> {
  const { groups = [] } = (await app.store.user(persona.user.id)) ?? {};
  await changeUser(app, persona, { groups: [...new Set([...groups, id])] });
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
