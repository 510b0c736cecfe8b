import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { ClientOptions } from "#adapters/aws/client-options.ts";

/** A client of Secrets Manager. */
export const secretsManagerClient = (options: ClientOptions = {}): SecretsManagerClient =>
  new SecretsManagerClient({
    ...options,
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1500, requestTimeout: 5000 },
  });
