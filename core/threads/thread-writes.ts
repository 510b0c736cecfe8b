import { audited } from "#core/audit/record.ts";
import type { Call } from "#core/call/call.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import { placeOf, type Thread } from "#core/threads/thread.ts";

/** The writes of a thread that begins. */
export const creationOf = (thread: Thread): readonly Write[] => [
  { write: "create", kind: "thread", record: thread },
  { write: "put", kind: "thread-place", record: placeOf(thread) },
];

/** The writes of a thread's next version; its place moves where something has happened in it. */
export function changeOf(before: Thread, after: Thread): readonly Write[] {
  const replaced: Write = {
    write: "replace",
    kind: "thread",
    record: { ...after, version: before.version + 1 },
    expected: before.version,
    otherwise: staleRead(),
  };
  if (before.resolved === after.resolved && before.lastActivityAt === after.lastActivityAt) return [replaced];
  const moved: readonly Write[] =
    before.lastActivityAt === after.lastActivityAt
      ? []
      : [{ write: "remove", kind: "thread-place", record: placeOf(before) }];
  return [replaced, ...moved, { write: "put", kind: "thread-place", record: placeOf(after) }];
}

/** The writes of a thread's end. */
export const endOf = (thread: Thread): readonly Write[] => [
  { write: "remove", kind: "thread", record: thread, otherwise: staleRead() },
  { write: "remove", kind: "thread-place", record: placeOf(thread) },
];

/** The record of what somebody did in a thread: it belongs to the data source, and holds no word of what was said. */
export const auditedThread = (
  ids: Ids,
  call: Call,
  at: Date,
  action: string,
  { id, dataSourceId, columnName }: Thread,
  details: Readonly<Record<string, unknown>> = {},
): Write =>
  audited(ids, at, call, {
    action,
    resource: { type: "data-source", id: dataSourceId },
    details: { threadId: id, ...(columnName === null ? {} : { column: columnName }), ...details },
  });
