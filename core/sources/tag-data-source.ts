import type { Routes } from "#contracts/http/routes.ts";
import { maxTags } from "#contracts/resources/fields.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { KeptReply, Write } from "#core/ports/change.ts";
import type { AppliedTag, DataSource } from "#core/sources/data-source.ts";
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
      const after = withTags(view.dataSource, withManualTags(view.dataSource.tags, tags, call, at), at);
      const result = showDataSourceWith(tree, { ...view, dataSource: after });
      const kept = keptReply(call, 200, result, at);
      if (after === view.dataSource) {
        // Nothing changes, but the same key with another body must still be refused.
        if (kept !== undefined) await deps.store.commit([], kept);
        return result;
      }
      const added = tags.map(({ name }) => name);
      await commitTags(deps, call, at, view.dataSource, after, { added }, tagsStand(tree, tags), kept);
      return result;
    });

/** Takes a tag off a data source, whoever put it there; an absent one is no error. */
export const removeTag =
  (deps: SourceDeps): UseCase<Routes["removeTag"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const view = await readDataSource(deps.store, call.user, params.dataSourceId, "data-source:tag");
      demandVersion(call, view.dataSource.version);
      const tag = (await deps.store.tagTree()).find(params.name);
      const before = view.dataSource;
      const left = before.tags.filter(({ tagId }) => tagId !== tag?.id);
      if (left.length === before.tags.length) return undefined;
      const at = deps.clock.now();
      await commitTags(deps, call, at, before, withTags(before, left, at), { removed: [tag?.name] }, []);
      return undefined;
    });

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
  if (applied.length + fresh.length > maxTags) throw new DomainError("too-many-tags");
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

const withTags = (before: DataSource, tags: readonly AppliedTag[], at: Date): DataSource =>
  tags === before.tags
    ? before
    : { ...before, tags, updatedAt: at.toISOString(), version: before.version + 1 };

const commitTags = (
  { store, ids }: SourceDeps,
  call: Call,
  at: Date,
  before: DataSource,
  after: DataSource,
  details: Readonly<Record<string, unknown>>,
  demands: readonly Write[],
  kept?: KeptReply,
): Promise<void> =>
  store.commit(
    [
      ...headerChange(ids, at, before, after),
      ...demands,
      audited(ids, at, call, {
        action: "data-source:tag",
        resource: { type: "data-source", id: before.id },
        details,
      }),
    ],
    kept,
  );
