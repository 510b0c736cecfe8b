import type { OidcConfig } from "#core/identity/identity-provider.ts";

/** A token whose signature, issuer, audience and times hold. */
export interface VerifiedToken {
  readonly issuer: string;
  readonly subject: string;
  readonly issuedAt: Date;
  /** Everything that it says. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Why a token is refused: for the log alone, never for who sent it. */
export type TokenRefusal =
  | "malformed"
  | "unknown-issuer"
  | "issuer-unreachable"
  | "unknown-key"
  | "bad-signature"
  | "wrong-algorithm"
  | "wrong-issuer"
  | "wrong-audience"
  | "wrong-nonce"
  | "expired"
  | "not-yet-valid"
  | "claim-missing"
  | "no-access-token"
  | "no-id-token"
  | "bound-to-a-key";

/** A token is not accepted. */
export class TokenRefused extends Error {
  readonly reason: TokenRefusal;

  constructor(reason: TokenRefusal, options?: ErrorOptions) {
    super(`a token is refused: ${reason}`, options);
    this.name = "TokenRefused";
    this.reason = reason;
  }
}

/** Signed tokens (JWT, RFC 7519) of OpenID Connect issuers. */
export interface AccessTokens {
  /** Who a token says that it is of, unproven; null for what is no signed token. */
  read(token: string): { readonly issuer: string; readonly subject: string } | null;
  /**
   * Proves an access token of an issuer's by the keys that the issuer publishes. Throws `TokenRefused`. Keys are kept for
   * ten minutes, so that a rotation needs no restart.
   */
  verify(token: string, config: OidcConfig): Promise<VerifiedToken>;
  /** Proves an ID token that was made for a client and a request (OpenID Connect Core 1.0 §3.1.3.7). Throws `TokenRefused`. */
  verifyIdToken(
    token: string,
    config: OidcConfig,
    expected: { readonly clientId: string; readonly nonce: string },
  ): Promise<VerifiedToken>;
}
