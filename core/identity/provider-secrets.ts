import { orphanAfterMs } from "#core/connections/credentials.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { PeopleStore } from "#core/ports/store.ts";

/** Where all secrets of identity providers lie. */
export const providerSecretsPrefix = "identity/";

/** The fields of a provider's secret: a client's secret, or the password of the account that reads a directory. */
export interface ProviderSecret {
  readonly clientSecret?: string;
  readonly bindPassword?: string;
}

/** A reference for a new secret of a provider; a new one each time, so that the old one holds until the commit. */
export const newProviderSecretRef = (ids: Ids, providerId: string): string =>
  `${providerSecretsPrefix}${providerId}/${ids.next("generation")}`;

/** Reads a provider's secret; empty where it has none. */
export const readProviderSecret = async (
  secrets: Pick<SecretStore, "get">,
  { secretRef }: Pick<IdentityProvider, "secretRef">,
): Promise<ProviderSecret> => (secretRef === null ? {} : ((await secrets.get(secretRef)) ?? {}));

/** What the sweep of providers' secrets needs from outside. */
export interface ProviderSecretSweepDeps {
  readonly store: Pick<PeopleStore, "directory">;
  readonly secrets: Pick<SecretStore, "list" | "delete">;
  readonly clock: Clock;
}

/**
 * Deletes secrets that no provider names: what a crash between writing them and the commit left, what was replaced, and
 * what a deletion left. What is under way may use replaced ones for an hour from when the ones that stand were written.
 */
export async function sweepProviderSecrets({
  store,
  secrets,
  clock,
}: ProviderSecretSweepDeps): Promise<number> {
  const now = clock.now().getTime();
  const found = await secrets.list(providerSecretsPrefix);
  const old = found.filter(({ writtenAt }) => now - writtenAt.getTime() > orphanAfterMs);
  if (old.length === 0) return 0;
  const oldRefs = new Set(old.map(({ ref }) => ref));
  // Read after the list: what was written since is not in it.
  const { providers } = await store.directory();
  const standing = new Map(providers.map(({ id, secretRef }) => [id, secretRef]));
  const orphans = old.filter(({ ref }) => {
    const stands = standing.get(ref.slice(providerSecretsPrefix.length).split("/")[0] ?? "") ?? null;
    return stands === null || (stands !== ref && oldRefs.has(stands));
  });
  for (const { ref } of orphans) await secrets.delete(ref);
  return orphans.length;
}
