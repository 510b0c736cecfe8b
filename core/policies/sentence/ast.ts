import type { SubscriptionTerms } from "#core/subscriptions/subscription-policy.ts";

/** A condition on somebody as a sentence says it: groups by name. `all` and `any` have two parts or more, none of their own kind. */
export type SaidWho =
  | { readonly who: "all" | "any"; readonly of: readonly SaidWho[] }
  | { readonly who: "not"; readonly of: SaidWho }
  | { readonly who: "group"; readonly name: string }
  /** `values` null: whoever has it at all. */
  | { readonly who: "attribute"; readonly name: string; readonly values: readonly string[] | null };

/** Which data sources a sentence is about: tags by name; of each part any. */
export type SaidScope =
  | { readonly on: "all" }
  | { readonly on: "tagged"; readonly every: readonly (readonly string[])[] };

/** A sentence that says who may subscribe. */
export interface SubscriptionSentence {
  readonly kind: "subscription";
  readonly terms: Omit<SubscriptionTerms, "when"> & { readonly when: SaidWho | null };
  /** Null where it names no data sources, as one about a single data source does. */
  readonly scope: SaidScope | null;
}

/** What a sentence says, by names alone. A further kind of policy is one more member here. */
export type Sentence = SubscriptionSentence;
export type SentenceKind = Sentence["kind"];

/** How long a sentence may be, as it came and as it is printed, in UTF-16 code units. */
export const maxSentenceLength = 2_000;

/** How many groups, attributes and tags a sentence may name. */
export const maxConditions = 64;

/** How deep conditions may stand in each other; stored, each takes two levels of the 32 that DynamoDB has. */
export const maxDepth = 10;

/** How many approvals a sentence may ask for. */
export const maxApprovers = 10;
