import { authorize, can, type Action } from "#core/access/can.ts";
import type { Resource } from "#core/access/resource.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { principalText, type Caller } from "#core/people/caller.ts";
import type { Policy } from "#core/policies/policy.ts";
import type { PolicyDeps } from "#core/policies/policy-deps.ts";
import type { CatalogOwned } from "#core/ports/catalog-index.ts";
import { sourceResources } from "#core/sources/read-data-source.ts";

type StandingDeps = Pick<PolicyDeps, "index" | "clock"> & {
  readonly store: Pick<PolicyDeps["store"], "policy" | "dataSourceMemberships" | "dataSourceExposures">;
};

/** The policies that have a data source of their own, by it. */
const localOf = (policies: readonly Policy[]): readonly string[] => [
  ...new Set(policies.flatMap(({ dataSourceId }) => dataSourceId ?? [])),
];

/** The policies as decisions take them, by id; those of a data source that is deleted are absent. */
async function resourcesOf(
  deps: StandingDeps,
  user: Caller,
  policies: readonly Policy[],
  binding: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Resource>> {
  const local = localOf(policies);
  const sources =
    local.length === 0 ? new Map<string, Resource>() : await sourceResources(deps.store, user, local);
  return new Map(
    policies.flatMap(({ id, dataSourceId }): readonly (readonly [string, Resource])[] => {
      if (dataSourceId === null) {
        return [[id, { type: "policy", dataSource: null, bindsOwn: binding.has(id) }]];
      }
      const dataSource = sources.get(dataSourceId);
      return dataSource === undefined ? [] : [[id, { type: "policy", dataSource, bindsOwn: false }]];
    }),
  );
}

/** What the caller owns of what some policies are about, as the index knows it: it has seen every change before. */
const ownedOf = (
  { index, clock }: StandingDeps,
  { principals, directory }: Caller,
  policies: readonly Policy[],
): Promise<CatalogOwned> =>
  index.owned({
    principals: principals.map(principalText),
    now: clock.now(),
    scopes: directory.subscriptions,
    dataSourceIds: localOf(policies),
  });

/**
 * Tells which of some policies a caller may read. To whom not all of them are open the index tells first which come into
 * question, so that nothing is read of what they have nothing to do with; each that it names is decided again.
 */
export async function readableAmong(
  deps: StandingDeps,
  user: Caller,
  policies: readonly Policy[],
): Promise<(some: readonly Policy[]) => Promise<readonly Policy[]>> {
  const governs = user.permissions.includes("GOVERNANCE");
  const owned = governs || policies.length === 0 ? null : await ownedOf(deps, user, policies);
  const concerns = ({ id, dataSourceId }: Policy): boolean =>
    owned === null ||
    (dataSourceId === null ? owned.policyIds.has(id) : owned.dataSourceIds.has(dataSourceId));
  return async (some) => {
    const concerning = some.filter(concerns);
    const resources = await resourcesOf(deps, user, concerning, owned?.policyIds ?? new Set());
    return concerning.filter(({ id }) => {
      const resource = resources.get(id);
      return resource !== undefined && can(user, "policy:read", resource);
    });
  };
}

/** The policy, if the caller may take the action on it; `not-found` if they may not know of it. */
export async function readPolicy(
  deps: StandingDeps,
  user: Caller,
  policyId: string,
  action: Action,
): Promise<Policy> {
  const policy = await deps.store.policy(policyId);
  if (policy === null) throw new DomainError("not-found");
  const byIndex = policy.dataSourceId === null && !user.permissions.includes("GOVERNANCE");
  const binding = byIndex ? (await ownedOf(deps, user, [policy])).policyIds : new Set<string>();
  const resource = (await resourcesOf(deps, user, [policy], binding)).get(policyId);
  if (resource === undefined) throw new DomainError("not-found");
  authorize(user, action, resource);
  return policy;
}
