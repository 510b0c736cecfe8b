import { DomainError } from "#core/errors/domain-error.ts";
import type { SecretStore } from "#core/ports/secrets.ts";

/** Where the deployment puts what it generated: a secret with this one field. */
export const generatedField = "key";

/**
 * The root secret that other keys derive from, read when it is first needed and then kept: it never
 * changes while a process lives. A read that failed is tried again.
 */
export function rootSecret(secrets: Pick<SecretStore, "get">): () => Promise<string> {
  let root: string | null = null;
  return async () => {
    root ??= (await secrets.get("root"))?.[generatedField] ?? null;
    if (root === null) throw new DomainError("unavailable", "The root secret is missing.");
    return root;
  };
}
