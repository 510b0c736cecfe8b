import type * as z from "zod";
import { signatures } from "#adapters/crypto/signatures.ts";
import { dbtCloud } from "#adapters/dbt-cloud/dbt-cloud.ts";
import { parseDbtHosts } from "#adapters/dbt-cloud/hosts.ts";
import { systemClock } from "#adapters/system/system-clock.ts";
import type { dbtEnvironment, dbtRunsEnvironment, webhooksEnvironment } from "#contracts/environment.ts";
import type { DbtCloud } from "#core/ports/dbt-cloud.ts";
import type {
  BackgroundParts,
  CommonParts,
  DbtCloudParts,
  QueueParts,
  SecretParts,
  SignatureParts,
} from "#functions/operations/parts.ts";
import { jobsParts, queueParts } from "./cloud.ts";
import { secretStore } from "./cloud-secrets.ts";

/** dbt Cloud's own hosts and those that this deployment lists. */
export const cloudOf = ({ REEVE_DBT_HOSTS }: { readonly REEVE_DBT_HOSTS: string }): DbtCloud =>
  dbtCloud({ listed: parseDbtHosts(REEVE_DBT_HOSTS), clock: systemClock });

/** For integrations as people see them: writes and reads their keys. */
export const dbtParts = (
  environment: z.output<typeof dbtEnvironment>,
): CommonParts & QueueParts & SecretParts & DbtCloudParts => ({
  ...jobsParts(environment),
  secrets: secretStore(environment),
  cloud: cloudOf(environment),
});

/** For webhooks: reads their secrets, and asks dbt Cloud nothing. */
export const webhooksParts = (
  environment: z.output<typeof webhooksEnvironment>,
): BackgroundParts & QueueParts & SecretParts & SignatureParts => ({
  ...queueParts(environment),
  secrets: secretStore(environment),
  signatures,
});

/** For what asks for runs on a schedule. */
export const dbtRunsParts = (
  environment: z.output<typeof dbtRunsEnvironment>,
): BackgroundParts & QueueParts & SecretParts & DbtCloudParts => ({
  ...queueParts(environment),
  secrets: secretStore(environment),
  cloud: cloudOf(environment),
});
