/** Where an issuer is asked, as its discovery document says. */
export interface OidcEndpoints {
  /** Where people sign in, by their browser; null where it lets nobody. */
  readonly authorization: string | null;
  /** Where a code becomes tokens; null where none does. */
  readonly token: string | null;
  readonly jwks: string;
}

/** An issuer could not be asked. The message may be shown to an administrator: nothing that either side said is in it. */
export class OidcIssuerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "OidcIssuerError";
  }
}

/** OpenID Connect issuers. */
export interface OidcIssuers {
  /**
   * Asks an issuer where its endpoints are, anew each time (OpenID Connect Discovery 1.0 §4). Throws an `OidcIssuerError`
   * where it does not answer, answers for somebody else, or lies where Reeve asks nobody.
   */
  discover(issuer: string): Promise<OidcEndpoints>;
}
