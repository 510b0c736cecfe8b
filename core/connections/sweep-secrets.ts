import { connectionSecrets } from "#core/connections/credentials.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { ConnectionStore } from "#core/ports/store.ts";

/** What the sweep of secrets needs from outside. */
export interface SecretSweepDeps {
  readonly store: Pick<ConnectionStore, "connections">;
  readonly secrets: Pick<SecretStore, "list" | "delete">;
  readonly clock: Clock;
}

/** A request that wrote credentials has ended long before this. */
const orphanAfterMs = 3_600_000;

/** Deletes credentials that no connection names: what a crash between writing them and the commit left. */
export async function sweepSecrets({ store, secrets, clock }: SecretSweepDeps): Promise<number> {
  const now = clock.now().getTime();
  const old = (await secrets.list(connectionSecrets)).filter(
    ({ writtenAt }) => now - writtenAt.getTime() > orphanAfterMs,
  );
  const idOf = (ref: string): string => ref.slice(connectionSecrets.length).split("/")[0] ?? "";
  const connections = await store.connections([...new Set(old.map(({ ref }) => idOf(ref)))]);
  const orphans = old.filter(({ ref }) => connections.get(idOf(ref))?.secretRef !== ref);
  for (const { ref } of orphans) await secrets.delete(ref);
  return orphans.length;
}
