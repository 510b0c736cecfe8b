import type { ProblemError } from "#contracts/problems.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import { demandStanding, type Tag } from "#core/tags/tag.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/**
 * The tags of these names, each once, in their order, to be put on something; `tag-not-found` says where an unknown
 * one stands.
 */
export function resolveTags(
  tree: TagTree,
  names: readonly string[],
  pointer: string,
  at: Date,
): readonly Tag[] {
  const unknown = names.flatMap((name, index) =>
    tree.find(name) === undefined ? [unknownTag(name, `${pointer}/${index}`)] : [],
  );
  if (unknown.length > 0) throw new DomainError("tag-not-found", undefined, { errors: unknown });
  const tags = namedTags(tree, names);
  demandStanding(tags, at);
  return tags;
}

/** Where a tag is named that there is not. */
export const unknownTag = (name: string, pointer: string): ProblemError => ({
  in: "body",
  pointer,
  detail: `there is no tag ${JSON.stringify(name)}`,
});

/** The tags of these names, as far as there are any, each once. */
export const namedTags = (tree: TagTree, names: readonly string[] = []): readonly Tag[] => [
  ...new Map(names.flatMap((name) => tree.find(name) ?? []).map((tag) => [tag.id, tag])).values(),
];

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
