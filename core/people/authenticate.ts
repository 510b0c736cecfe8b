import type { Call } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { personOfToken } from "#core/identity/person-of-token.ts";
import type { TokenDeps } from "#core/identity/token-deps.ts";
import { callerOf, type Caller } from "#core/people/caller.ts";
import { findCaller } from "#core/people/find-caller.ts";
import { TokenRefused, type TokenRefusal } from "#core/ports/access-tokens.ts";
import type { ApiKey } from "#core/people/user.ts";
import type { KeyHasher } from "#core/ports/keys.ts";

/** What authentication needs from outside. */
export interface AuthenticationDeps extends TokenDeps {
  readonly keys: KeyHasher;
}

/** What somebody proves themselves with. */
export interface Credentials {
  /** The `Authorization` header. */
  readonly authorization: string | undefined;
  /** A session of the console's, where the request is one that may be made by it. */
  readonly session: string | undefined;
}

/** Who asks. */
export interface Authenticated {
  readonly user: Caller;
  /** The session that they ask by; null where it is none. */
  readonly sessionId: string | null;
}

const refused = (): DomainError =>
  new DomainError(
    "unauthenticated",
    "Send `Authorization: Bearer <API key or access token>` with one that is valid.",
  );

/** An API key is no longer than 512 characters; a token may be as long as a header. */
const bearer = /^Bearer +([\x21-\x7e]{1,10000})$/i;
const longestKey = 512;

/**
 * The user behind a request: by an API key or an access token of an identity provider's in `Authorization` or, without
 * that header, by a session of the console's. All is read each time anew, so that a revoked key or a disabled user is out at
 * once. All refusals look alike.
 */
export async function authenticate(
  deps: AuthenticationDeps,
  { authorization, session }: Credentials,
  from: Pick<Call, "requestId" | "address">,
): Promise<Authenticated> {
  if (authorization === undefined && session !== undefined) {
    const { user, id } = await byKey(deps, session, "session");
    return { user, sessionId: id };
  }
  const proof = bearer.exec(authorization ?? "")?.[1];
  if (proof === undefined) throw refused();
  const stated = deps.tokens.read(proof);
  if (stated !== null) return { user: await byToken(deps, proof, stated, from), sessionId: null };
  const { user } = await byKey(deps, proof, "key");
  return { user, sessionId: null };
}

async function byKey(
  deps: AuthenticationDeps,
  token: string,
  kind: "key" | "session",
): Promise<{ readonly user: Caller; readonly id: string }> {
  if (token.length > longestKey) throw refused();
  const { id, hash } = deps.keys.identify(token);
  const key = await deps.store.apiKey(id);
  if (key === null || (key.kind ?? "key") !== kind || !deps.keys.same(key.hash, hash)) throw refused();
  if (hasExpired(key, deps.clock.now())) throw refused();
  const user = await findCaller(deps, key.userId);
  if (user === null || user.disabled || !isVouchedFor(key, user)) throw refused();
  return { user, id };
}

const hasExpired = ({ expiresAt }: ApiKey, now: Date): boolean =>
  expiresAt !== null && Date.parse(expiresAt) <= now.getTime();

/** A session is worth what vouched for it: a provider that is there, still of that issuer. */
const isVouchedFor = ({ from }: ApiKey, { directory }: Caller): boolean =>
  from === undefined || directory.issuer(from.issuer)?.id === from.providerId;

async function byToken(
  deps: AuthenticationDeps,
  proof: string,
  { issuer, subject }: { readonly issuer: string; readonly subject: string },
  { requestId, address }: Pick<Call, "requestId" | "address">,
): Promise<Caller> {
  // In one read, of what is not proven yet: it leads to a key that is hashed, and to nothing before it is.
  const { userId, directory } = await deps.store.identity(issuer, subject);
  const provider = directory.issuer(issuer);
  const because = (reason: TokenRefusal, error?: unknown): DomainError => {
    const fields = { reason, issuer, requestId, ...(error === undefined ? {} : { error }) };
    deps.log[reason === "issuer-unreachable" ? "warn" : "info"]("a token was refused", fields);
    return refused();
  };
  if (provider === undefined) throw because("unknown-issuer");
  try {
    const token = await deps.tokens.verify(proof, provider.config);
    const person = await personOfToken(deps, { provider, token, via: "token", requestId, address }, userId);
    const caller = person === null ? null : callerOf(person, deps.clock.now());
    if (caller === null || caller.disabled) throw refused();
    return caller;
  } catch (error) {
    if (error instanceof TokenRefused) throw because(error.reason, error.cause);
    throw error;
  }
}
