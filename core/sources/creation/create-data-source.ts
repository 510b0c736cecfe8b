import type { Routes } from "#contracts/http/routes.ts";
import { technologyContracts } from "#contracts/technologies/technology.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { targetOf, type Connection, type ConnectionMember } from "#core/connections/connection.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import { registrarOf } from "#core/connections/registrar-of.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { wasRefused } from "#core/errors/was-refused.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import type { RelationDescription } from "#core/ports/remote.ts";
import { askRemote, needsLonger } from "#core/remote/remote-problem.ts";
import type { Creation } from "#core/sources/creation/creation-input.ts";
import { createLater } from "#core/sources/creation/create-later.ts";
import {
  completeCreation,
  demandFree,
  stageCreation,
  type CreationBasis,
  type Inspection,
} from "#core/sources/creation/creation.ts";
import { defaultTemplate, nameBy } from "#core/sources/name-template.ts";
import { preventsStatistics } from "#core/sources/prevents-statistics.ts";
import { showDataSourceWith } from "#core/sources/show-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { resolveTags } from "#core/tags/resolve-tags.ts";
import { defaultSubscription } from "#core/subscriptions/default-subscription.ts";

type Body = Parameters<UseCase<Routes["createDataSource"]>>[0]["body"];

/**
 * Exposes one remote table. One trivial query must pass first; then header, guards, owner, health, audit
 * record, job and index entry commit together, so that a data source exists wholly or not at all. Where the
 * remote database needs longer than a request may wait, a job does the same.
 */
export const createDataSource =
  (deps: SourceDeps): UseCase<Routes["createDataSource"]> =>
  async ({ body }, call) => {
    const { connection, registrar } = await registrableConnection(deps, call, body);
    const { connectionId, schema, table } = body;
    const wanted = { connectionId, schema, table, name: body.name ?? defaultName(connection, body) };
    await demandFree(deps, wanted);
    const [settings, tree] = await Promise.all([deps.store.settings(), deps.store.tagTree()]);
    const tags = resolveTags(tree, body.tags ?? [], "/tags", deps.clock.now());
    const creation: Creation = {
      ...wanted,
      description: body.description ?? null,
      documentation: body.documentation ?? "",
      tagIds: tags.map(({ id }) => id),
    };
    const statisticsPrevented = preventsStatistics(settings.preventStatisticsTag, tags);
    const subscription = defaultSubscription(settings);
    const basis = { user: call.user, registrar, tree, tags, statisticsPrevented, subscription };
    let relation: RelationDescription;
    try {
      relation = await askRemote(() => deps.remote.inspect(targetOf(connection), { schema, name: table }));
    } catch (error) {
      if (!needsLonger(error)) throw error;
      return await createLater(deps, call, connection, creation, basis);
    }
    return await commitCreation(deps, call, creation, basis, { connection, relation });
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

async function commitCreation(
  deps: SourceDeps,
  call: Call,
  creation: Creation,
  basis: CreationBasis,
  inspection: Inspection,
) {
  const { store, clock } = deps;
  const staged = await stageCreation(deps, inspection);
  const at = clock.now();
  const commit = { at, requestId: call.requestId };
  const { made, writes } = completeCreation(deps, commit, creation, basis, staged);
  const result = showDataSourceWith(basis.tree, call.user, {
    dataSource: made.dataSource,
    health: made.health,
    memberships: made.owners,
  });
  try {
    await store.commit(writes, keptReply(call, 201, result, at));
  } catch (error) {
    // Only a refusal is certain; after any other error the sweep finds out whether a header points at it.
    if (wasRefused(error)) await store.dropGeneration(staged.id, "schema", made.dataSource.dictionary);
    throw error;
  }
  await dispatch(deps, made.job);
  return result;
}
