import type { Routes } from "#contracts/http/routes.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import { withNewCredentials } from "#core/connections/credentials.ts";
import type { Integration } from "#core/dbt/integration.ts";
import { tryKey } from "#core/dbt/integrations/ask-dbt-cloud.ts";
import type { IntegrationDeps } from "#core/dbt/integrations/integration-deps.ts";
import { otherOwners, type GivenOwners } from "#core/dbt/integrations/integration-owners.ts";
import {
  changedSecrets,
  newIntegrationSecretRef,
  readSecrets,
  secretsToStore,
} from "#core/dbt/integrations/integration-secrets.ts";
import { demandActive, readIntegration } from "#core/dbt/integrations/read-integration.ts";
import { showWithRuns } from "#core/dbt/integrations/show-integration.ts";

type Body = Parameters<UseCase<Routes["updateIntegration"]>>[0]["body"];

/**
 * Replaces the key, which is tried first, the webhook's secret, or the owners, of whom one must be able to act. Key and secret
 * are always taken as new. The former secrets stay for what is under way with them; the sweep takes what nothing names.
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
      const owners = await otherOwners(deps, before, body.owners);
      const record: Integration = {
        ...before,
        owners: owners?.owners ?? before.owners,
        updatedAt: clock.now().toISOString(),
        version: before.version + 1,
      };
      if (body.apiKey === undefined && body.webhookSecret === undefined) {
        if (owners !== null) await commit(deps, call, { before, after: record, owners, body });
        return await showWithRuns(store, owners === null ? before : record, call);
      }
      const changed = changedSecrets(await readSecrets(secrets, before.secretRef), body, clock.now());
      const after: Integration = {
        ...record,
        secretRef: newIntegrationSecretRef(ids, before.id),
        webhookSecretSet: changed.webhookSecret !== undefined,
      };
      await withNewCredentials(secrets, after.secretRef, secretsToStore(changed), () =>
        commit(deps, call, { before, after, owners, body }),
      );
      return await showWithRuns(store, after, call);
    });

interface Change {
  readonly before: Integration;
  readonly after: Integration;
  readonly owners: GivenOwners | null;
  readonly body: Body;
}

const commit = (
  { store, ids, clock }: IntegrationDeps,
  call: Call,
  { before, after, owners, body }: Change,
): Promise<void> =>
  store.commit([
    userAtCommit(call.user),
    ...(owners?.writes ?? []),
    {
      write: "replace",
      kind: "integration",
      record: after,
      expected: before.version,
      otherwise: staleRead(),
    },
    audited(ids, clock.now(), call, {
      action: "integration:update",
      resource: { type: "integration", id: before.id },
      details: {
        apiKeyChanged: body.apiKey !== undefined,
        webhookSecretChanged: body.webhookSecret !== undefined,
        ...(owners === null ? {} : { owners: { before: before.owners, after: after.owners } }),
      },
    }),
  ]);
