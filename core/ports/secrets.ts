/**
 * Keeps credentials. A reference is chosen by us (`connections/<id>/<revision>`), written before the
 * record that names it is committed; what no record names is swept.
 */
export interface SecretStore {
  /** Writes a secret; writing the same reference again replaces it. */
  put(ref: string, value: Readonly<Record<string, string>>): Promise<void>;
  /** Reads a secret, or null when there is none. */
  get(ref: string): Promise<Readonly<Record<string, string>> | null>;
  /** Deletes a secret for good; deleting an absent one is no error. */
  delete(ref: string): Promise<void>;
  /** Every reference below a prefix with the time it was written, for the sweep of orphans. */
  list(prefix: string): Promise<readonly { readonly ref: string; readonly writtenAt: Date }[]>;
}
