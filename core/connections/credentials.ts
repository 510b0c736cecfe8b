import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import { wasRefused } from "#core/errors/was-refused.ts";

/** Where all credentials of connections lie. */
export const connectionSecrets = "connections/";

/** So long credentials stay that nothing names: whatever wrote them has ended long before. */
export const orphanAfterMs = 3_600_000;

/**
 * So long after it was asked for, the creation of a connection that failed or was cancelled can be tried again. The
 * sweep spares the credentials of unfinished jobs, and it must not be about to take them when one becomes unfinished
 * again: this is less than they stay by more than clocks ever differ and requests take.
 */
export const retryableForMs = orphanAfterMs - 600_000;

/** A reference for new credentials of a connection; a new one each time, so that the old ones hold until the commit. */
export const newSecretRef = (ids: ConnectionDeps["ids"], connectionId: string): string =>
  `${connectionSecrets}${connectionId}/${ids.next("generation")}`;

/**
 * Writes credentials, does what needs them and commits. If that is refused, the credentials are removed;
 * after an error that leaves the outcome open they stay for the sweep, which knows what the table says.
 */
export async function withNewCredentials<T>(
  secrets: ConnectionDeps["secrets"],
  ref: string,
  credentials: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  await secrets.put(ref, credentials);
  try {
    return await work();
  } catch (error) {
    if (wasRefused(error)) await secrets.delete(ref);
    throw error;
  }
}
