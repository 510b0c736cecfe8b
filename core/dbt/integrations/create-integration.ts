import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type UseCase } from "#core/call/call.ts";
import { withNewCredentials } from "#core/connections/credentials.ts";
import type { Integration } from "#core/dbt/integration.ts";
import { askCloud, inRequest, tryKey } from "#core/dbt/integrations/ask-dbt-cloud.ts";
import type { IntegrationDeps } from "#core/dbt/integrations/integration-deps.ts";
import { secretsToStore } from "#core/dbt/integrations/integration-secrets.ts";
import {
  draftIntegration,
  integrationExists,
  type IntegrationDraft,
} from "#core/dbt/integrations/new-integration.ts";
import { nothingYet, showIntegration, webhookUrlOf } from "#core/dbt/integrations/show-integration.ts";
import { wasRefused } from "#core/errors/was-refused.ts";
import type { DbtCloudAccess, DbtWebhook } from "#core/ports/dbt-cloud.ts";

/** Keeps a dbt Cloud environment in step from now on: its key is tried, and its webhook made where Reeve is asked to. */
export const createIntegration =
  (deps: IntegrationDeps): UseCase<Routes["createIntegration"]> =>
  async ({ body }, call) => {
    authorize(call.user, "integration:create", deployment);
    const draft = await draftIntegration(deps, call, body);
    const { integration } = draft;
    const access = { host: integration.host, accountId: integration.accountId, apiKey: body.apiKey };
    await tryKey(deps.cloud, access, integration);
    const store = async (made: Integration, webhookSecret: string | undefined) => {
      const secrets = { apiKey: body.apiKey, ...(webhookSecret === undefined ? {} : { webhookSecret }) };
      return await withNewCredentials(deps.secrets, made.secretRef, secretsToStore(secrets), () =>
        commit(deps, call, { ...draft, integration: made }),
      );
    };
    if (body.createWebhook !== true) return await store(integration, body.webhookSecret);
    return await withNewWebhook(deps, access, webhookUrlOf(call, integration), ({ id, secret }) =>
      store({ ...integration, webhookId: id }, secret),
    );
  };

/**
 * Subscribes an address, then does what needs the subscription. If that is refused, the subscription is ended; after an
 * error that leaves the outcome open it stays, because the integration may stand.
 */
async function withNewWebhook<T>(
  { cloud, log }: IntegrationDeps,
  access: DbtCloudAccess,
  url: string,
  work: (webhook: DbtWebhook) => Promise<T>,
): Promise<T> {
  const webhook = await askCloud(() => cloud.createWebhook(access, { name: "Reeve", url }, inRequest()));
  try {
    return await work(webhook);
  } catch (error) {
    if (!wasRefused(error)) throw error;
    try {
      await cloud.deleteWebhook(access, webhook.id, inRequest());
    } catch (left) {
      log.warn("a webhook that is not needed is left in dbt Cloud", { webhookId: webhook.id, error: left });
    }
    throw error;
  }
}

async function commit(
  { store, ids, clock }: IntegrationDeps,
  call: Parameters<UseCase<Routes["createIntegration"]>>[1],
  { integration, rights }: IntegrationDraft,
) {
  const { id } = integration;
  const at = clock.now();
  const result = showIntegration(integration, call, nothingYet);
  await store.commit(
    [
      { write: "create", kind: "integration", record: integration, otherwise: integrationExists() },
      ...rights,
      audited(ids, at, call, {
        action: "integration:create",
        resource: { type: "integration", id },
        details: { after: chosen(integration) },
      }),
    ],
    keptReply(call, 201, result, at),
  );
  return result;
}

/** What people chose, for the audit record: no secret, and nothing that leads to one. */
const chosen = (of: Integration) => ({
  accountId: of.accountId,
  projectId: of.projectId,
  environmentId: of.environmentId,
  host: of.host,
  connectionId: of.connectionId,
  owners: of.owners,
  schemas: of.schemas,
  registrarSchemas: of.registrarSchemas,
  nameTemplate: of.nameTemplate,
  includePackages: of.includePackages,
  includeSources: of.includeSources,
  webhookSecretSet: of.webhookSecretSet,
  webhookId: of.webhookId,
});
