import { restored, restoreWrites } from "#core/deletion/restore-writes.ts";
import type { Write } from "#core/ports/change.ts";
import { active } from "#core/threads/thread.ts";
import { changeOf, creationOf } from "#core/threads/thread-writes.ts";
import { aDeletedDataSource, aTypicalThread } from "./access-curation.ts";
import { conflict, deed, replyOf, type Trial } from "./access-fixtures.ts";

/** Every change of a thread, and of a data source that is deleted, by the function cell of its row. */
export const curationChanges: Readonly<Record<string, Trial>> = {
  "`commit` of a new thread": async (given) => {
    const thread = aTypicalThread(given, given.id("dataSource"));
    const { id, dataSourceId } = thread;
    const writes: Write[] = [
      ...creationOf(thread),
      deed(given, "thread:post", "data-source", dataSourceId, { threadId: id, textLength: 28 }),
    ];
    return (store) => store.commit(writes, replyOf(given, thread));
  },
  "`commit` of a reply": async (given) => {
    const before = aTypicalThread(given, given.id("dataSource"));
    await given.store.commit(creationOf(before));
    given.clock.advance(1000);
    const replies = [...before.replies, { ...before, id: given.id("reply") }];
    const after = active({ ...before, replies }, given.clock.now().toISOString());
    const writes: Write[] = [
      ...changeOf(before, after),
      deed(given, "thread:reply", "data-source", before.dataSourceId, { threadId: before.id }),
    ];
    return (store) => store.commit(writes, replyOf(given, after.replies.at(-1) ?? {}));
  },
  "`commit` of a data source that comes back": async (given) => {
    const { dataSource, health, connection, owners } = await aDeletedDataSource(given);
    const view = { dataSource, health, memberships: owners };
    const at = given.clock.now();
    const tree = await given.store.tagTree();
    const asked = { by: given.call.user.id, at, correlationId: given.call.requestId };
    const dictionary = { columns: given.columns, edits: new Map(), dbt: null };
    const layer = { dataSource, dictionary, writes: [] };
    const after = restored(given.ids, asked, { ...view, tree, ...dictionary }, "unchanged");
    const writes = restoreWrites(given.ids, asked, {
      before: view,
      layer,
      after,
      connection,
      members: await given.store.dataSourceMembers(dataSource.id),
      tree,
      comparison: "unchanged",
    });
    return (store) => store.commit(writes);
  },
  "`commit` of a header's end": async (given) => {
    const { dataSource } = await aDeletedDataSource(given);
    const { id, name, remote, deletedAt } = dataSource;
    const writes: Write[] = [
      { write: "remove", kind: "data-source", record: dataSource, otherwise: conflict },
      deed(given, "data-source:purge", "data-source", id, { before: { name, remote, deletedAt } }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a tombstone's end": async (given) => {
    const { tombstone } = await aDeletedDataSource(given);
    return (store) => store.commit([{ write: "remove", kind: "tombstone", record: tombstone }]);
  },
  "`removeParts` of 50 columns": async (given) => {
    const { dataSource } = await aDeletedDataSource(given);
    await given.store.commit([{ write: "remove", kind: "data-source", record: dataSource }]);
    return (store) => store.removeParts(dataSource.id);
  },
};
