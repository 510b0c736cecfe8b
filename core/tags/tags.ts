import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { tag } from "#contracts/resources/tag.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { foldName } from "#core/names/fold.ts";
import { searchWords } from "#core/names/words.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { Committer, TagStore } from "#core/ports/store.ts";
import { tagGuard, type Tag, type TagRecord } from "#core/tags/tag.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import { demandName, placeFor, type Place } from "#core/tags/tag-place.ts";

/** What the operations on tags need from outside. */
export interface TagDeps {
  readonly store: Committer & TagStore;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A tag as people see it. */
const showTag = ({ name, description, createdBy, createdAt, version }: Tag): z.output<typeof tag> => ({
  name,
  description,
  createdBy,
  createdAt,
  version,
});

/** The tags in the order of their names: all of them, or those whose name has words that begin with the search's. */
export const listTags =
  ({ store, cursors }: TagDeps): UseCase<Routes["listTags"]> =>
  async ({ query: { search = "", ...page } }) => {
    const terms = searchWords(search);
    const found = (await store.tagTree())
      .all()
      .filter(({ name }) => terms.every((term) => searchWords(name).some((word) => word.startsWith(term))));
    return await fillPage(cursors, `tags/${JSON.stringify(terms)}`, page, z.string(), {
      read: (after) =>
        Promise.resolve({
          items: found.filter(({ name }) => after === null || foldName(name) > after),
          next: null,
        }),
      positionOf: ({ name }) => foldName(name),
      show: showTag,
    });
  };

/** Makes a tag, and those above it in the tree that are not there yet. */
export const createTag =
  (deps: TagDeps): UseCase<Routes["createTag"]> =>
  ({ body }, call) =>
    retryConflict(call, async () => {
      authorize(call.user, "tag:create", deployment);
      const { store, clock } = deps;
      const tree = await store.tagTree();
      if (tree.find(body.name) !== undefined) throw taken(body.name);
      const at = clock.now();
      const place = placeFor(tree, body.name, at, (above) => newTag(deps, call, at, above));
      const made = { ...newTag(deps, call, at, place), description: body.description ?? "" };
      const result = showTag({ ...made, name: place.name });
      await store.commit(
        [
          // Whatever this stands below must not be deleted meanwhile.
          { write: "tag-tree", undeleted: tree.deletions, otherwise: staleRead() },
          // A parent that somebody else makes at the same time is no conflict: it is there then.
          ...place.above.flatMap((one) => creation(deps, call, at, one, staleRead())),
          ...creation(deps, call, at, { ...made, name: place.name }, taken(body.name)),
        ],
        keptReply(call, 201, result, at),
      );
      return result;
    });

/**
 * Changes a tag's description or its name. A new name is one write of the tag itself: whatever stands below it and
 * carries it follows. It may move below another tag, which is made if it is not there, but never below itself.
 */
export const updateTag =
  (deps: TagDeps): UseCase<Routes["updateTag"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      authorize(call.user, "tag:update", deployment);
      const { store, ids, clock } = deps;
      const tree = await store.tagTree();
      const before = tree.find(params.name);
      if (before === undefined) throw new DomainError("not-found");
      demandVersion(call, before.version);
      const at = clock.now();
      const { after, above } = changed(deps, call, at, tree, before, body);
      if (after.name === before.name && after.description === before.description) return showTag(before);
      await store.commit([
        { write: "tag-tree", expected: tree.version, otherwise: staleRead() },
        ...above.flatMap((one) => creation(deps, call, at, one, staleRead())),
        ...moving(before, after),
        {
          write: "replace",
          kind: "tag",
          record: recordOf(after),
          expected: before.version,
          otherwise: staleRead(),
        },
        audited(ids, at, call, {
          action: "tag:update",
          resource: { type: "tag", id: before.id },
          details: {
            before: { name: before.name, description: before.description },
            after: { name: after.name, description: after.description },
          },
        }),
      ]);
      return showTag(after);
    });

type Patch = Parameters<UseCase<Routes["updateTag"]>>[0]["body"];

/** The tag as it shall be, and what must be made for it to stand below. */
function changed(
  deps: TagDeps,
  call: Call,
  at: Date,
  tree: TagTree,
  before: Tag,
  { name = before.name, description = before.description }: Patch,
): { readonly after: Tag; readonly above: Place["above"] } {
  const after = { ...before, description, version: before.version + 1 };
  if (name === before.name) return { after, above: [] };
  const place = freePlace(deps, call, at, { tree, tag: before, name });
  const { parentId, segment } = place;
  return { after: { ...after, parentId, segment, name: place.name }, above: place.above };
}

interface Renaming {
  readonly tree: TagTree;
  readonly tag: Tag;
  readonly name: string;
}

/** Where a tag goes that gets another name: nobody else is there, it is not below itself, and all below it still fits. */
function freePlace(deps: TagDeps, call: Call, at: Date, { tree, tag: moved, name }: Renaming): Place {
  const there = tree.find(name);
  if (there !== undefined && there.id !== moved.id) throw taken(name);
  const place = placeFor(tree, name, at, (above) => newTag(deps, call, at, above));
  const below = tree.descendants(moved.id);
  if ([moved, ...below].some(({ id }) => place.path.includes(id))) {
    throw new DomainError("tag-below-itself", `${JSON.stringify(name)} is below the tag itself.`);
  }
  for (const { name: old } of below) demandName(`${place.name}${old.slice(moved.name.length)}`);
  return place;
}

/** Takes the new place and leaves the old one; where only the case changes they are the same. */
function moving(before: Tag, after: Tag): readonly Write[] {
  const [from, to] = [tagGuard(before), tagGuard(after)];
  if (foldName(from.name) === foldName(to.name)) return [];
  return [
    { write: "claim", guard: to, owner: after.id, otherwise: staleRead() },
    { write: "release", guard: from, owner: before.id },
  ];
}

const taken = (name: string): DomainError =>
  new DomainError("tag-name-taken", `There is a tag ${JSON.stringify(name)} already.`);

/** The tag without what only the tree knows. */
export function recordOf(tag: Tag): TagRecord {
  const { name: _, ...record } = tag;
  return record;
}

const newTag = (
  { ids }: TagDeps,
  call: Call,
  at: Date,
  { parentId, segment }: Pick<TagRecord, "parentId" | "segment">,
): TagRecord => ({
  id: ids.next("tag"),
  parentId,
  segment,
  description: "",
  deletingUntil: null,
  createdBy: call.user.id,
  createdAt: at.toISOString(),
  version: 1,
});

const creation = (
  { ids }: TagDeps,
  call: Call,
  at: Date,
  tag: Tag,
  otherwise: DomainError,
): readonly Write[] => [
  { write: "claim", guard: tagGuard(tag), owner: tag.id, otherwise },
  { write: "create", kind: "tag", record: recordOf(tag) },
  audited(ids, at, call, {
    action: "tag:create",
    resource: { type: "tag", id: tag.id },
    details: { after: { name: tag.name, description: tag.description } },
  }),
];
