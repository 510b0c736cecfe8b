import type { Routes } from "#contracts/http/routes.ts";
import { rightsAtCommit, userAtCommit, versionForRole } from "#core/access/rights-at-commit.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import type { Connection, ConnectionMember } from "#core/connections/connection.ts";
import { readConnection } from "#core/connections/read-connection.ts";
import type { Integration } from "#core/dbt/integration.ts";
import type { IntegrationDeps } from "#core/dbt/integrations/integration-deps.ts";
import { givenOwners, type GivenOwners } from "#core/dbt/integrations/integration-owners.ts";
import { newIntegrationSecretRef } from "#core/dbt/integrations/integration-secrets.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import { givenTemplate } from "#core/sources/given-template.ts";

type Body = Parameters<UseCase<Routes["createIntegration"]>>[0]["body"];

/** An integration that is to be, with the writes that check once more what its maker may do. */
export interface IntegrationDraft {
  readonly integration: Integration;
  readonly rights: readonly Write[];
}

const invalid = (pointer: string, detail: string): DomainError =>
  new DomainError("invalid-request", undefined, { errors: [{ in: "body", pointer, detail }] });

/** The error of an environment that is integrated already. */
export const integrationExists = (): DomainError => new DomainError("integration-exists");

/** Checks all that needs no dbt Cloud. Looks whether there is such an integration; the commit decides. */
export async function draftIntegration(
  deps: IntegrationDeps,
  call: Call,
  body: Body,
): Promise<IntegrationDraft> {
  const { store, ids, cloud, clock } = deps;
  const host = cloud.hostOf(body.host);
  if (host === null) {
    throw invalid("/host", "is no host of dbt Cloud (*.dbt.com, *.getdbt.com) and none that is listed here");
  }
  if (body.createWebhook === true && body.webhookSecret !== undefined) {
    throw invalid("/webhookSecret", "is told by dbt Cloud where Reeve makes the webhook");
  }
  const nameTemplate = givenTemplate(body.nameTemplate);
  const given = await ownersOf(deps, call, body);
  const { accountId, projectId, environmentId } = body;
  const { connectionId, registrarSchemas, rights } = await connectionOf(deps, call, body.connectionId);
  if ((await store.integration({ accountId, projectId, environmentId })) !== null) throw integrationExists();
  const id = ids.next("integration");
  const at = clock.now().toISOString();
  const integration: Integration = {
    id,
    accountId,
    projectId,
    environmentId,
    host,
    connectionId,
    owners: given.owners,
    schemas: body.schemas === undefined ? null : [...new Set(body.schemas)],
    registrarSchemas,
    nameTemplate,
    includePackages: body.includePackages ?? true,
    includeSources: body.includeSources ?? true,
    secretRef: newIntegrationSecretRef(ids, id),
    webhookSecretSet: body.webhookSecret !== undefined || body.createWebhook === true,
    webhookId: null,
    state: "active",
    removalJobId: null,
    newest: null,
    waiting: null,
    createdBy: call.user.id,
    createdAt: at,
    updatedAt: at,
    version: 1,
  };
  return { integration, rights: [...rights, ...given.writes] };
}

/** Who will own it: by default the caller. */
const ownersOf = (deps: IntegrationDeps, { user }: Call, body: Body): Promise<GivenOwners> =>
  body.owners === undefined
    ? Promise.resolve({ owners: [{ type: "user", id: user.id }], writes: [] })
    : givenOwners(deps, body.owners);

/** The connection through which its relations are reached: only who may register tables there may let dbt do so. */
async function connectionOf(deps: IntegrationDeps, call: Call, connectionId: string | null | undefined) {
  if (connectionId === null || connectionId === undefined) {
    return { connectionId: null, registrarSchemas: null, rights: [userAtCommit(call.user)] };
  }
  const view = await readConnection(deps.store, call.user, connectionId, "connection:read");
  if (view.connection.closing) throw new DomainError("not-found");
  const registrar = view.memberships.find(({ role }) => role === "registrar");
  if (registrar === undefined) {
    throw new DomainError("forbidden", "You are no registrar of this connection.");
  }
  return {
    connectionId,
    registrarSchemas: registrar.schemas,
    rights: rightsOf(call, view.connection, registrar),
  };
}

const rightsOf = (call: Call, connection: Connection, registrar: ConnectionMember): readonly Write[] => [
  ...rightsAtCommit(call.user, registrar),
  {
    write: "require-connection",
    connectionId: connection.id,
    version: versionForRole(connection, [registrar]),
    otherwise: new DomainError("not-found"),
  },
];
