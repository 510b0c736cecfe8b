import type { Routes } from "#contracts/http/routes.ts";
import { maxThreads } from "#contracts/resources/thread.ts";
import { keptReply, type UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { columnNamed } from "#core/dictionary/column-named.ts";
import type { SchemaColumn } from "#core/sources/data-source.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { columnsFor, readThread } from "#core/threads/read-thread.ts";
import { noColumns, showThread } from "#core/threads/show-thread.ts";
import { active, demandRoom, type Thread } from "#core/threads/thread.ts";
import { auditedThread, changeOf, creationOf, endOf } from "#core/threads/thread-writes.ts";

/** Begins a thread on a data source or on one of its columns; `too-many-threads` where it has as many as it may. */
export const createThread =
  (deps: SourceDeps): UseCase<Routes["createThread"]> =>
  async ({ params, body }, call) => {
    const { store, ids, clock } = deps;
    const { dataSource } = await readDataSource(store, call.user, params.dataSourceId, "thread:post");
    const column = body.column === undefined ? null : await demandColumn(deps, dataSource.id, body.column);
    await demandPlace(deps, dataSource.id);
    const at = clock.now();
    const now = at.toISOString();
    const made: Thread = {
      id: ids.next("thread"),
      dataSourceId: dataSource.id,
      columnId: column?.id ?? null,
      columnName: column?.name ?? null,
      text: body.text,
      author: call.user.id,
      createdAt: now,
      editedAt: null,
      resolved: false,
      replies: [],
      lastActivityAt: now,
      version: 1,
    };
    const result = showThread(made, column === null ? noColumns : { columns: [column], gone: [] });
    const details = { textLength: made.text.length };
    await store.commit(
      [...creationOf(made), auditedThread(ids, call, at, "thread:post", made, details)],
      keptReply(call, 201, result, at),
    );
    return result;
  };

/** They are counted, not held: those that begin at the same moment may come to a few more than there may be. */
async function demandPlace({ store }: SourceDeps, dataSourceId: string): Promise<void> {
  const places = await store.threadPlaces(dataSourceId, null, maxThreads);
  if (places.length >= maxThreads) throw new DomainError("too-many-threads");
}

async function demandColumn(
  { store }: SourceDeps,
  dataSourceId: string,
  name: string,
): Promise<SchemaColumn> {
  const view = await store.dictionary(dataSourceId);
  if (view === null) throw new DomainError("not-found");
  const column = columnNamed(view.columns, name);
  if (column !== undefined) return column;
  throw new DomainError("column-not-found", undefined, {
    errors: [{ in: "body", pointer: "/column", detail: `there is no column ${JSON.stringify(name)}` }],
  });
}

/** One thread. */
export const getThread =
  (deps: SourceDeps): UseCase<Routes["getThread"]> =>
  async ({ params }, call) => {
    const { thread } = await readThread(deps, call, params.threadId);
    return showThread(thread, await columnsFor(deps, thread));
  };

/** Resolves or reopens a thread, or changes what its author wrote. What is so already is no change. */
export const updateThread =
  (deps: SourceDeps): UseCase<Routes["updateThread"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const { thread: before, permit } = await readThread(deps, call, params.threadId);
      if (body.text !== undefined) permit("thread:edit", before);
      if (body.resolved !== undefined) permit("thread:resolve", before);
      demandVersion(call, before.version);
      const at = clock.now();
      const after = changed(before, body, at.toISOString());
      const columns = await columnsFor(deps, before);
      if (after === before) return showThread(before, columns);
      const details = { textLength: after.text.length };
      await store.commit([
        ...changeOf(before, after),
        ...(after.text === before.text ? [] : [auditedThread(ids, call, at, "thread:edit", after, details)]),
        ...(after.resolved === before.resolved
          ? []
          : [auditedThread(ids, call, at, after.resolved ? "thread:resolve" : "thread:reopen", after)]),
      ]);
      return showThread({ ...after, version: before.version + 1 }, columns);
    });

function changed(
  before: Thread,
  {
    text = before.text,
    resolved = before.resolved,
  }: { text?: string | undefined; resolved?: boolean | undefined },
  now: string,
): Thread {
  const edited = text === before.text ? before : { ...before, text, editedAt: now };
  if (edited !== before) demandRoom(edited);
  return resolved === before.resolved ? edited : active({ ...edited, resolved }, now);
}

/** Deletes a thread with all that was replied in it. */
export const deleteThread =
  (deps: SourceDeps): UseCase<Routes["deleteThread"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const { thread, permit } = await readThread(deps, call, params.threadId);
      permit("thread:delete", thread);
      demandVersion(call, thread.version);
      const details = { author: thread.author, replies: thread.replies.length };
      await store.commit([
        ...endOf(thread),
        auditedThread(ids, call, clock.now(), "thread:delete", thread, details),
      ]);
      return undefined;
    });
