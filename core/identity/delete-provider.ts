import type { Routes } from "#contracts/http/routes.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import type { UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import type { ProviderDeps } from "#core/identity/provider-deps.ts";
import { chosen, issuerWrites } from "#core/identity/provider-writes.ts";
import { readProvider } from "#core/identity/read-provider.ts";

/**
 * Accepts nobody from there any more. What the provider said of people counts for nothing at once: the directory
 * knows no groups of a provider that is gone. The sweep removes these within a minute, and its secret.
 */
export const deleteIdentityProvider =
  ({ store, ids, clock }: ProviderDeps): UseCase<Routes["deleteIdentityProvider"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const provider = await readProvider(store, call, params.providerId, "identity-provider:manage");
      demandVersion(call, provider.version);
      await store.commit([
        ...issuerWrites(provider, null),
        { write: "remove", kind: "identity-provider", record: provider, otherwise: staleRead() },
        { write: "directory-changed" },
        userAtCommit(call.user),
        audited(ids, clock.now(), call, {
          action: "identity-provider:delete",
          resource: { type: "identity-provider", id: provider.id },
          details: { before: chosen(provider) },
        }),
      ]);
      return undefined;
    });
