import { DomainError } from "#core/errors/domain-error.ts";
import type { TagStore } from "#core/ports/store.ts";
import type { Tag } from "#core/tags/tag.ts";

/** The tags of these names, each once, in their order; `tag-not-found` says where an unknown one stands. */
export async function resolveTags(
  store: Pick<TagStore, "tagsByName">,
  names: readonly string[],
  pointer: string,
): Promise<readonly Tag[]> {
  if (names.length === 0) return [];
  const found = await store.tagsByName(names);
  const unknown = names.flatMap((name, index) =>
    found.has(name)
      ? []
      : [
          {
            in: "body" as const,
            pointer: `${pointer}/${index}`,
            detail: `there is no tag ${JSON.stringify(name)}`,
          },
        ],
  );
  if (unknown.length > 0) throw new DomainError("tag-not-found", undefined, { errors: unknown });
  return [...new Map([...found.values()].map((tag) => [tag.id, tag])).values()];
}
