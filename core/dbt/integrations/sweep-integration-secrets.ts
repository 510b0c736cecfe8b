import { orphanAfterMs } from "#core/connections/credentials.ts";
import { everyIntegration } from "#core/dbt/integrations/every-integration.ts";
import { integrationOfSecret, integrationSecretsPrefix } from "#core/dbt/integrations/integration-secrets.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { SecretStore } from "#core/ports/secrets.ts";

/** What the sweep of integrations' secrets needs from outside. */
export interface IntegrationSecretSweepDeps {
  readonly store: Pick<DbtStore, "integrations">;
  readonly secrets: Pick<SecretStore, "list" | "delete">;
  readonly clock: Clock;
}

/**
 * Deletes secrets that no integration names: what a crash between writing them and the commit left, what was replaced,
 * and what a removal left. What is under way may use replaced ones for an hour from when the ones that stand were written.
 */
export async function sweepIntegrationSecrets({
  store,
  secrets,
  clock,
}: IntegrationSecretSweepDeps): Promise<number> {
  const now = clock.now().getTime();
  const found = await secrets.list(integrationSecretsPrefix);
  const old = found.filter(({ writtenAt }) => now - writtenAt.getTime() > orphanAfterMs);
  if (old.length === 0) return 0;
  const oldRefs = new Set(old.map(({ ref }) => ref));
  // Read after the list: what was written since is not in it.
  const standing = await standingRefs(store);
  const orphans = old.filter(({ ref }) => {
    const stands = standing.get(integrationOfSecret(ref));
    return stands === undefined || (stands !== ref && oldRefs.has(stands));
  });
  for (const { ref } of orphans) await secrets.delete(ref);
  return orphans.length;
}

/** Which reference each integration names, by its id; there are few integrations. */
async function standingRefs(store: Pick<DbtStore, "integrations">): Promise<ReadonlyMap<string, string>> {
  const refs = new Map<string, string>();
  for await (const page of everyIntegration(store)) {
    for (const { id, secretRef } of page) refs.set(id, secretRef);
  }
  return refs;
}
