import { staleRead } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import type { Tag } from "#core/tags/tag.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** The tags of these names, each once, in their order; `tag-not-found` says where an unknown one stands. */
export function resolveTags(tree: TagTree, names: readonly string[], pointer: string): readonly Tag[] {
  const unknown = names.flatMap((name, index) =>
    usable(tree, name) === undefined
      ? [
          {
            in: "body" as const,
            pointer: `${pointer}/${index}`,
            detail: `there is no tag ${JSON.stringify(name)}`,
          },
        ]
      : [],
  );
  if (unknown.length > 0) throw new DomainError("tag-not-found", undefined, { errors: unknown });
  const found = names.flatMap((name) => tree.find(name) ?? []);
  return [...new Map(found.map((tag) => [tag.id, tag])).values()];
}

/** The tag of a name that may be put on something: one that is being deleted may not. */
export function usable(tree: TagTree, name: string): Tag | undefined {
  const tag = tree.find(name);
  return tag === undefined || tag.deleting ? undefined : tag;
}

/**
 * Goes with every change that puts tags on something: if a tag has begun to be deleted since the tree was
 * read, the change is tried again with what stands then.
 */
export const tagsStand = (
  tree: TagTree,
  tags: readonly Tag[],
  otherwise: DomainError = staleRead(),
): readonly Write[] =>
  tags.length === 0
    ? []
    : [
        {
          write: "require-tags",
          deletions: tree.deletions,
          otherwise,
        },
      ];
