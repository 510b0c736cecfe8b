import type { Policy, PolicyScope } from "#core/policies/policy.ts";
import type { GlobalSubscription } from "#core/subscriptions/subscription-policy.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** Whether tags must be known to tell where the policies apply. */
export const needTags = (policies: readonly Policy[]): boolean =>
  policies.some(({ rule }) => rule.scope?.on === "tagged");

/** What a scope covers: of each part the tags with all that stands below them. Null is everything. A tag that is gone is carried by nothing. */
export const scopeTags = (
  scope: PolicyScope,
  tags: Pick<TagTree, "descendants"> | null,
): GlobalSubscription["every"] =>
  scope.on === "all"
    ? null
    : scope.every.map((any) =>
        any.flatMap((tagId) => [tagId, ...(tags?.descendants(tagId) ?? []).map((tag) => tag.id)]),
      );

/** The global policies that are active, each with the tags of its scope and all that stands below these. */
export const globalSubscriptions = (
  policies: readonly Policy[],
  tags: Pick<TagTree, "get" | "descendants"> | null,
): readonly GlobalSubscription[] =>
  policies.flatMap(({ id, name, dataSourceId, state, rule: { terms, scope } }) =>
    dataSourceId !== null || state !== "active" || scope === null
      ? []
      : [{ ...terms, policyId: id, name, every: scopeTags(scope, tags) }],
  );
