/** How claims of a token become groups and attributes. */
export interface ClaimMapping {
  /** The claim that lists groups by name; null where none does. */
  readonly groupsClaim: string | null;
  /** Globs of the group names that are taken; null takes all. */
  readonly groups: readonly string[] | null;
  /** Attribute name → claim. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** An issuer whose access tokens are accepted, and by which people may sign in. */
export interface OidcConfig extends ClaimMapping {
  /** As tokens name it in `iss`; discovery stands below it (OpenID Connect Discovery 1.0 §4). */
  readonly issuer: string;
  /** Each access token must be meant for one of these. */
  readonly audiences: readonly string[];
  /** The claim that access tokens bear their audience in: `aud`, or `client_id` as Amazon Cognito has it. */
  readonly audienceClaim: "aud" | "client_id";
  readonly clockSkewSeconds: number;
  /** For signing in to the console: null where only tokens are accepted. Its secret, if any, is in the secret store. */
  readonly signIn: { readonly clientId: string; readonly scopes: readonly string[] } | null;
}

/** A directory that is read on a schedule (LDAP v3, RFC 4511; Active Directory too). */
export interface LdapConfig {
  readonly url: string;
  readonly startTls: boolean;
  /** PEM of the authority that signed the server's certificate; null trusts the system's. */
  readonly ca: string | null;
  readonly bindDn: string;
  readonly userBase: string;
  readonly userFilter: string;
  readonly groupBase: string | null;
  readonly groupFilter: string;
  /** LDAP attribute names; `id` is what never changes (`entryUUID`, `objectGUID`). */
  readonly userAttributes: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    /** Set, and non-zero under mask 2, in Active Directory (`userAccountControl`); null where nothing tells. */
    readonly accountControl: string | null;
  };
  readonly groupAttributes: { readonly id: string; readonly name: string; readonly member: string };
  /** Attribute name → LDAP attribute. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly cron: string;
  /** An OIDC provider whose subjects these entries are: the issuer, and the LDAP attribute that holds the subject. */
  readonly subjects: { readonly providerId: string; readonly attribute: string } | null;
}

/** Where people come from. Its secrets, if any, are in the secret store under `secretRef`. */
export interface IdentityProvider {
  readonly id: string;
  readonly name: string;
  readonly config: ({ readonly kind: "oidc" } & OidcConfig) | ({ readonly kind: "ldap" } & LdapConfig);
  readonly secretRef: string | null;
  /** When a whole sync last ended well: what it left as it was is as fresh. Null for what is not synced. */
  readonly syncedAt: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly version: number;
}

/** A provider of tokens. */
export type OidcProvider = IdentityProvider & {
  readonly config: Extract<IdentityProvider["config"], { readonly kind: "oidc" }>;
};
