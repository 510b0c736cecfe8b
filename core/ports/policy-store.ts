import type { Policy } from "#core/policies/policy.ts";

/** Policies; there are a thousand at most. */
export interface PolicyStore {
  policy(policyId: string): Promise<Policy | null>;
  /** All of them, staged and active, in the order in which they were made. */
  policies(): Promise<readonly Policy[]>;
}
