import type * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { subscriptionPolicy } from "#contracts/resources/subscription-policy.ts";
import { warningsOf } from "#core/policies/said.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { authorize, can } from "#core/access/can.ts";
import type { Resource } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import type { UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict, staleAside } from "#core/call/retry-conflict.ts";
import { isSameValue } from "#core/call/same-value.ts";
import {
  resourceFor,
  rightsChanged,
  standingMembers,
  type MemberDeps,
} from "#core/members/source-members.ts";
import type { Caller } from "#core/people/caller.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import { readDataSource, sourceResource } from "#core/sources/read-data-source.ts";
import { admissionTo, countingFor, exposureOf } from "#core/sources/source-standing.ts";
import { ownTermsChange } from "#core/subscriptions/own-terms.ts";
import { entitlementOf, statedTerms } from "#core/subscriptions/stated-terms.ts";
import type { GlobalSubscription, OwnSubscription } from "#core/subscriptions/subscription-policy.ts";

type Shown = z.output<typeof subscriptionPolicy>;

/** Who may subscribe to a data source, and what that means to the caller. */
export const getSubscriptionPolicy =
  ({ store }: Pick<MemberDeps, "store">): UseCase<Routes["getSubscriptionPolicy"]> =>
  async ({ params }, { user }) => {
    const view = await readDataSource(store, user, params.dataSourceId, "data-source:read");
    return show(user, view.dataSource, sourceResource(user, view), await ownName(store, view.dataSource));
  };

/**
 * States who may subscribe; a sentence that stated it so far is staged. It holds from the next request on, whether more or fewer people
 * come in by it.
 */
export const setSubscriptionPolicy =
  (deps: MemberDeps): UseCase<Routes["setSubscriptionPolicy"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const { user } = call;
      const at = clock.now();
      const standing = await standingMembers(store, user, params.dataSourceId, at);
      const resource = resourceFor(user, standing);
      authorize(user, "data-source:subscription", resource);
      const { dataSource: before, stored } = standing;
      demandVersion(call, before.version);
      const subscription = statedTerms(body, user.directory);
      if (isSameValue(subscription, before.subscription)) return show(user, before, resource, null);
      const { after, writes } = await ownTermsChange(deps, call, at, before, subscription);
      await store.commit([
        userAtCommit(user, rightsChanged()),
        { write: "require", kind: "group-roles", record: stored.groups, otherwise: staleAside() },
        ...writes,
        audited(ids, at, call, {
          action: "data-source:set-subscription-policy",
          resource: { type: "data-source", id: before.id },
          details: { before: told(user, before.subscription), after: told(user, subscription) },
        }),
      ]);
      return show(user, after, resource, null);
    });

/** The name of the policy that states the terms as a sentence, where one does. */
const ownName = async (
  store: MemberDeps["store"],
  { subscription: { policyId } }: DataSource,
): Promise<string | null> => (policyId === null ? null : ((await store.policy(policyId))?.name ?? null));

/** Terms as they are stated. */
const told = (
  { directory }: Caller,
  { kind, discoverable, approvers, when, source, policyId }: OwnSubscription,
): Pick<Shown, "kind" | "discoverable" | "approvers" | "entitlement" | "source"> &
  Pick<OwnSubscription, "policyId"> => ({
  kind,
  discoverable,
  approvers: [...approvers],
  entitlement: entitlementOf(when, directory),
  source,
  policyId,
});

const admitsNobody = ({ kind, when }: OwnSubscription): readonly string[] =>
  kind === "entitlement" && when === null
    ? ["No group and no attribute is named, so that nobody is admitted."]
    : [];

/** Whom it admits is told to those who manage it: to others it would say by which group or attribute one gets in. */
function show(user: Caller, dataSource: DataSource, resource: Resource, name: string | null): Shown {
  const { subscription, version } = dataSource;
  const { policyId: _, ...stated } = told(user, subscription);
  const exposure = exposureOf(dataSource);
  const { automatic, discoverable, ask } = admissionTo(user, exposure);
  const knows = can(user, "data-source:list-subscribers", resource);
  return {
    ...stated,
    entitlement: knows ? stated.entitlement : null,
    applies: {
      policies: countingFor(user, exposure).map((terms) => showCounting(terms, name)),
      combination: user.directory.combination,
      automatic,
      discoverable,
      ask: ask === null ? null : [...ask],
    },
    warnings: knows ? [...admitsNobody(subscription), ...warningsOf({ terms: subscription }, user)] : [],
    version,
  };
}

const showCounting = (
  terms: OwnSubscription | GlobalSubscription,
  name: string | null,
): Shown["applies"]["policies"][number] => ({
  ...("source" in terms
    ? { from: terms.source, id: terms.policyId, name }
    : { from: "global" as const, id: terms.policyId, name: terms.name }),
  kind: terms.kind,
  discoverable: terms.discoverable,
  approvers: [...terms.approvers],
});
