import type { Write } from "#core/ports/change.ts";
import { tombstoneOf } from "#core/deletion/tombstone.ts";
import { replaceHealth } from "#core/health/replace-health.ts";
import { headerDocument } from "#core/sources/catalog-documents.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import { tagGuard } from "#core/tags/tag.ts";
import { aColumnEdit, aDocumentationVersion, aSavedQuery } from "#test/support/catalog-records.ts";
import { sixtyQueries } from "./access-curation.ts";
import {
  aCreatedDataSource,
  conflict,
  create,
  deed,
  replyOf,
  type Prepared,
  type Trial,
} from "./access-fixtures.ts";

/** A header's next version with its delta, as every change of one commits. */
function headerChange(
  { id, clock }: Prepared,
  before: DataSource,
  given: Partial<DataSource>,
): readonly Write[] {
  const after = { ...before, ...given, version: before.version + 1 };
  const at = clock.now().toISOString();
  const changes = [{ dataSourceId: after.id, header: headerDocument(after) }];
  return [
    { write: "replace", kind: "data-source", record: after, expected: before.version, otherwise: conflict },
    { write: "delta", delta: { id: id("delta"), at, changes } },
  ];
}

/** Every change of the catalog, by the function cell of its row. */
export const changes: Readonly<Record<string, Trial>> = {
  "`commit` of the settings": async (given) => {
    const record = { ...(await given.store.settings()), preventStatisticsTag: "No statistics", version: 1 };
    return (store) =>
      store.commit([
        { write: "replace", kind: "settings", record, expected: 0, otherwise: conflict },
        deed(given, "settings:update", "settings", "settings", { after: record }),
      ]);
  },
  "`commit` of a new tag": async (given) => {
    const tag = given.tag();
    const writes: Write[] = [
      { write: "tag-tree", undeleted: 0, otherwise: conflict },
      { write: "claim", guard: tagGuard(tag), owner: tag.id, otherwise: conflict },
      create("tag", tag),
      deed(given, "tag:create", "tag", tag.id, {
        after: { name: `Sensitivity.${tag.segment}`, description: tag.description },
      }),
    ];
    return (store) => store.commit(writes, replyOf(given, tag));
  },
  "`commit` of a tag's new name": async (given) => {
    const tag = given.tag();
    const after = { ...tag, segment: "Personal", version: 2 };
    await given.store.commit([
      create("tag", tag),
      { write: "claim", guard: tagGuard(tag), owner: tag.id, otherwise: conflict },
      { write: "tag-tree", otherwise: conflict },
    ]);
    return (store) =>
      store.commit([
        { write: "tag-tree", expected: 1, otherwise: conflict },
        { write: "claim", guard: tagGuard(after), owner: tag.id, otherwise: conflict },
        { write: "release", guard: tagGuard(tag), owner: tag.id },
        { write: "replace", kind: "tag", record: after, expected: 1, otherwise: conflict },
        deed(given, "tag:update", "tag", tag.id, {
          before: { name: "Sensitivity.Personal data", description: tag.description },
          after: { name: "Sensitivity.Personal", description: tag.description },
        }),
      ]);
  },
  "`commit` of a new connection": async (given) => {
    const connection = given.connection();
    const { id, name, technology, config } = connection;
    const writes: Write[] = [
      { write: "claim", guard: { guard: "connection-name", name }, owner: id, otherwise: conflict },
      create("connection", connection),
      create("connection-member", given.role(id, "owner")),
      create("connection-member", given.role(id, "registrar")),
      deed(given, "connection:create", "connection", id, { after: { name, technology, config } }),
    ];
    return (store) => store.commit(writes, replyOf(given, { id, name, technology, config }));
  },
  "`commit` of a connection's end, 2 members": async (given) => {
    const connection = given.connection({ closing: true });
    const { id, name } = connection;
    const members = [given.role(id, "owner"), given.role(id, "registrar")];
    await given.store.commit([
      create("connection", connection),
      { write: "claim", guard: { guard: "connection-name", name }, owner: id, otherwise: conflict },
      ...members.map((member) => create("connection-member", member)),
    ]);
    const writes: Write[] = [
      { write: "remove", kind: "connection", record: connection, otherwise: conflict },
      { write: "release", guard: { guard: "connection-name", name }, owner: id },
      ...members.map((record): Write => ({ write: "remove", kind: "connection-member", record })),
      deed(given, "connection:delete", "connection", id, { before: { name, config: connection.config } }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a new data source": async (given) => {
    const { writes, dataSource, connection } = await aCreatedDataSource(given, false);
    const registrar = given.role(connection.id, "registrar");
    await given.store.commit([
      { write: "put", kind: "user", record: given.call.user },
      create("connection-member", registrar),
    ]);
    const rights: Write[] = [
      { write: "require", kind: "user", record: given.call.user, otherwise: conflict },
      { write: "require", kind: "connection-member", record: registrar, otherwise: conflict },
    ];
    return (store) => store.commit([...rights, ...writes], replyOf(given, dataSource));
  },
  "`commit` of a data source's new name": async (given) => {
    const { dataSource } = await aCreatedDataSource(given);
    const name = (text: string) => ({ guard: "data-source-name", name: text }) as const;
    const writes: Write[] = [
      { write: "claim", guard: name("orders"), owner: dataSource.id, otherwise: conflict },
      { write: "release", guard: name(dataSource.name), owner: dataSource.id },
      ...headerChange(given, dataSource, { name: "orders" }),
      deed(given, "data-source:update", "data-source", dataSource.id, {
        before: {},
        after: { name: "orders" },
      }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of another documentation": async (given) => {
    const { dataSource } = await aCreatedDataSource(given);
    const { documentation } = given.dataSource();
    const { id } = dataSource;
    const record = aDocumentationVersion({ dataSourceId: id, documentation, createdBy: given.call.user.id });
    const writes: Write[] = [
      ...headerChange(given, dataSource, { documentation, documentationVersion: 1 }),
      { write: "create", kind: "documentation-version", record },
      deed(given, "data-source:update", "data-source", id, {
        before: { documentationVersion: 0 },
        after: { documentationVersion: 1 },
      }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a query beside 59 others": async (given) => {
    const { id, queries, record } = await sixtyQueries(given);
    const query = aSavedQuery({ ...queries[0], id: given.id("savedQuery") });
    const names = {
      ...record,
      names: [...record.names.slice(1), { id: query.id, name: query.name }],
      version: 2,
    };
    const writes: Write[] = [
      { write: "replace", kind: "saved-query-names", record: names, expected: 1, otherwise: conflict },
      { write: "create", kind: "saved-query", record: query },
      deed(given, "data-source:save-query", "data-source", id, {
        queryId: query.id,
        after: { sqlLength: 66 },
      }),
    ];
    return (store) => store.commit(writes, replyOf(given, query));
  },
  "`commit` of 80 columns' descriptions": async (given) => {
    const { dataSource } = await aCreatedDataSource(given);
    const edits = given.many(80, () =>
      aColumnEdit({
        dataSourceId: dataSource.id,
        columnId: given.id("column"),
        updatedBy: given.call.user.id,
      }),
    );
    const writes: Write[] = [
      ...headerChange(given, dataSource, {}),
      { write: "require-tags", deletions: 0, otherwise: conflict },
      ...edits.map((record): Write => ({ write: "put", kind: "column-edit", record })),
      deed(given, "data-source:describe-columns", "data-source", dataSource.id, {
        changes: edits.map(({ description }, index) => ({ column: `column_${index}`, description })),
      }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a data source's end": async (given) => {
    const { dataSource, health, connection, owners } = await aCreatedDataSource(given);
    const { schema, table } = dataSource.remote;
    const { id, name } = dataSource;
    const writes: Write[] = [
      replaceHealth(health, { ...health, domainsAt: null, version: health.version + 1 }),
      ...headerChange(given, dataSource, { deletedAt: given.clock.now().toISOString() }),
      { write: "release", guard: { guard: "data-source-name", name }, owner: id },
      {
        write: "release",
        guard: { guard: "relation", place: connection.id, schema, table },
        owner: id,
      },
      {
        write: "create",
        kind: "tombstone",
        record: tombstoneOf(dataSource, owners, given.clock.now().toISOString(), given.call.user.id),
      },
      deed(given, "data-source:delete", "data-source", id, { before: { name, remote: dataSource.remote } }),
    ];
    return (store) => store.commit(writes);
  },
};
