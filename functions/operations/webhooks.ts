import type { webhookRoutes } from "#contracts/http/groups/webhooks.ts";
import { receiveDbtWebhook } from "#core/dbt/integrations/receive-webhook.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { BackgroundParts, QueueParts, SecretParts, SignatureParts } from "./parts.ts";

/** What other services send word by. */
export const webhookOperations = (
  parts: BackgroundParts & QueueParts & SecretParts & SignatureParts,
): Operations<typeof webhookRoutes> => ({ receiveDbtWebhook: receiveDbtWebhook(parts) });
