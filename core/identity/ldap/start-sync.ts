import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type UseCase } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { identitySyncJob } from "#core/identity/ldap/sync-job.ts";
import type { ProviderDeps } from "#core/identity/provider-deps.ts";
import { readProvider } from "#core/identity/read-provider.ts";
import { dispatch, type DispatchDeps } from "#core/jobs/dispatch.ts";
import { showJob } from "#core/jobs/show-job.ts";

/** Queues a sync of a directory by hand; a provider of tokens has nothing to sync. */
export const syncIdentityProvider =
  (deps: ProviderDeps & DispatchDeps): UseCase<Routes["syncIdentityProvider"]> =>
  async ({ params }, call) => {
    const { store, ids, clock } = deps;
    const provider = await readProvider(store, call, params.providerId, "identity-provider:manage");
    if (provider.config.kind !== "ldap") {
      throw new DomainError("identity-provider-not-synced");
    }
    const at = clock.now();
    const job = identitySyncJob(ids, { by: call.user.id, at, correlationId: call.requestId }, provider);
    const result = showJob(job);
    await store.commit(
      [
        { write: "enqueue", job },
        audited(ids, at, call, {
          action: "identity-provider:sync",
          resource: { type: "identity-provider", id: provider.id },
          details: { jobId: job.id },
        }),
      ],
      keptReply(call, 202, result, at),
    );
    await dispatch(deps, job);
    return result;
  };
