import type { Routes } from "#contracts/http/routes.ts";
import { keptReply, type UseCase } from "#core/call/call.ts";
import { retryConflict } from "#core/call/retry-conflict.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { readThread, replyOf } from "#core/threads/read-thread.ts";
import { showReply } from "#core/threads/show-thread.ts";
import { active, demandRoom, type Reply } from "#core/threads/thread.ts";
import { auditedThread, changeOf } from "#core/threads/thread-writes.ts";

/** Replies in a thread, resolved or not. */
export const createReply =
  (deps: SourceDeps): UseCase<Routes["createReply"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const { thread: before, permit } = await readThread(deps, call, params.threadId);
      permit("thread:post", before);
      const at = clock.now();
      const now = at.toISOString();
      const made: Reply = {
        id: ids.next("reply"),
        text: body.text,
        author: call.user.id,
        createdAt: now,
        editedAt: null,
      };
      const after = active({ ...before, replies: [...before.replies, made] }, now);
      demandRoom(after);
      const result = showReply(made);
      const details = { replyId: made.id, textLength: made.text.length };
      await store.commit(
        [...changeOf(before, after), auditedThread(ids, call, at, "thread:reply", after, details)],
        keptReply(call, 201, result, at),
      );
      return result;
    });

/** Changes a reply of one's own. The same text is no change. */
export const updateReply =
  (deps: SourceDeps): UseCase<Routes["updateReply"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const { thread: before, permit } = await readThread(deps, call, params.threadId);
      const old = replyOf(before, params.replyId);
      permit("thread:edit", old);
      if (old.text === body.text) return showReply(old);
      const at = clock.now();
      const made: Reply = { ...old, text: body.text, editedAt: at.toISOString() };
      const after = { ...before, replies: before.replies.map((one) => (one.id === old.id ? made : one)) };
      demandRoom(after);
      const details = { replyId: made.id, textLength: made.text.length };
      await store.commit([
        ...changeOf(before, after),
        auditedThread(ids, call, at, "thread:edit-reply", after, details),
      ]);
      return showReply(made);
    });

/** Deletes a reply. */
export const deleteReply =
  (deps: SourceDeps): UseCase<Routes["deleteReply"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const { thread: before, permit } = await readThread(deps, call, params.threadId);
      const old = replyOf(before, params.replyId);
      permit("thread:delete", old);
      const after = { ...before, replies: before.replies.filter(({ id }) => id !== old.id) };
      const details = { replyId: old.id, author: old.author };
      await store.commit([
        ...changeOf(before, after),
        auditedThread(ids, call, clock.now(), "thread:delete-reply", after, details),
      ]);
      return undefined;
    });
