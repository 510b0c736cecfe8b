import { userPoolEnvironment } from "#contracts/environment.ts";
import { bootstrapProvider } from "#core/identity/first-provider.ts";
import { userPoolParts } from "#functions/composition/cloud.ts";
import { onceAtCreation } from "./custom-resource.ts";

const environment = userPoolEnvironment.parse(process.env);
const parts = userPoolParts(environment);

/** Run once by the deployment: lets the people of its own user pool in. */
export const handler = onceAtCreation("user-pool", () =>
  bootstrapProvider(parts, {
    issuer: environment.USER_POOL_ISSUER,
    clientId: environment.USER_POOL_CLIENT_ID,
  }),
);
