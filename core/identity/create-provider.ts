import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { withNewCredentials } from "#core/connections/credentials.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import type { ProviderDeps } from "#core/identity/provider-deps.ts";
import { newProviderSecretRef, type ProviderSecret } from "#core/identity/provider-secrets.ts";
import { chosen, demandSubjects, issuerTaken, issuerWrites } from "#core/identity/provider-writes.ts";
import { askIssuer } from "#core/identity/read-provider.ts";
import { showProvider } from "#core/identity/show-provider.ts";

type Body = Parameters<UseCase<Routes["createIdentityProvider"]>>[0]["body"];

/** Accepts the people of another place from now on. An OIDC issuer is asked first for its endpoints. */
export const createIdentityProvider =
  (deps: ProviderDeps): UseCase<Routes["createIdentityProvider"]> =>
  async ({ body }, call) => {
    const { store, secrets, issuers, ids, clock } = deps;
    authorize(call.user, "identity-provider:manage", deployment);
    const { name, config, secret } = partsOf(body);
    demandSubjects(await store.directory(), config);
    if (config.kind === "oidc") {
      // Looked at before the issuer is asked; the guard in the commit decides.
      if ((await store.guardOwner({ guard: "issuer", issuer: config.issuer })) !== null) throw issuerTaken();
      await askIssuer(() => issuers.discover(config.issuer));
    }
    const id = ids.next("identityProvider");
    const provider: IdentityProvider = {
      id,
      name,
      config,
      secretRef: secret === null ? null : newProviderSecretRef(ids, id),
      syncedAt: null,
      createdBy: call.user.id,
      createdAt: clock.now().toISOString(),
      version: 1,
    };
    if (provider.secretRef === null || secret === null) return await commit(deps, call, provider);
    return await withNewCredentials(secrets, provider.secretRef, { ...secret }, () =>
      commit(deps, call, provider),
    );
  };

/** What is stored, what is shown, and what is neither. */
function partsOf(body: Body): {
  readonly name: string;
  readonly config: IdentityProvider["config"];
  readonly secret: ProviderSecret | null;
} {
  if (body.kind === "oidc") {
    const { name, clientSecret, ...config } = body;
    return { name, config, secret: clientSecret === undefined ? null : { clientSecret } };
  }
  const { name, bindPassword, ...config } = body;
  return { name, config, secret: { bindPassword } };
}

async function commit({ store, ids, clock }: ProviderDeps, call: Call, provider: IdentityProvider) {
  const at = clock.now();
  const result = showProvider(provider, call);
  await store.commit(
    [
      ...issuerWrites(null, provider),
      { write: "create", kind: "identity-provider", record: provider },
      { write: "directory-changed" },
      userAtCommit(call.user),
      audited(ids, at, call, {
        action: "identity-provider:create",
        resource: { type: "identity-provider", id: provider.id },
        details: { after: chosen(provider) },
      }),
    ],
    keptReply(call, 201, result, at),
  );
  return result;
}
