import type { Routes } from "#contracts/http/routes.ts";
import { maxTags } from "#contracts/resources/fields.ts";
import { can } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { demandVersion, retryConflict } from "#core/call/retry-conflict.ts";
import { dbtChanged } from "#core/dbt/layer.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { KeptReply, Write } from "#core/ports/change.ts";
import type { AppliedTag, DataSource, KeptAway } from "#core/sources/data-source.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import { showDataSourceWith } from "#core/sources/show-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { headerChange } from "#core/sources/update-data-source.ts";
import { resolveTags, tagsStand } from "#core/tags/resolve-tags.ts";
import type { Tag } from "#core/tags/tag.ts";

/** Puts tags on a data source. One that a person has put there already is left as it is. */
export const addTags =
  (deps: SourceDeps): UseCase<Routes["addTags"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const view = await readDataSource(deps.store, call.user, params.dataSourceId, "data-source:tag");
      demandVersion(call, view.dataSource.version);
      const tree = await deps.store.tagTree();
      const at = deps.clock.now();
      const tags = resolveTags(tree, body.tags, "/tags", at);
      const before = view.dataSource;
      const added = new Set(tags.map(({ id }) => id));
      const after = changed(before, at, {
        tags: withManualTags(before.tags, tags, call, at),
        // Who puts a tag there does not keep it away any more.
        keptAway: before.keptAway.filter(({ tagId }) => !added.has(tagId)),
      });
      const result = showDataSourceWith(tree, call.user, { ...view, dataSource: after });
      const kept = keptReply(call, 200, result, at);
      if (after === before) {
        // Nothing changes, but the same key with another body must still be refused.
        if (kept !== undefined) await deps.store.commit([], kept);
        return result;
      }
      await commitTags(deps, call, at, before, after, {
        details: { added: tags.map(({ name }) => name) },
        demands: [...tagsStand(tree, tags), ...letBack(before, after)],
        kept,
      });
      return result;
    });

/**
 * Takes a tag off a data source, whoever put it there; an absent one is no error. dbt's comes back with its next run,
 * unless it is kept away: then also one that dbt has not put there yet never comes. To keep away what an active policy
 * decides by takes GOVERNANCE.
 */
export const removeTag =
  (deps: SourceDeps): UseCase<Routes["removeTag"]> =>
  ({ params, query }, call) =>
    retryConflict(call, async () => {
      const view = await readDataSource(deps.store, call.user, params.dataSourceId, "data-source:tag");
      const before = view.dataSource;
      demandVersion(call, before.version);
      const tag = (await deps.store.tagTree()).find(params.name);
      if (tag === undefined) return undefined;
      const at = deps.clock.now();
      const keepAway = query.keepAway === true && before.dbt !== null;
      const standing = keepAway ? demandKeepingAway(call, tag) : [];
      const after = changed(before, at, {
        tags: before.tags.filter(({ tagId }) => tagId !== tag.id),
        keptAway: keepAway
          ? keptAwayWith(before.keptAway, tag.id, call, at)
          : before.keptAway.filter(({ tagId }) => tagId !== tag.id || query.keepAway === true),
      });
      if (after === before) return undefined;
      const losesDbts = before.tags.some(({ tagId, provenance }) => tagId === tag.id && provenance === "dbt");
      await commitTags(deps, call, at, before, after, {
        details: { removed: [tag.name], ...(keepAway ? { keptAway: true } : {}) },
        demands: [...standing, ...(losesDbts && !keepAway ? dbtChanged(before) : letBack(before, after))],
      });
      return undefined;
    });

/** Refuses to keep away a tag by which policies decide, and holds policies still until the change commits. */
function demandKeepingAway({ user }: Call, { id }: Tag): readonly Write[] {
  const { directory } = user;
  if (directory.usesTag(id) && !can(user, "tag:keep-away", deployment)) {
    const detail = "An active policy decides by this tag: to keep it away takes GOVERNANCE.";
    throw new DomainError("forbidden", detail, { refused: "tag:keep-away" });
  }
  return [
    { write: "require-directory", version: directory.version, otherwise: new DomainError("contention") },
  ];
}

function keptAwayWith(before: readonly KeptAway[], tagId: string, call: Call, at: Date): readonly KeptAway[] {
  if (before.some((one) => one.tagId === tagId)) return before;
  if (before.length >= maxTags) throw new DomainError("too-many-tags");
  return [...before, { tagId, by: call.user.id, at: at.toISOString() }];
}

/** What is not kept away any more comes back with the next run, though the run may say nothing new. */
function letBack(before: DataSource, after: DataSource): readonly Write[] {
  const kept = new Set(after.keptAway.map(({ tagId }) => tagId));
  return before.keptAway.every(({ tagId }) => kept.has(tagId)) ? [] : dbtChanged(before);
}

/** The applied tags with some more of a person's; those that a person stated before keep their date. */
export function withManualTags(
  applied: readonly AppliedTag[],
  tags: readonly Tag[],
  call: Call,
  at: Date,
): readonly AppliedTag[] {
  const stated = new Set(
    applied.filter(({ provenance }) => provenance === "manual").map(({ tagId }) => tagId),
  );
  const fresh = tags.filter(({ id }) => !stated.has(id));
  if (fresh.length === 0) return applied;
  const carried = new Set([...applied.map(({ tagId }) => tagId), ...fresh.map(({ id }) => id)]);
  if (carried.size > maxTags) throw new DomainError("too-many-tags");
  return [
    ...applied,
    ...fresh.map(({ id }): AppliedTag => ({
      tagId: id,
      provenance: "manual",
      appliedBy: call.user.id,
      appliedAt: at.toISOString(),
    })),
  ];
}

/** The header with other tags, in its next version; the same where they are. */
function changed(
  before: DataSource,
  at: Date,
  { tags, keptAway }: Pick<DataSource, "tags" | "keptAway">,
): DataSource {
  if (isSameValue([tags, keptAway], [before.tags, before.keptAway])) return before;
  return { ...before, tags, keptAway, updatedAt: at.toISOString(), version: before.version + 1 };
}

const commitTags = (
  { store, ids }: SourceDeps,
  call: Call,
  at: Date,
  before: DataSource,
  after: DataSource,
  made: {
    readonly details: Readonly<Record<string, unknown>>;
    readonly demands: readonly Write[];
    readonly kept?: KeptReply | undefined;
  },
): Promise<void> =>
  store.commit(
    [
      ...headerChange(ids, at, before, after),
      ...made.demands,
      audited(ids, at, call, {
        action: "data-source:tag",
        resource: { type: "data-source", id: before.id },
        details: made.details,
      }),
    ],
    made.kept,
  );
