import type { Routes } from "#contracts/http/routes.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import type { UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import { withNewCredentials } from "#core/connections/credentials.ts";
import type { Integration } from "#core/dbt/integration.ts";
import { tryKey } from "#core/dbt/integrations/ask-dbt-cloud.ts";
import type { IntegrationDeps } from "#core/dbt/integrations/integration-deps.ts";
import {
  changedSecrets,
  newIntegrationSecretRef,
  readSecrets,
  secretsToStore,
} from "#core/dbt/integrations/integration-secrets.ts";
import { demandActive, readIntegration } from "#core/dbt/integrations/read-integration.ts";
import { showWithRuns } from "#core/dbt/integrations/show-integration.ts";

/**
 * Replaces the key, which is tried first, or the webhook's secret. What is given is always taken as new. The former
 * secrets stay for what is under way with them; the sweep takes what nothing names.
 */
export const updateIntegration =
  (deps: IntegrationDeps): UseCase<Routes["updateIntegration"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, secrets, ids, clock, cloud } = deps;
      const before = await readIntegration(store, call.user, params, "integration:manage");
      demandVersion(call, before.version);
      demandActive(before);
      const { host, accountId } = before;
      if (body.apiKey !== undefined) await tryKey(cloud, { host, accountId, apiKey: body.apiKey }, before);
      const changed = changedSecrets(await readSecrets(secrets, before.secretRef), body, clock.now());
      const at = clock.now();
      const after: Integration = {
        ...before,
        secretRef: newIntegrationSecretRef(ids, before.id),
        webhookSecretSet: changed.webhookSecret !== undefined,
        updatedAt: at.toISOString(),
        version: before.version + 1,
      };
      await withNewCredentials(secrets, after.secretRef, secretsToStore(changed), () =>
        store.commit([
          userAtCommit(call.user),
          {
            write: "replace",
            kind: "integration",
            record: after,
            expected: before.version,
            otherwise: staleRead(),
          },
          audited(ids, at, call, {
            action: "integration:update",
            resource: { type: "integration", id: before.id },
            details: {
              apiKeyChanged: body.apiKey !== undefined,
              webhookSecretChanged: body.webhookSecret !== undefined,
            },
          }),
        ]),
      );
      return await showWithRuns(store, after, call);
    });
