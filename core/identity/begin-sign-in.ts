import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { ForBrowser, type Call, type UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { signInCookie, type Cookie } from "#core/identity/cookies.ts";
import type { IdentityProvider, OidcProvider } from "#core/identity/identity-provider.ts";
import { askIssuer } from "#core/identity/read-provider.ts";
import { callbackUrlOf } from "#core/identity/show-provider.ts";
import type { SignInDeps } from "#core/identity/sign-in-deps.ts";
import type { PeopleStore } from "#core/ports/store.ts";

/** What a sign-in is sealed for. */
export const signInPurpose = "sign-in";
/** So long somebody may take at the issuer. */
const signInSeconds = 600;

/** What a browser keeps, sealed, until it is sent back. */
export const begun = z.object({
  providerId: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  until: z.string(),
});

/** A provider by which people may sign in, with its client. */
export interface SignInProvider {
  readonly provider: OidcProvider;
  readonly client: NonNullable<OidcProvider["config"]["signIn"]>;
}

const signInProviderOf = (provider: IdentityProvider): readonly SignInProvider[] => {
  const { config } = provider;
  return config.kind === "oidc" && config.signIn !== null
    ? [{ provider: { ...provider, config }, client: config.signIn }]
    : [];
};

/** Every provider by which people may sign in, as it stands now. */
const signInProviders = async (store: Pick<PeopleStore, "directory">): Promise<readonly SignInProvider[]> =>
  (await store.directory()).providers.flatMap(signInProviderOf);

/** The provider of an id, if people may sign in by it. */
export async function signInProvider(
  store: Pick<PeopleStore, "directory">,
  providerId: string,
): Promise<SignInProvider> {
  const found = (await signInProviders(store)).find(({ provider }) => provider.id === providerId);
  if (found === undefined) throw new DomainError("not-found");
  return found;
}

/** By what people may sign in: told to everybody, with no more than a name. */
export const listSignInProviders =
  ({ store, cursors }: Pick<SignInDeps, "store" | "cursors">): UseCase<Routes["listSignInProviders"]> =>
  async ({ query }) => {
    const providers = (await signInProviders(store)).map(({ provider }) => provider);
    const sorted = providers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return await fillPage(cursors, "sign-in/providers", query, z.string(), {
      read: (after) =>
        Promise.resolve({ items: sorted.filter(({ id }) => after === null || id > after), next: null }),
      positionOf: ({ id }) => id,
      show: ({ id, name }) => ({ id, name }),
    });
  };

/** A cookie for signing in; without a value it is taken away. */
export const signInCookieOf = ({ baseUrl }: Pick<Call, "baseUrl">, value: string): Cookie => ({
  name: signInCookie,
  value,
  path: "/sign-in",
  // The issuer sends the browser back by a link, which brings no strict cookie.
  sameSite: "Lax",
  secure: baseUrl.startsWith("https:"),
  maxAgeSeconds: value === "" ? 0 : signInSeconds,
});

/** Sends a browser to an issuer, with a sealed cookie by which it is known when it comes back. */
export const beginSignIn =
  (deps: SignInDeps): UseCase<Routes["beginSignIn"]> =>
  async ({ params, query }, call) => {
    const { provider, client } = await signInProvider(deps.store, params.providerId);
    const { keys, clock } = deps;
    const [state, nonce, verifier] = [keys.secret(), keys.secret(), keys.secret()];
    const redirectUri = callbackUrlOf(call, provider);
    const url = await askIssuer(() =>
      deps.issuers.signInUrl(provider.config.issuer, { ...client, redirectUri, state, nonce, verifier }),
    );
    const until = new Date(clock.now().getTime() + signInSeconds * 1000).toISOString();
    const kept: z.infer<typeof begun> = {
      providerId: provider.id,
      state,
      nonce,
      verifier,
      returnTo: query.returnTo,
      until,
    };
    return new ForBrowser([signInCookieOf(call, await deps.seals.seal(signInPurpose, kept))], url);
  };
