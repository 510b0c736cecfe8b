/** Where an issuer is asked, as its discovery document says. */
export interface OidcEndpoints {
  /** Where people sign in, by their browser; null where it lets nobody. */
  readonly authorization: string | null;
  /** Where a code becomes tokens; null where none does. */
  readonly token: string | null;
  /** How a client with a secret proves itself there. */
  readonly clientProof: "basic" | "post";
  readonly jwks: string;
}

/** An issuer could not be asked. The message may be shown to an administrator: nothing that either side said is in it. */
export class OidcIssuerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "OidcIssuerError";
  }
}

/** An issuer answered that it gives no tokens for a code; `error` is its word for it (RFC 6749 §5.2). */
export class CodeRefused extends Error {
  readonly error: string;

  constructor(error: string) {
    super("an issuer gives no tokens for a code");
    this.name = "CodeRefused";
    this.error = error;
  }
}

/** What a sign-in begins with. */
export interface SignInRequest {
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Where the issuer sends the browser back to. */
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** Only its digest is told (PKCE with S256, RFC 7636). */
  readonly verifier: string;
}

/** What a code is exchanged with. */
export interface CodeExchange extends Pick<SignInRequest, "clientId" | "redirectUri" | "verifier"> {
  /** Null for a client that has none. */
  readonly clientSecret: string | null;
  readonly code: string;
}

/** OpenID Connect issuers. What cannot be asked throws an `OidcIssuerError`. */
export interface OidcIssuers {
  /**
   * Asks an issuer where its endpoints are, anew each time (OpenID Connect Discovery 1.0 §4). Fails also where it answers for
   * somebody else, or lies where Reeve asks nobody.
   */
  discover(issuer: string): Promise<OidcEndpoints>;
  /** Where a browser is sent to sign in. */
  signInUrl(issuer: string, request: SignInRequest): Promise<string>;
  /** The ID token that a code stands for, unproven. Throws `CodeRefused` where the issuer refuses. */
  idToken(issuer: string, exchange: CodeExchange): Promise<string>;
}
