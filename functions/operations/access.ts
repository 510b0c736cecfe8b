import type { accessRoutes } from "#contracts/http/groups/access.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { CommonParts, IndexParts, QueueParts } from "./parts.ts";

/** Members, subscription policies and access requests. */
export const accessOperations: (
  parts: CommonParts & IndexParts & QueueParts,
) => Operations<typeof accessRoutes> = () => ({});
