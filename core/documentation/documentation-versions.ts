import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type UseCase } from "#core/call/call.ts";
import { thatFit } from "#core/call/reply-size.ts";
import { demandVersion, retryConflict } from "#core/call/retry-conflict.ts";
import {
  documentationWrites,
  withDocumentation,
  type DocumentationVersion,
} from "#core/documentation/documentation-version.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import { showDataSource } from "#core/sources/show-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { headerChange } from "#core/sources/update-data-source.ts";

/** So many are read at once: each can be as long as an item. */
const readAtOnce = 10;

const show = ({ number, documentation, createdBy, createdAt }: DocumentationVersion) => ({
  version: number,
  documentation,
  createdBy,
  createdAt,
});

/** What the documentation was, newest first; a page ends where a reply would become too long. */
export const listDocumentationVersions =
  ({ store, cursors }: SourceDeps): UseCase<Routes["listDocumentationVersions"]> =>
  async ({ params, query: { limit, cursor } }, call) => {
    const { dataSource } = await readDataSource(store, call.user, params.dataSourceId, "data-source:read");
    const list = `documentation/${dataSource.id}`;
    const after = cursor === undefined ? null : await cursors.open(list, cursor, z.int());
    const found: DocumentationVersion[] = [];
    let [before, fitting, more] = [after, 0, true];
    while (more && found.length <= limit && fitting === found.length) {
      const read = await store.documentationVersions(dataSource.id, before, readAtOnce);
      found.push(...read);
      before = read.at(-1)?.number ?? null;
      more = read.length === readAtOnce;
      fitting = thatFit(found).length;
    }
    const items = found.slice(0, Math.min(limit, fitting)).map(show);
    const last = items.at(-1);
    const goesOn = last !== undefined && items.length < found.length;
    return { items, nextCursor: goesOn ? await cursors.seal(list, last.version) : null };
  };

/** Makes an earlier text the documentation again. Where it still is, nothing changes. */
export const restoreDocumentation =
  (deps: SourceDeps): UseCase<Routes["restoreDocumentation"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const view = await readDataSource(store, call.user, params.dataSourceId, "data-source:describe");
      const before = view.dataSource;
      demandVersion(call, before.version);
      const restored = await store.documentationVersion(before.id, versionOf(params.version));
      if (restored === null) throw new DomainError("not-found");
      const at = clock.now();
      const written = withDocumentation(before, restored.documentation);
      const same = written === before;
      const after = same ? before : { ...written, updatedAt: at.toISOString(), version: before.version + 1 };
      const result = await showDataSource(store, call.user, { ...view, dataSource: after });
      const kept = keptReply(call, 200, result, at);
      const details = { restored: restored.number, documentationVersion: after.documentationVersion };
      const resource = { type: "data-source", id: before.id };
      if (!same) {
        await store.commit(
          [
            ...headerChange(ids, at, before, after),
            ...documentationWrites(before, after, call.user.id),
            audited(ids, at, call, { action: "data-source:restore-documentation", resource, details }),
          ],
          kept,
        );
      } else if (kept !== undefined) {
        // Nothing changes, but the same key for another version must still be refused.
        await store.commit([], kept);
      }
      return result;
    });

/** The number in a path; what is no number names nothing. */
function versionOf(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new DomainError("not-found");
  return Number(text);
}
