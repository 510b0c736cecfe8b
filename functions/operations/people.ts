import type { peopleRoutes } from "#contracts/http/groups/people.ts";
import { getMe } from "#core/people/show-me.ts";
import { getSettings, updateSettings } from "#core/settings/settings-use-cases.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import { groupOperations } from "./groups.ts";
import type { CommonParts, IndexParts, QueueParts } from "./parts.ts";
import { userOperations } from "./users.ts";

/** Who asks, users with their keys and invitations, groups, and the settings. */
export const peopleOperations = (
  parts: CommonParts & IndexParts & QueueParts,
): Operations<typeof peopleRoutes> => ({
  getMe,
  getSettings: getSettings(parts),
  updateSettings: updateSettings(parts),
  ...userOperations(parts),
  ...groupOperations(parts),
});
