import { integrationParams, webhookReply } from "../../resources/dbt.ts";
import { route } from "../route.ts";

/** What other services send word by. Each proves itself by a signature over the body, and by nothing else. */
export const webhookRoutes = {
  receiveDbtWebhook: route({
    method: "POST",
    path: "/dbt/{accountId}/{projectId}/{environmentId}/webhook",
    summary: "Take word of a run from dbt Cloud; whatever comes of it comes later",
    who: "dbt Cloud, by HMAC-SHA256 over the raw body in `Authorization`",
    authenticated: false,
    params: integrationParams,
    // dbt Cloud's are some hundred bytes long.
    signedBody: { maxBytes: 262_144 },
    status: 202,
    result: webhookReply,
    problems: ["webhook-signature-invalid"],
  }),
};
