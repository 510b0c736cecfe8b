import { tombstoneOf } from "#core/deletion/tombstone.ts";
import type { Write } from "#core/ports/change.ts";
import { dataSourceNameGuard, relationGuard } from "#core/sources/guards.ts";
import { relationPlace } from "#core/sources/data-source.ts";
import { creationOf } from "#core/threads/thread-writes.ts";
import type { Thread } from "#core/threads/thread.ts";
import {
  aDataSourceMember,
  aDocumentationVersion,
  aSavedQuery,
  aThread,
} from "#test/support/catalog-records.ts";
import { aCreatedDataSource, commitAll, conflict, type Prepared } from "./access-fixtures.ts";

/** A data source's documentation, changed eleven times. */
export async function twelveVersions(given: Prepared): Promise<string> {
  const { id, documentation } = given.dataSource();
  const versions = given.many(12, (index) =>
    aDocumentationVersion({
      dataSourceId: id,
      number: index + 1,
      documentation: `${documentation}${index}`,
      createdBy: given.call.user.id,
    }),
  );
  await commitAll(
    given,
    versions.map((record) => ({ write: "create", kind: "documentation-version", record })),
  );
  return id;
}

/** A data source's queries, with their names. */
export async function sixtyQueries(given: Prepared) {
  const id = given.id("dataSource");
  const queries = given.many(60, (index) =>
    aSavedQuery({
      id: given.id("savedQuery"),
      dataSourceId: id,
      name: `Revenue of a day, by shop and payment ${index}`,
      createdBy: given.call.user.id,
    }),
  );
  const names = queries.map(({ id: queryId, name }) => ({ id: queryId, name }));
  const record = { dataSourceId: id, names, version: 1 };
  await commitAll(given, [
    ...queries.map((query): Write => ({ write: "create", kind: "saved-query", record: query })),
    { write: "create", kind: "saved-query-names", record },
  ]);
  return { id, queries, record };
}

/** A data source that is deleted. */
export async function aDeletedDataSource(given: Prepared) {
  const made = await aCreatedDataSource(given);
  const { dataSource: before, owners } = made;
  const deletedAt = given.clock.now().toISOString();
  const dataSource = { ...before, deletedAt, version: before.version + 1 };
  const tombstone = tombstoneOf(before, owners, deletedAt, given.call.user.id);
  const { id, name, remote } = before;
  await given.store.commit([
    { write: "replace", kind: "data-source", record: dataSource, expected: 1, otherwise: conflict },
    { write: "create", kind: "tombstone", record: tombstone },
    { write: "release", guard: dataSourceNameGuard(name), owner: id },
    { write: "release", guard: relationGuard(relationPlace(before), remote), owner: id },
  ]);
  return { ...made, dataSource, tombstone };
}

/** Deleted data sources, one a minute, oldest first. */
export async function sixtyTombstones(given: Prepared) {
  const tombstones = given.many(60, (index) => {
    given.clock.advance(60_000);
    const deletedAt = given.clock.now().toISOString();
    const owners = [{ role: "owner" as const, principal: { type: "user" as const, id: given.call.user.id } }];
    const members = owners.map((one) => aDataSourceMember(one));
    return tombstoneOf(
      given.dataSource({ name: `sales.orders_${index}` }),
      members,
      deletedAt,
      given.call.user.id,
    );
  });
  await commitAll(
    given,
    tombstones.map((record) => ({ write: "create", kind: "tombstone", record })),
  );
  return tombstones;
}

/** The threads of a data source, that with the oldest activity first. */
export async function sixtyThreads(given: Prepared) {
  const dataSourceId = given.id("dataSource");
  const threads = given.many(60, () => {
    given.clock.advance(60_000);
    return aTypicalThread(given, dataSourceId);
  });
  await commitAll(given, threads.flatMap(creationOf));
  return threads;
}

/** A question about a column with an answer. */
export function aTypicalThread(given: Prepared, dataSourceId: string): Thread {
  const at = given.clock.now().toISOString();
  const said = { author: given.call.user.id, createdAt: at, editedAt: null };
  return aThread({
    ...said,
    id: given.id("thread"),
    dataSourceId,
    columnId: given.id("column"),
    replies: [{ ...said, id: given.id("reply"), text: "Without. The tax stands in its own column." }],
    lastActivityAt: at,
  });
}
