import { userAtCommit } from "#core/access/rights-at-commit.ts";
import type { Call } from "#core/call/call.ts";
import { staleAside, staleRead } from "#core/call/retry-conflict.ts";
import { isSameValue } from "#core/call/same-value.ts";
import type { Policy } from "#core/policies/policy.ts";
import type { PolicyDeps } from "#core/policies/policy-deps.ts";
import { policyWrites, type PolicyChange } from "#core/policies/policy-writes.ts";
import type { Names } from "#core/policies/said.ts";
import type { Write } from "#core/ports/change.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import { defaultSubscription } from "#core/subscriptions/default-subscription.ts";
import { ownTermsChange } from "#core/subscriptions/own-terms.ts";
import type { OwnSubscription } from "#core/subscriptions/subscription-policy.ts";

type ChangeDeps = Pick<PolicyDeps, "store" | "ids">;

/** The writes of a change of a policy and, where it states the terms of one data source, of that data source. */
export async function changeWrites(
  deps: ChangeDeps,
  call: Call,
  at: Date,
  change: PolicyChange,
  names: Names,
): Promise<readonly Write[]> {
  const isGlobal = (change.after ?? change.before)?.dataSourceId === null;
  return [
    ...(isGlobal ? [userAtCommit(call.user)] : []),
    ...policyWrites(deps.ids, call, at, change, { names, otherwise: staleRead() }),
    ...(await termsWrites(deps, call, at, change)),
  ];
}

/** An active policy of one data source is what that data source says of itself: one at a time, and the default where there is none. */
async function termsWrites(
  deps: ChangeDeps,
  call: Call,
  at: Date,
  { before, after }: PolicyChange,
): Promise<readonly Write[]> {
  const policy = after ?? before;
  const [was, is] = [statedBy(before), statedBy(after)];
  if (policy === null || policy.dataSourceId === null || isSameValue(was, is)) return [];
  const { dataSource } = await readDataSource(deps.store, call.user, policy.dataSourceId, "policy:create");
  // What it stated is stated by something else meanwhile: there is nothing to take back.
  if (is === null && dataSource.subscription.policyId !== policy.id) return [];
  const terms = is ?? defaultSubscription(await deps.store.settings());
  const circumstances = { policyId: policy.id, otherwise: staleAside() };
  return (await ownTermsChange(deps, call, at, dataSource, terms, circumstances)).writes;
}

/** The terms that a policy states for its data source; null for one that does not. */
const statedBy = (policy: Policy | null): OwnSubscription | null =>
  policy === null || policy.dataSourceId === null || policy.state !== "active"
    ? null
    : { ...policy.rule.terms, source: "owner", policyId: policy.id };
