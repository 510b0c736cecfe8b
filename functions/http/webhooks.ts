import { webhooksEnvironment } from "#contracts/environment.ts";
import { webhookRoutes } from "#contracts/http/groups/webhooks.ts";
import { webhooksParts } from "#functions/composition/cloud-dbt.ts";
import { httpFunction } from "#functions/http/edge/http-function.ts";
import { webhookOperations } from "#functions/operations/webhooks.ts";

/** What other services send; each message proves itself, so that nobody is authenticated. */
export const handler = httpFunction(
  webhookRoutes,
  webhookOperations(webhooksParts(webhooksEnvironment.parse(process.env))),
  null,
);
