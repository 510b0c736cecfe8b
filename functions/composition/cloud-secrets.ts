import { secretsManagerClient } from "#adapters/secrets/client.ts";
import { secretsManagerStore } from "#adapters/secrets/secrets-manager-store.ts";
import type { SecretStore } from "#core/ports/secrets.ts";

/** The secrets of this deployment; each function's role says which of them it may touch, and how. */
export const secretStore = ({ SECRETS_PREFIX }: { readonly SECRETS_PREFIX: string }): SecretStore =>
  secretsManagerStore(secretsManagerClient(), { prefix: SECRETS_PREFIX });
