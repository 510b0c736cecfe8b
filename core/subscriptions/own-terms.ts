import type { Call } from "#core/call/call.ts";
import { staleAside, staleRead } from "#core/call/retry-conflict.ts";
import type { DomainError } from "#core/errors/domain-error.ts";
import { policyWrites } from "#core/policies/policy-writes.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { PolicyStore } from "#core/ports/policy-store.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import { headerChange } from "#core/sources/update-data-source.ts";
import type { OwnSubscription } from "#core/subscriptions/subscription-policy.ts";

/** What it takes to change who may subscribe to a data source. */
export interface OwnTermsDeps {
  readonly store: Pick<PolicyStore, "policy">;
  readonly ids: Ids;
}

/** How the change comes about. */
interface Circumstances {
  /** The policy whose change this is part of: the caller writes it. */
  readonly policyId?: string | undefined;
  /** Thrown where the header changed since it was read: by default that is the version that `If-Match` spoke of. */
  readonly otherwise?: DomainError;
}

/** A data source with other terms, and the writes that make it so. */
export interface OwnTermsChange {
  readonly after: DataSource;
  readonly writes: readonly Write[];
}

/**
 * States the terms of a data source: the header with what the index must know of it. One policy at a time states them: another one
 * that did so before is staged, with an audit record of its own. The caller records who stated the new terms.
 */
export async function ownTermsChange(
  { store, ids }: OwnTermsDeps,
  call: Call,
  at: Date,
  before: DataSource,
  subscription: OwnSubscription,
  { policyId, otherwise = staleRead() }: Circumstances = {},
): Promise<OwnTermsChange> {
  const after = { ...before, subscription, updatedAt: at.toISOString(), version: before.version + 1 };
  const header = headerChange(ids, at, before, after).map((write) =>
    write.write === "replace" ? { ...write, otherwise } : write,
  );
  const replaced = before.subscription.policyId;
  const others = replaced !== null && replaced !== subscription.policyId && replaced !== policyId;
  const policy = others ? await store.policy(replaced) : null;
  if (policy?.state !== "active") return { after, writes: header };
  const staged = {
    ...policy,
    state: "staged",
    updatedAt: at.toISOString(),
    version: policy.version + 1,
  } as const;
  const names = { directory: call.user.directory, tags: new Map() };
  return {
    after,
    writes: [
      ...header,
      ...policyWrites(ids, call, at, { before: policy, after: staged }, { names, otherwise: staleAside() }),
    ],
  };
}
