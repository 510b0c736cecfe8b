import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import { wasRefused } from "#core/errors/was-refused.ts";

/** Where all credentials of connections lie. */
export const connectionSecrets = "connections/";

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
