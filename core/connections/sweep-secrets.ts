import { connectionSecrets, orphanAfterMs } from "#core/connections/credentials.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { ConnectionStore, JobStore } from "#core/ports/store.ts";

/** What the sweep of secrets needs from outside. */
export interface SecretSweepDeps {
  readonly store: Pick<ConnectionStore, "connections"> & Pick<JobStore, "lineHolds">;
  readonly secrets: Pick<SecretStore, "list" | "delete">;
  readonly clock: Clock;
}

/**
 * Deletes credentials that no connection names: what a crash between writing them and the commit left, what a job left
 * that was to make a connection and failed or was cancelled, and what was replaced. What is under way may use replaced
 * ones for as long: their hour begins when the ones that stand were written. Of a connection that is not there, jobs use
 * them that are to make it, and those that remove what its database keeps of data sources.
 */
export async function sweepSecrets({ store, secrets, clock }: SecretSweepDeps): Promise<number> {
  const now = clock.now().getTime();
  const found = await secrets.list(connectionSecrets);
  const old = found.filter(({ writtenAt }) => now - writtenAt.getTime() > orphanAfterMs);
  const oldRefs = new Set(old.map(({ ref }) => ref));
  const idOf = (ref: string): string => ref.slice(connectionSecrets.length).split("/")[0] ?? "";
  const connections = await store.connections([...new Set(old.map(({ ref }) => idOf(ref)))]);
  const orphans = old.filter(({ ref }) => {
    const standing = connections.get(idOf(ref))?.secretRef;
    // Ones that stand and are not in the list were written since.
    return standing === undefined || (standing !== ref && oldRefs.has(standing));
  });
  let deleted = 0;
  for (const { ref } of orphans) {
    const isAbsent = !connections.has(idOf(ref));
    if (isAbsent && (await isWanted(store, idOf(ref)))) continue;
    await secrets.delete(ref);
    deleted += 1;
  }
  return deleted;
}

/** Whether jobs are about to use the credentials of a connection that was not there, or have made it meanwhile. */
async function isWanted(store: SecretSweepDeps["store"], connectionId: string): Promise<boolean> {
  if (await store.lineHolds(connectionId, ["connection-creation", "domain-removal"])) return true;
  // Looked at last: a job that ended before it was asked for has made what is seen here.
  return (await store.connections([connectionId])).has(connectionId);
}
