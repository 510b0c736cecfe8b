import { apiKeyRoutes } from "./people/api-keys.ts";
import { groupRoutes } from "./people/groups.ts";
import { invitationRoutes } from "./people/invitations.ts";
import { principalRoutes } from "./people/principals.ts";
import { settingsRoutes } from "./people/settings.ts";
import { userRoutes } from "./people/users.ts";

/** Who is asking, users with their keys, groups, principals to choose from, and what holds for everybody. */
export const peopleRoutes = {
  ...settingsRoutes,
  ...userRoutes,
  ...invitationRoutes,
  ...apiKeyRoutes,
  ...groupRoutes,
  ...principalRoutes,
};
