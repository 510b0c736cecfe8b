import type { Settings } from "#core/settings/settings.ts";
import type { OwnSubscription } from "#core/subscriptions/subscription-policy.ts";

/** What a new data source begins with; an owner approves where the setting says no more than that somebody must. */
export const defaultSubscription = ({
  defaultSubscriptionPolicy: { kind, discoverable },
}: Pick<Settings, "defaultSubscriptionPolicy">): OwnSubscription => ({
  kind,
  discoverable,
  approvers: kind === "approval" ? ["owner"] : [],
  when: null,
  source: "default",
  policyId: null,
});
