import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { tag } from "#contracts/resources/tag.ts";
import { authorize, deployment } from "#core/access/can.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { Committer, TagStore } from "#core/ports/store.ts";
import type { Tag } from "#core/tags/tag.ts";

/** What the operations on tags need from outside. */
export interface TagDeps {
  readonly store: Committer & TagStore;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly ids: Ids;
}

const showTag = ({ name, description, createdBy, createdAt, version }: Tag): z.output<typeof tag> => ({
  name,
  description,
  createdBy,
  createdAt,
  version,
});

/** Every tag, oldest first. */
export const listTags =
  ({ store, cursors }: TagDeps): UseCase<Routes["listTags"]> =>
  ({ query }) =>
    fillPage(cursors, "tags", query, z.string(), {
      read: (after, limit) => store.listTags(after, limit),
      positionOf: ({ id }) => id,
      show: showTag,
    });

/** Makes a tag, and those above it in the tree that are not there yet. */
export const createTag =
  (deps: TagDeps): UseCase<Routes["createTag"]> =>
  ({ body }, call) =>
    retryConflict(call, async () => {
      authorize(call.user, "tag:create", deployment);
      const { store, clock } = deps;
      const parents = ancestors(body.name);
      const existing = await store.tagsByName([body.name, ...parents]);
      if (existing.has(body.name)) throw taken(body.name);
      const at = clock.now();
      const above = parents
        .filter((name) => !existing.has(name))
        .map((name) => newTag(deps, call, at, name, ""));
      const made = newTag(deps, call, at, body.name, body.description ?? "");
      const result = showTag(made);
      await store.commit(
        [
          // A parent that somebody else makes at the same time is no conflict: it is there then.
          ...above.flatMap((record) => tagWrites(deps, call, at, record, staleRead())),
          ...tagWrites(deps, call, at, made, taken(body.name)),
        ],
        keptReply(call, 201, result, at),
      );
      return result;
    });

/** `a.b.c` stands below `a` and `a.b`. */
function ancestors(name: string): readonly string[] {
  const parts = name.split(".");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."));
}

const taken = (name: string): DomainError =>
  new DomainError("tag-name-taken", `There is a tag ${JSON.stringify(name)} already.`);

const newTag = ({ ids }: TagDeps, call: Call, at: Date, name: string, description: string): Tag => ({
  id: ids.next("tag"),
  name,
  description,
  createdBy: call.user.id,
  createdAt: at.toISOString(),
  version: 1,
});

const tagWrites = (
  { ids }: TagDeps,
  call: Call,
  at: Date,
  record: Tag,
  otherwise: DomainError,
): readonly Write[] => [
  { write: "claim", guard: { guard: "tag-name", name: record.name }, owner: record.id, otherwise },
  { write: "create", kind: "tag", record },
  audited(ids, at, call, {
    action: "tag:create",
    resource: { type: "tag", id: record.id },
    details: { after: { name: record.name, description: record.description } },
  }),
];
