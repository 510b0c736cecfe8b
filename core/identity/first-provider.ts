import { deploymentProviderId } from "#contracts/resources/identity-provider.ts";
import { auditedSystem } from "#core/audit/record.ts";
import { retryConflict } from "#core/call/retry-conflict.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import { chosen, issuerWrites } from "#core/identity/provider-writes.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Committer, DataSourceStore } from "#core/ports/store.ts";

/** What making it needs from outside. */
export interface FirstProviderDeps {
  readonly store: Committer & Pick<DataSourceStore, "guardOwner">;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Accepts the people of the deployment's own Amazon Cognito user pool: its access tokens bear their audience in `client_id`
 * and their groups in `cognito:groups`. Where the issuer has a provider already, nothing is changed.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
export const bootstrapProvider = (
  { store, clock, ids }: FirstProviderDeps,
  { issuer, clientId }: { readonly issuer: string; readonly clientId: string },
): Promise<void> =>
  retryConflict({ ifMatch: null }, async () => {
    if ((await store.guardOwner({ guard: "issuer", issuer })) !== null) return;
    const at = clock.now();
    const record: IdentityProvider = {
      id: deploymentProviderId,
      name: "User pool",
      config: {
        kind: "oidc",
        issuer,
        audiences: [clientId],
        audienceClaim: "client_id",
        clockSkewSeconds: 60,
        groupsClaim: "cognito:groups",
        groups: null,
        attributes: {},
        signIn: { clientId, scopes: ["openid", "email", "profile"] },
      },
      secretRef: null,
      syncedAt: null,
      createdBy: "system",
      createdAt: at.toISOString(),
      version: 1,
    };
    await store.commit([
      ...issuerWrites(null, record),
      { write: "create", kind: "identity-provider", record },
      { write: "directory-changed" },
      auditedSystem(ids, at, ids.next("request"), {
        action: "identity-provider:create",
        resource: { type: "identity-provider", id: record.id },
        details: { after: chosen(record) },
      }),
    ]);
  });
