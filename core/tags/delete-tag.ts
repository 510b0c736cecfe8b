import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { CatalogIndex } from "#core/ports/catalog-index.ts";
import type { Write } from "#core/ports/change.ts";
import type { Policy } from "#core/policies/policy.ts";
import type { PolicyStore } from "#core/ports/policy-store.ts";
import { recordOf, type TagDeps } from "#core/tags/tags.ts";
import { tagGuard, type Tag } from "#core/tags/tag.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** What it takes to know what carries a tag, and what uses it. */
export interface DeleteTagDeps extends TagDeps {
  readonly store: TagDeps["store"] & Pick<PolicyStore, "policies">;
  readonly index: Pick<CatalogIndex, "carriesAny">;
}

/** A transaction takes 100 items: two for each tag, and two more. */
const mostAtOnce = 48;

/** How long nobody may put a tag on anything while its deletion looks for what carries it; a request lives shorter. */
const deletionMs = 60_000;

/**
 * Deletes a tag with all below it, if nothing carries any of them and no policy uses one. First they are marked: whoever is just putting one
 * on something, or into a policy, is refused in their own transaction. What was put on before that is in the index, which has
 * seen every change that was committed before it is asked; so a tag is never gone from under what carries it.
 */
export const deleteTag =
  (deps: DeleteTagDeps): UseCase<Routes["deleteTag"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      authorize(call.user, "tag:delete", deployment);
      const tree = await deps.store.tagTree();
      const root = tree.find(params.name);
      if (root === undefined) throw new DomainError("not-found");
      demandVersion(call, root.version);
      const tags = [root, ...tree.descendants(root.id)];
      if (tags.length > mostAtOnce) {
        throw inUse(
          `${tags.length - 1} tags stand below it: delete those first, at most ${mostAtOnce} at a time.`,
        );
      }
      const until = new Date(deps.clock.now().getTime() + deletionMs).toISOString();
      const marked = await mark(deps, tree, tags, until);
      try {
        if (await deps.index.carriesAny(new Set(marked.map(({ id }) => id)))) {
          throw inUse("Data sources or columns carry it or a tag below it.");
        }
        const using = usingAny(await deps.store.policies(), new Set(marked.map(({ id }) => id)));
        if (using.length > 0) throw inUse(`Policies use it or a tag below it: ${namesOf(using)}.`);
        if (deps.clock.now().toISOString() >= until) throw new DomainError("contention");
        await deps.store.commit(removal(deps, call, root, marked));
      } catch (error) {
        await unmark(deps, marked);
        throw error;
      }
      return undefined;
    });

/** The policies, staged ones too, whose sentences name one of the tags. */
const usingAny = (policies: readonly Policy[], tagIds: ReadonlySet<string>): readonly Policy[] =>
  policies.filter(
    ({ rule: { scope } }) => scope?.on === "tagged" && scope.every.flat().some((id) => tagIds.has(id)),
  );

/** So many are named; whoever deletes tags may read all of them. */
const mostNamed = 5;

const namesOf = (policies: readonly Policy[]): string =>
  policies
    .slice(0, mostNamed)
    .map(({ name }) => JSON.stringify(name))
    .join(", ") + (policies.length > mostNamed ? ` and ${policies.length - mostNamed} more` : "");

const inUse = (detail: string): DomainError => new DomainError("tag-in-use", detail);

/** Lets nobody put these tags on anything for a while. */
async function mark(
  { store }: DeleteTagDeps,
  tree: TagTree,
  tags: readonly Tag[],
  until: string,
): Promise<readonly Tag[]> {
  const marked = tags.map((tag): Tag => ({ ...tag, deletingUntil: until, version: tag.version + 1 }));
  await store.commit([
    { write: "tag-tree", expected: tree.version, deletes: true, otherwise: staleRead() },
    ...marked.map(replaced),
  ]);
  return marked;
}

/** Takes the mark away; whoever changed a tag meanwhile has done so already, and a mark that stays has an end. */
async function unmark({ store }: DeleteTagDeps, marked: readonly Tag[]): Promise<void> {
  const freed = marked.map((tag): Tag => ({ ...tag, deletingUntil: null, version: tag.version + 1 }));
  try {
    await store.commit([{ write: "tag-tree", otherwise: staleRead() }, ...freed.map(replaced)]);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}

const replaced = (tag: Tag): Write => ({
  write: "replace",
  kind: "tag",
  record: recordOf(tag),
  expected: tag.version - 1,
  otherwise: staleRead(),
});

const removal = (
  { ids, clock }: DeleteTagDeps,
  call: Call,
  root: Tag,
  marked: readonly Tag[],
): readonly Write[] => [
  { write: "tag-tree", otherwise: staleRead() },
  ...marked.flatMap((tag): readonly Write[] => [
    { write: "remove", kind: "tag", record: recordOf(tag), otherwise: staleRead() },
    { write: "release", guard: tagGuard(tag), owner: tag.id },
  ]),
  audited(ids, clock.now(), call, {
    action: "tag:delete",
    resource: { type: "tag", id: root.id },
    details: {
      before: { name: root.name, description: root.description },
      tagIds: marked.map(({ id }) => id),
    },
  }),
];
