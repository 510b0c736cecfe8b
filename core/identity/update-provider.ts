import type { Routes } from "#contracts/http/routes.ts";
import { providerConfigs } from "#contracts/resources/identity-provider.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { withNewCredentials } from "#core/connections/credentials.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { parseAt } from "#core/errors/parse.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import type { ProviderDeps } from "#core/identity/provider-deps.ts";
import { newProviderSecretRef, type ProviderSecret } from "#core/identity/provider-secrets.ts";
import { chosen, demandSubjects, issuerWrites } from "#core/identity/provider-writes.ts";
import { askIssuer, readProvider } from "#core/identity/read-provider.ts";
import { showProvider } from "#core/identity/show-provider.ts";

type Patch = Parameters<UseCase<Routes["updateIdentityProvider"]>>[0]["body"];
type Config = IdentityProvider["config"];

/**
 * Changes a provider. Its issuer is asked once more, and a change that would send the kept secret to somebody else needs
 * it anew. A secret that is given is always taken as new; the former one stays an hour for what is under way.
 */
export const updateIdentityProvider =
  (deps: ProviderDeps): UseCase<Routes["updateIdentityProvider"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, issuers, secrets, ids } = deps;
      const before = await readProvider(store, call, params.providerId, "identity-provider:manage");
      demandVersion(call, before.version);
      const { name = before.name, clientSecret, bindPassword, ...fields } = body;
      const config = changedConfig(before, fields);
      const secret = secretOf(before, config, { clientSecret, bindPassword });
      if (secret === undefined && name === before.name && isSameValue(config, before.config)) {
        return showProvider(before, call);
      }
      demandSubjects(await store.directory(), config);
      if (config.kind === "oidc") await askIssuer(() => issuers.discover(config.issuer));
      const after = { ...before, name, config, version: before.version + 1 };
      if (secret === undefined) return await commit(deps, call, before, after);
      if (secret === null) return await commit(deps, call, before, { ...after, secretRef: null });
      const secretRef = newProviderSecretRef(ids, before.id);
      return await withNewCredentials(secrets, secretRef, { ...secret }, () =>
        commit(deps, call, before, { ...after, secretRef }),
      );
    });

/** The patch in the configuration, checked as a whole; fields of another kind are none of this one's. */
function changedConfig(
  { config }: IdentityProvider,
  fields: Omit<Patch, "name" | "clientSecret" | "bindPassword">,
): Config {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (given.length === 0) return config;
  return parseAt(providerConfigs[config.kind], { ...config, ...Object.fromEntries(given) }, "");
}

/** Whether the kept secret would go to somebody else: another issuer or server, or one that is not as surely the same. */
function leadsElsewhere(before: Config, after: Config): boolean {
  if (before.kind === "oidc" || after.kind === "oidc") {
    return before.kind !== "oidc" || after.kind !== "oidc" || before.issuer !== after.issuer;
  }
  const weaker = before.startTls && !after.startTls && !after.url.startsWith("ldaps:");
  return before.url !== after.url || before.ca !== after.ca || weaker;
}

const secretFields = { oidc: "clientSecret", ldap: "bindPassword" } as const;

const refused = (field: string, detail: string): DomainError =>
  new DomainError("invalid-request", undefined, {
    errors: [{ in: "body", pointer: `/${field}`, detail }],
  });

/** The new secret; null where there is to be none any more, and undefined where the kept one stays. */
function secretOf(
  before: IdentityProvider,
  config: Config,
  given: Pick<Patch, "clientSecret" | "bindPassword">,
): ProviderSecret | null | undefined {
  const { kind } = config;
  const [own, other] = [secretFields[kind], secretFields[kind === "oidc" ? "ldap" : "oidc"]];
  if (given[other] !== undefined) throw refused(other, "is not a known field");
  const secret = given[own];
  if (secret === null) return before.secretRef === null ? undefined : null;
  if (secret !== undefined) return { [own]: secret };
  if (before.secretRef !== null && leadsElsewhere(before.config, config)) {
    throw new DomainError("credentials-required", undefined, {
      errors: [{ in: "body", pointer: `/${own}`, detail: "is needed with this change" }],
    });
  }
  return undefined;
}

async function commit(
  { store, ids, clock }: ProviderDeps,
  call: Call,
  before: IdentityProvider,
  after: IdentityProvider,
) {
  await store.commit([
    ...issuerWrites(before, after),
    {
      write: "replace",
      kind: "identity-provider",
      record: after,
      expected: before.version,
      otherwise: staleRead(),
    },
    { write: "directory-changed" },
    userAtCommit(call.user),
    audited(ids, clock.now(), call, {
      action: "identity-provider:update",
      resource: { type: "identity-provider", id: before.id },
      details: {
        before: chosen(before),
        after: chosen(after),
        secretChanged: after.secretRef !== before.secretRef,
      },
    }),
  ]);
  return showProvider(after, call);
}
