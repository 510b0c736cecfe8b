import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyResult } from "jose";
import type { OidcConfig } from "#core/identity/identity-provider.ts";
import { TokenRefused, type TokenRefusal, type VerifiedToken } from "#core/ports/access-tokens.ts";
import { OidcIssuerError } from "#core/ports/oidc-issuers.ts";

/** Signatures that only who has the private key can make: never `none`, and nothing by a shared secret (RFC 8725 §3.2). */
const algorithms = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");

const reasons: readonly (readonly [new (...args: never[]) => Error, TokenRefusal])[] = [
  [errors.JWTExpired, "expired"],
  [errors.JOSEAlgNotAllowed, "wrong-algorithm"],
  [errors.JWSSignatureVerificationFailed, "bad-signature"],
  [errors.JWKSNoMatchingKey, "unknown-key"],
  [errors.JWKSMultipleMatchingKeys, "unknown-key"],
  [OidcIssuerError, "issuer-unreachable"],
];

const claimReasons: Readonly<Record<string, TokenRefusal>> = {
  iss: "wrong-issuer",
  nbf: "not-yet-valid",
  iat: "not-yet-valid",
};

function reasonOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.reason === "missing" ? "claim-missing" : (claimReasons[error.claim] ?? "malformed");
  }
  return reasons.find(([kind]) => error instanceof kind)?.[1] ?? "malformed";
}

/** What is proven of a token whatever it is for: signature, issuer, and that this is its time. */
async function proven(
  token: string,
  { issuer, clockSkewSeconds }: OidcConfig,
  keyOf: JWTVerifyGetKey,
  now: Date,
): Promise<JWTVerifyResult> {
  let result: JWTVerifyResult;
  try {
    result = await jwtVerify(token, keyOf, {
      issuer,
      algorithms,
      clockTolerance: clockSkewSeconds,
      currentDate: now,
      requiredClaims: ["iss", "sub", "exp", "iat"],
    });
  } catch (cause) {
    // The library's own errors hold the claims: they must come into no log.
    throw new TokenRefused(reasonOf(cause), cause instanceof OidcIssuerError ? { cause } : {});
  }
  const { sub = "" } = result.payload;
  // OpenID Connect Core 1.0 §2; it is part of a key.
  if (sub === "" || sub.length > 255) throw new TokenRefused("malformed");
  const issuedAt = (result.payload.iat ?? Infinity) - clockSkewSeconds;
  if (issuedAt > now.getTime() / 1000) throw new TokenRefused("not-yet-valid");
  return result;
}

const verified = (payload: JWTPayload): VerifiedToken => ({
  issuer: payload.iss ?? "",
  subject: payload.sub ?? "",
  issuedAt: new Date((payload.iat ?? 0) * 1000),
  claims: payload,
});

const isFor = (audience: unknown, audiences: readonly string[]): boolean =>
  [audience].flat().some((one) => typeof one === "string" && audiences.includes(one));

/** The audiences of access tokens: those that were set, or the client by which people sign in. */
const audiencesOf = ({ audiences, signIn }: OidcConfig): readonly string[] =>
  audiences.length > 0 || signIn === null ? audiences : [signIn.clientId];

/** `typ` of a header, as RFC 9068 §2.1 writes it, with or without `application/`. */
const typeOf = ({ protectedHeader }: JWTVerifyResult): string | undefined =>
  protectedHeader.typ?.toLowerCase().replace(/^application\//, "");

/** Claims that only ID tokens have (OpenID Connect Core 1.0 §2, §3.3.2.11). */
const ofIdTokens = ["nonce", "at_hash", "c_hash"] as const;

/** Whether a token says of itself that it is something else than an access token, each issuer in its own way. */
function saysOtherwise(result: JWTVerifyResult): boolean {
  const { payload } = result;
  const type = typeOf(result) ?? "jwt";
  // Cognito says `token_use`, Keycloak `typ`.
  const { token_use: use = "access", typ: kind = "Bearer" } = payload;
  if (!["jwt", "at+jwt"].includes(type) || use !== "access" || kind !== "Bearer") return true;
  const saysSo = type === "at+jwt" || "token_use" in payload || "typ" in payload;
  return !saysSo && ofIdTokens.some((claim) => claim in payload);
}

/** See `AccessTokens.verify`. */
export async function verifyAccessToken(
  token: string,
  config: OidcConfig,
  keyOf: JWTVerifyGetKey,
  now: Date,
): Promise<VerifiedToken> {
  const result = await proven(token, config, keyOf, now);
  const { payload } = result;
  if (!isFor(payload[config.audienceClaim], audiencesOf(config))) throw new TokenRefused("wrong-audience");
  if (saysOtherwise(result)) throw new TokenRefused("no-access-token");
  // Only who has another key may use it (RFC 8705, RFC 9449), and nothing here proves that.
  if (payload["cnf"] !== undefined) throw new TokenRefused("bound-to-a-key");
  return verified(payload);
}

/** See `AccessTokens.verifyIdToken`. */
export async function verifyIdToken(
  token: string,
  config: OidcConfig,
  { clientId, nonce }: { readonly clientId: string; readonly nonce: string },
  keyOf: JWTVerifyGetKey,
  now: Date,
): Promise<VerifiedToken> {
  const result = await proven(token, config, keyOf, now);
  const { payload } = result;
  const [use, kind] = [payload["token_use"], payload["typ"]];
  const isOther = (use !== undefined && use !== "id") || (kind !== undefined && kind !== "ID");
  if (isOther || typeOf(result) === "at+jwt") throw new TokenRefused("no-id-token");
  if (!isFor(payload.aud, [clientId])) throw new TokenRefused("wrong-audience");
  const party = payload["azp"];
  if (party !== undefined ? party !== clientId : [payload.aud].flat().length > 1) {
    throw new TokenRefused("wrong-audience");
  }
  if (payload["nonce"] !== nonce) throw new TokenRefused("wrong-nonce");
  return verified(payload);
}
