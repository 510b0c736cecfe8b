import type { TokenDeps } from "#core/identity/token-deps.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { KeyHasher } from "#core/ports/keys.ts";
import type { OidcIssuers } from "#core/ports/oidc-issuers.ts";
import type { Seals } from "#core/ports/seals.ts";
import type { SecretStore } from "#core/ports/secrets.ts";

/** What signing in to the console needs from outside. */
export interface SignInDeps extends TokenDeps {
  readonly issuers: OidcIssuers;
  readonly secrets: Pick<SecretStore, "get">;
  readonly seals: Seals;
  readonly keys: KeyHasher;
  readonly cursors: Cursors;
}
