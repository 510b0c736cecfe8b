import type * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import { ForBrowser, type Call, type UseCase } from "#core/call/call.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import {
  begun,
  signInCookieOf,
  signInProvider,
  signInPurpose,
  type SignInProvider,
} from "#core/identity/begin-sign-in.ts";
import { signInCookie } from "#core/identity/cookies.ts";
import { personOfToken } from "#core/identity/person-of-token.ts";
import { readProviderSecret } from "#core/identity/provider-secrets.ts";
import { askIssuer } from "#core/identity/read-provider.ts";
import { callbackUrlOf } from "#core/identity/show-provider.ts";
import { sessionCookieOf, sessionSeconds } from "#core/identity/session.ts";
import type { SignInDeps } from "#core/identity/sign-in-deps.ts";
import { callerOf, type Caller } from "#core/people/caller.ts";
import type { ApiKey } from "#core/people/user.ts";
import { TokenRefused, type VerifiedToken } from "#core/ports/access-tokens.ts";
import { CodeRefused } from "#core/ports/oidc-issuers.ts";

type Begun = z.infer<typeof begun>;
type Query = Parameters<UseCase<Routes["finishSignIn"]>>[0]["query"];

/** Why a sign-in does not go on: for the log alone. */
class Refused extends Error {}

/**
 * Takes a browser back from an issuer: the code becomes an ID token, which is proven; whoever it is of is known from then
 * on as by an access token, and gets a session. The session is named by the state, so that there is one for it at most.
 * Whatever does not fit, the browser is told the same; the log says what it was.
 */
export const finishSignIn =
  (deps: SignInDeps): UseCase<Routes["finishSignIn"]> =>
  async ({ params: { providerId }, query, cookies }, call) => {
    try {
      const kept = await keptOf(deps, providerId, query, cookies.get(signInCookie));
      const from = await signInProvider(deps.store, providerId);
      const token = await provenToken(deps, call, from, kept, codeIn(query, from));
      const user = await signedIn(deps, call, from, token);
      const session = await beginSession(deps, call, user, from, kept);
      return new ForBrowser([sessionCookieOf(call, session), signInCookieOf(call, "")], kept.returnTo);
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === null) throw error;
      deps.log.info("a sign-in failed", { reason, providerId, requestId: call.requestId });
      throw failed();
    }
  };

const failed = (): DomainError =>
  new DomainError("sign-in-failed", "It took too long, was begun elsewhere or was refused: begin again.");

function reasonOf(error: unknown): string | null {
  if (error instanceof Refused) return error.message;
  if (error instanceof TokenRefused) return error.reason;
  return error instanceof CodeRefused ? `refused: ${error.error}` : null;
}

/** What the browser kept since it began, if this answers it in time. */
async function keptOf(
  { seals, keys, clock }: SignInDeps,
  providerId: string,
  { state }: Query,
  cookie = "",
): Promise<Begun> {
  const kept = await seals.open(signInPurpose, cookie, begun);
  if (kept?.providerId !== providerId) throw new Refused("no-cookie");
  if (!keys.same(kept.state, state)) throw new Refused("wrong-state");
  if (kept.until <= clock.now().toISOString()) throw new Refused("too-late");
  return kept;
}

/** The code of an issuer's answer, which may name the issuer (RFC 9207). */
function codeIn({ code, error, iss }: Query, { provider }: SignInProvider): string {
  if (code === undefined) throw new Refused(`refused: ${error ?? "no code"}`);
  if (iss !== undefined && iss !== provider.config.issuer) throw new Refused("wrong-issuer");
  return code;
}

async function provenToken(
  { issuers, tokens, secrets }: SignInDeps,
  call: Call,
  { provider, client: { clientId } }: SignInProvider,
  { nonce, verifier }: Begun,
  code: string,
): Promise<VerifiedToken> {
  const { clientSecret = null } = await readProviderSecret(secrets, provider);
  const redirectUri = callbackUrlOf(call, provider);
  const idToken = await askIssuer(() =>
    issuers.idToken(provider.config.issuer, { clientId, clientSecret, code, redirectUri, verifier }),
  );
  return await tokens.verifyIdToken(idToken, provider.config, { clientId, nonce });
}

/** Who signed in, if they are not gone or out. */
async function signedIn(
  deps: SignInDeps,
  { requestId, address }: Call,
  { provider }: SignInProvider,
  token: VerifiedToken,
): Promise<Caller> {
  const { userId } = await deps.store.identity(token.issuer, token.subject);
  const proven = { provider, token, via: "console", requestId, address } as const;
  const person = await personOfToken(deps, proven, userId);
  const caller = person === null ? null : callerOf(person, deps.clock.now());
  if (caller === null || caller.disabled) throw new Refused("gone-or-disabled");
  return caller;
}

/** Makes a session, and gives what its cookie bears. */
async function beginSession(
  { store, keys, ids, clock }: SignInDeps,
  { requestId, address }: Call,
  user: Caller,
  { provider }: SignInProvider,
  { state }: Begun,
): Promise<string> {
  const at = clock.now();
  const token = `rv_${keys.identify(state).hash.slice(0, 40)}_${keys.secret()}`;
  const expiresAt = new Date(at.getTime() + sessionSeconds * 1000).toISOString();
  const session: ApiKey = {
    ...keys.identify(token),
    userId: user.id,
    kind: "session",
    from: { providerId: provider.id, issuer: provider.config.issuer },
    name: "console",
    expiresAt,
    createdAt: at.toISOString(),
  };
  await store.commit([
    { write: "create", kind: "api-key", record: session, otherwise: failed() },
    { write: "require", kind: "user", record: user, otherwise: staleRead() },
    audited(
      ids,
      at,
      { user, requestId, address },
      {
        action: "session:create",
        resource: { type: "user", id: user.id },
        details: { expiresAt },
      },
    ),
  ]);
  return token;
}
