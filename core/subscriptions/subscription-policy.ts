import type { Permission } from "#contracts/resources/system.ts";

/** Who may be asked to approve: an owner of the data source, or whoever holds a permission. */
export const approverKinds = ["owner", "USER_ADMIN", "GOVERNANCE", "AUDIT"] as const satisfies readonly (
  | Permission
  | "owner"
)[];
export type ApproverKind = (typeof approverKinds)[number];

/** A condition on somebody: their groups and attributes. */
export type Who =
  | { readonly who: "all" | "any"; readonly of: readonly Who[] }
  | { readonly who: "not"; readonly of: Who }
  /** By id where the group was known when it was written, else by name. */
  | { readonly who: "group"; readonly id: string | null; readonly name: string }
  /** `values` null: whoever has it at all. Several values: any of them. */
  | { readonly who: "attribute"; readonly name: string; readonly values: readonly string[] | null };

export const subscriptionKinds = ["anyone", "approval", "entitlement", "individual"] as const;
export type SubscriptionKind = (typeof subscriptionKinds)[number];

/** Who may subscribe, and who may know of it. */
export interface SubscriptionTerms {
  readonly kind: SubscriptionKind;
  /** Whether everybody may find it, subscribed or not. */
  readonly discoverable: boolean;
  /** Each must approve, each a different person; none where `kind` is not `approval`. */
  readonly approvers: readonly ApproverKind[];
  /** Whom it admits: always for `entitlement`; for `approval` who may ask, or null for everybody. */
  readonly when: Who | null;
}

/** The terms of one data source. */
export interface OwnSubscription extends SubscriptionTerms {
  /** `default`: from the setting, when it was made; any global policy that applies takes its place. */
  readonly source: "default" | "owner";
  /** The policy that states them as a sentence, where one does. */
  readonly policyId: string | null;
}

/** A global policy that is active, as decisions need it. */
export interface GlobalSubscription extends SubscriptionTerms {
  readonly policyId: string;
  readonly name: string;
  /** It applies to data sources that carry, of every part, any tag; what stands below a tag is in its part. Null means all. */
  readonly every: readonly (readonly string[])[] | null;
}

/** What a data source has that nobody stated terms for, from before there were any. */
export const individually: OwnSubscription = {
  kind: "individual",
  discoverable: false,
  approvers: [],
  when: null,
  source: "default",
  policyId: null,
};
