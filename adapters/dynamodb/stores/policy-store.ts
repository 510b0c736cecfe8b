import type { PolicyStore } from "#core/ports/policy-store.ts";
import { keys } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { getItem, queryItems, type TableRef } from "../requests.ts";

/** Policies lie in one partition, in the order of their ids. */
export const policyStore = (ref: TableRef): PolicyStore => ({
  policy: async (policyId) => readOr(read.policy, await getItem(ref, keys.policy(policyId))),
  policies: async () => (await queryItems(ref, { partition: "POLICIES" })).map(read.policy),
});
