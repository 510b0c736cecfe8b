import type { Policy } from "#core/policies/policy.ts";
import type { GlobalSubscription } from "#core/subscriptions/subscription-policy.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** Whether tags must be known to tell where the policies apply. */
export const needTags = (policies: readonly Policy[]): boolean =>
  policies.some(({ rule }) => rule.scope?.on === "tagged");

/**
 * The global policies that are active, each with the tags of its scope and all that stands below these. A tag that is
 * gone is carried by nothing.
 */
export const globalSubscriptions = (
  policies: readonly Policy[],
  tags: Pick<TagTree, "get" | "descendants"> | null,
): readonly GlobalSubscription[] =>
  policies.flatMap(({ id, dataSourceId, state, rule: { terms, scope } }) => {
    if (dataSourceId !== null || state !== "active" || scope === null) return [];
    const every =
      scope.on === "all"
        ? null
        : scope.every.map((any) =>
            any.flatMap((tagId) => [tagId, ...(tags?.descendants(tagId) ?? []).map((tag) => tag.id)]),
          );
    return [{ ...terms, policyId: id, every }];
  });
