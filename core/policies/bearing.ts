import { scopeTags } from "#core/policies/global-subscriptions.ts";
import type { Policy } from "#core/policies/policy.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** A policy as it bears on one data source: its own, or a global one that is about it. */
export interface Bearing {
  readonly policy: Policy;
  readonly applies: boolean;
  /** In plain words, for members of the data source. */
  readonly why: string;
}

type Source = Pick<DataSource, "id" | "tags" | "subscription">;

/** The policies that bear on a data source, in their order. */
export const bearing = (
  source: Source,
  policies: readonly Policy[],
  tags: Pick<TagTree, "get" | "descendants">,
): readonly Bearing[] =>
  policies.flatMap((policy): readonly Bearing[] => {
    const about = aboutSource(source, policy, tags);
    if (about === null) return [];
    const applies = policy.state === "active";
    return [{ policy, applies, why: applies ? about : "It is staged, and decides nothing yet." }];
  });

/** Why a policy is about a data source; null where it is not. */
function aboutSource(
  { id, tags: applied }: Source,
  { dataSourceId, rule: { scope } }: Policy,
  tags: Pick<TagTree, "get" | "descendants">,
): string | null {
  if (dataSourceId !== null) return dataSourceId === id ? "It is the data source's own." : null;
  if (scope === null) return null;
  const every = scopeTags(scope, tags);
  if (every === null) return "It is about all data sources.";
  const met = every.map((any) => applied.find(({ tagId }) => any.includes(tagId))?.tagId);
  if (met.includes(undefined)) return null;
  const names = met.flatMap((tagId) => tags.get(tagId ?? "")?.name ?? []);
  return `The data source is tagged ${[...new Set(names)].join(", ")}.`;
}
