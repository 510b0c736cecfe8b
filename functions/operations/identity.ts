import type { identityRoutes } from "#contracts/http/groups/identity.ts";
import { beginSignIn, listSignInProviders } from "#core/identity/begin-sign-in.ts";
import { createIdentityProvider } from "#core/identity/create-provider.ts";
import { deleteIdentityProvider } from "#core/identity/delete-provider.ts";
import { syncIdentityProvider } from "#core/identity/ldap/start-sync.ts";
import { getIdentityProvider, listIdentityProviders } from "#core/identity/list-providers.ts";
import { finishSignIn } from "#core/identity/finish-sign-in.ts";
import { signOut } from "#core/identity/session.ts";
import { updateIdentityProvider } from "#core/identity/update-provider.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { CommonParts, IssuerParts, QueueParts, SecretParts } from "./parts.ts";

/** Identity providers. */
export const identityOperations = (
  parts: CommonParts & QueueParts & SecretParts & IssuerParts,
): Operations<typeof identityRoutes> => ({
  createIdentityProvider: createIdentityProvider(parts),
  listIdentityProviders: listIdentityProviders(parts),
  getIdentityProvider: getIdentityProvider(parts),
  updateIdentityProvider: updateIdentityProvider(parts),
  deleteIdentityProvider: deleteIdentityProvider(parts),
  listSignInProviders: listSignInProviders(parts),
  beginSignIn: beginSignIn(parts),
  finishSignIn: finishSignIn(parts),
  signOut: signOut(parts),
  syncIdentityProvider: syncIdentityProvider(parts),
});
