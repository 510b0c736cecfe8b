import type { identityRoutes } from "#contracts/http/groups/identity.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { CommonParts, QueueParts, SecretParts } from "./parts.ts";

/** Identity providers, and signing in. */
export const identityOperations: (
  parts: CommonParts & QueueParts & SecretParts,
) => Operations<typeof identityRoutes> = () => ({});
