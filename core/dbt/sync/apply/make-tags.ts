import { auditedSystem, systemActor } from "#core/audit/record.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { foldName } from "#core/names/fold.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { TagStore } from "#core/ports/store.ts";
import { placeFor } from "#core/tags/tag-place.ts";
import { demandStanding, tagGuard, type Tag, type TagRecord } from "#core/tags/tag.ts";
import { recordOf } from "#core/tags/tags.ts";
import { TagTree } from "#core/tags/tag-tree.ts";

/** What it takes to make tags. */
export interface TagMaker {
  readonly store: TagStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly correlationId: string;
  /** Commits under the job's fence. */
  readonly commit: (writes: readonly Write[]) => Promise<void>;
}

/** A transaction takes 99 items: three for each tag, and one more. */
const madeAtOnce = 30;
/** Others who make the same tags come between so often at most. */
const tries = 8;

/** The tree with all these tags in it, which are made where they are not there yet, those above them first. */
export async function ensureTags(maker: TagMaker, names: readonly string[]): Promise<TagTree> {
  let refused = 0;
  for (;;) {
    const tree = await maker.store.tagTree();
    const missing = missingTags(tree, names, maker);
    if (missing.length === 0) {
      demandStanding(
        names.flatMap((name) => tree.find(name) ?? []),
        maker.clock.now(),
      );
      return tree;
    }
    try {
      await maker.commit([
        { write: "tag-tree", undeleted: tree.deletions, otherwise: staleRead() },
        ...missing.slice(0, madeAtOnce).flatMap((tag) => creation(maker, tag)),
      ]);
    } catch (error) {
      const conflict = error instanceof DomainError && error.code === "version-mismatch";
      refused += 1;
      if (!conflict || refused === tries) throw error;
    }
  }
}

/** The tags that can be made at once, each once: of each name that is not there the highest part that is not. */
function missingTags(tree: TagTree, names: readonly string[], { ids, clock }: TagMaker): readonly Tag[] {
  const at = clock.now();
  const made = new Map<string, Tag>();
  for (const name of names) {
    if (tree.find(name) !== undefined) continue;
    const { above, ...place } = placeFor(tree, name, at, (of) => newTag(ids.next("tag"), at, of));
    const first = above[0] ?? { ...newTag(ids.next("tag"), at, place), name: place.name };
    if (!made.has(foldName(first.name))) made.set(foldName(first.name), first);
  }
  return [...made.values()];
}

const newTag = (
  id: string,
  at: Date,
  { parentId, segment }: Pick<TagRecord, "parentId" | "segment">,
): TagRecord => ({
  id,
  parentId,
  segment,
  description: "",
  deletingUntil: null,
  createdBy: systemActor,
  createdAt: at.toISOString(),
  version: 1,
});

const creation = ({ ids, clock, correlationId }: TagMaker, tag: Tag): readonly Write[] => [
  { write: "claim", guard: tagGuard(tag), owner: tag.id, otherwise: staleRead() },
  { write: "create", kind: "tag", record: recordOf(tag) },
  auditedSystem(ids, clock.now(), correlationId, {
    action: "tag:create",
    resource: { type: "tag", id: tag.id },
    details: { after: { name: tag.name, description: tag.description } },
  }),
];

/** The tree as it would be with these tags: for plans, which make none. */
export function plannedTags(tree: TagTree, names: readonly string[], at: Date): TagTree {
  const missing = names.filter((name) => tree.find(name) === undefined);
  if (missing.length === 0) return tree;
  // Each stands by itself under its full name, as tags from before there were parents do.
  const planned = missing.map((name) => newTag(`planned ${name}`, at, { parentId: null, segment: name }));
  return new TagTree([...tree.all().map(recordOf), ...planned], tree);
}
