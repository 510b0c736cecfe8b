import type { SubscriptionTerms } from "#core/subscriptions/subscription-policy.ts";

/** Which data sources a global policy applies to: all, or those whose own tags meet every part, each by any of its tags or what stands below one. */
export type PolicyScope =
  | { readonly on: "all" }
  | { readonly on: "tagged"; readonly every: readonly (readonly string[])[] };

/** What a policy says, as its sentence was parsed: tags by id, groups by id where they are known. */
export interface SubscriptionRule {
  readonly kind: "subscription";
  readonly terms: SubscriptionTerms;
  /** Null for a policy of one data source. */
  readonly scope: PolicyScope | null;
}

/** A sentence that decides. Staged ones decide nothing yet. */
export interface Policy {
  readonly id: string;
  readonly name: string;
  /** The data source it is about; null for a global policy. */
  readonly dataSourceId: string | null;
  readonly state: "staged" | "active";
  readonly rule: SubscriptionRule;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}
