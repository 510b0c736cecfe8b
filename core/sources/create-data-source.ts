import type { Routes } from "#contracts/http/routes.ts";
import { maxColumns } from "#contracts/resources/remote.ts";
import { technologyContracts } from "#contracts/technologies/technology.ts";
import { rightsAtCommit } from "#core/access/rights-at-commit.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { targetOf, type Connection, type ConnectionMember } from "#core/connections/connection.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import { registrarOf } from "#core/connections/registrar-of.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { wasRefused } from "#core/errors/was-refused.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import { askRemote } from "#core/remote/remote-problem.ts";
import {
  dataSourceExists,
  dataSourceNameGuard,
  dataSourceNameTaken,
  relationGuard,
} from "#core/sources/guards.ts";
import {
  creationWrites,
  newDataSource,
  schemaColumns,
  type Findings,
} from "#core/sources/new-data-source.ts";
import { showDataSourceWith } from "#core/sources/show-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { resolveTags, tagsStand } from "#core/tags/resolve-tags.ts";
import { defaultTemplate, nameBy } from "#core/sources/name-template.ts";
import { preventsStatistics } from "#core/sources/prevents-statistics.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import type { Tag } from "#core/tags/tag.ts";

type Body = Parameters<UseCase<Routes["createDataSource"]>>[0]["body"];

/**
 * Exposes one remote table. One trivial query must pass first; then header, guards, owner, health, audit
 * record, job and index entry commit together, so that a data source exists wholly or not at all.
 */
export const createDataSource =
  (deps: SourceDeps): UseCase<Routes["createDataSource"]> =>
  async ({ body }, call) => {
    const { connection, registrar } = await registrableConnection(deps, call, body);
    const name = body.name ?? defaultName(connection, body);
    await demandFree(deps, connection.id, name, body);
    const [settings, tree] = await Promise.all([deps.store.settings(), deps.store.tagTree()]);
    const tags = resolveTags(tree, body.tags ?? [], "/tags", deps.clock.now());
    const relation = await askRemote(() =>
      deps.remote.inspect(targetOf(connection), { schema: body.schema, name: body.table }),
    );
    if (relation.columns.length > maxColumns) throw new DomainError("too-many-columns");
    return await commitCreation(
      deps,
      call,
      { tree, tags, registrar },
      {
        connection,
        relation,
        name,
        description: body.description ?? null,
        documentation: body.documentation ?? "",
        tagIds: tags.map(({ id }) => id),
        statisticsPrevented: preventsStatistics(settings.preventStatisticsTag, tags),
      },
    );
  };

/** The connection, if the caller may register tables of this schema through it. */
async function registrableConnection(
  { store }: SourceDeps,
  call: Call,
  body: Body,
): Promise<{ readonly connection: Connection; readonly registrar: ConnectionMember }> {
  const view = await readConnection(store, call.user, body.connectionId, "connection:register");
  if (view.connection.closing) throw new DomainError("not-found");
  if (technologyContracts[view.connection.technology].isReservedSchema(body.schema)) {
    throw new DomainError("reserved-schema", `The schema ${JSON.stringify(body.schema)} is never exposed.`);
  }
  const registrar = registrarOf(view.memberships, body.schema);
  if (registrar === undefined) {
    throw new DomainError("forbidden", "Your role on this connection does not take in the schema.");
  }
  return { connection: view.connection, registrar };
}

const defaultName = ({ technology, config }: Connection, { schema, table }: Body): string =>
  nameBy(defaultTemplate, {
    database: technologyContracts[technology].databaseOf(config),
    schema,
    tablename: table,
  });

/** Looks before asking the remote; the guards in the commit decide. */
async function demandFree(
  { store }: SourceDeps,
  connectionId: string,
  name: string,
  body: Body,
): Promise<void> {
  const [byRelation, byName] = await Promise.all([
    store.guardOwner(relationGuard(connectionId, body)),
    store.guardOwner(dataSourceNameGuard(name)),
  ]);
  if (byRelation !== null) throw dataSourceExists(body);
  if (byName !== null) throw dataSourceNameTaken(name);
}

async function commitCreation(
  deps: SourceDeps,
  call: Call,
  rest: { readonly tree: TagTree; readonly tags: readonly Tag[]; readonly registrar: ConnectionMember },
  findings: Findings,
) {
  const { store, ids, clock } = deps;
  const id = ids.next("dataSource");
  const generation = ids.next("generation");
  const chunks = await store.stageDictionary(id, generation, schemaColumns(ids, findings.relation));
  const at = clock.now();
  const made = newDataSource(ids, at, call, id, findings, { generation, chunks });
  const result = showDataSourceWith(rest.tree, {
    dataSource: made.dataSource,
    health: made.health,
    membership: made.owner,
  });
  try {
    const writes = [
      ...rightsAtCommit(call.user, rest.registrar),
      ...tagsStand(rest.tree, rest.tags, new DomainError("contention", "A tag was deleted meanwhile.")),
      ...creationWrites(ids, at, call, made),
    ];
    await store.commit(writes, keptReply(call, 201, result, at));
  } catch (error) {
    // Only a refusal is certain; after any other error the sweep finds out whether a header points at it.
    if (wasRefused(error)) await store.dropGeneration(id, made.dataSource.dictionary);
    throw error;
  }
  await dispatch(deps, made.job);
  return result;
}
