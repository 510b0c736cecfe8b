/** Where people come from: identity providers, and signing in. */
export const identityRoutes = {};
