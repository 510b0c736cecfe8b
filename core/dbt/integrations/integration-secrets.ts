import * as z from "zod";
import type { IntegrationSecrets } from "#core/dbt/integration.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { SecretStore } from "#core/ports/secrets.ts";

/** Where all keys of integrations and the secrets of their webhooks lie. */
export const integrationSecretsPrefix = "integrations/";

/** So long the secret before the one that stands is believed too, because dbt Cloud is told of the new one by hand. */
const overlapMs = 24 * 3_600_000;

const stored = z.object({
  apiKey: z.string(),
  webhookSecret: z.string().optional(),
  previousWebhookSecret: z.string().optional(),
  previousWebhookSecretUntil: z.string().optional(),
});

/** A reference for new secrets of an integration; a new one each time, so that the old ones hold until the commit. */
export const newIntegrationSecretRef = (ids: Ids, integrationId: string): string =>
  `${integrationSecretsPrefix}${integrationId}/${ids.next("generation")}`;

/** Whose secrets lie at a reference. */
export const integrationOfSecret = (ref: string): string =>
  ref.slice(integrationSecretsPrefix.length).split("/")[0] ?? "";

/** The secrets at a reference, or null where there are none. */
export async function readSecrets(
  secrets: Pick<SecretStore, "get">,
  ref: string,
): Promise<IntegrationSecrets | null> {
  const found = await secrets.get(ref);
  if (found === null) return null;
  const { apiKey, webhookSecret, previousWebhookSecret, previousWebhookSecretUntil } = stored.parse(found);
  return {
    apiKey,
    ...(webhookSecret === undefined ? {} : { webhookSecret }),
    ...(previousWebhookSecret === undefined ? {} : { previousWebhookSecret }),
    ...(previousWebhookSecretUntil === undefined ? {} : { previousWebhookSecretUntil }),
  };
}

/** Secrets as the secret store takes them. */
export const secretsToStore = (secrets: IntegrationSecrets): Readonly<Record<string, string>> => ({
  ...secrets,
});

/** What a change makes of the secrets: where the webhook's is another one, the one before holds for a day. */
export function changedSecrets(
  before: IntegrationSecrets | null,
  change: { readonly apiKey?: string | undefined; readonly webhookSecret?: string | undefined },
  now: Date,
): IntegrationSecrets {
  const apiKey = change.apiKey ?? before?.apiKey;
  if (apiKey === undefined) {
    throw new DomainError("dbt-cloud-key-refused", "Its key is not there any more: send apiKey as well.");
  }
  const { webhookSecret } = change;
  if (webhookSecret === undefined || webhookSecret === before?.webhookSecret) return { ...before, apiKey };
  if (before?.webhookSecret === undefined) return { apiKey, webhookSecret };
  return {
    apiKey,
    webhookSecret,
    previousWebhookSecret: before.webhookSecret,
    previousWebhookSecretUntil: new Date(now.getTime() + overlapMs).toISOString(),
  };
}

/** The webhook's secrets that are believed at a time, the one that stands first. */
export function believedSecrets(secrets: IntegrationSecrets | null, now: Date): readonly string[] {
  if (secrets?.webhookSecret === undefined) return [];
  const { webhookSecret, previousWebhookSecret, previousWebhookSecretUntil = "" } = secrets;
  const holds = previousWebhookSecret !== undefined && now.toISOString() < previousWebhookSecretUntil;
  return holds ? [webhookSecret, previousWebhookSecret] : [webhookSecret];
}
