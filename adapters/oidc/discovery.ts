import * as z from "zod";
import { type OidcEndpoints, OidcIssuerError } from "#core/ports/oidc-issuers.ts";
import { askJson, type Reach } from "./ask-json.ts";
import { siteOf } from "./sites.ts";

/** What of a discovery document is used (OpenID Connect Discovery 1.0 §3). */
const discovered = z.object({
  issuer: z.string(),
  jwks_uri: z.string(),
  authorization_endpoint: z.string().optional(),
  token_endpoint: z.string().optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
});

/** Asks an issuer for its endpoints. See `OidcIssuers.discover`. */
export async function discover(issuer: string, reach: Reach): Promise<OidcEndpoints> {
  // §4: a slash at the end of the issuer goes before the path is put behind it.
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const { status, body } = await askJson({ url }, reach);
  const { host } = new URL(url);
  if (status !== 200) throw new OidcIssuerError(`${host} answers its discovery document with ${status}`);
  const parsed = discovered.safeParse(body);
  if (!parsed.success) throw new OidcIssuerError(`${host} answers something else than a discovery document`);
  const found = parsed.data;
  // §4.3, by the letter: else an issuer could speak for another one.
  if (found.issuer !== issuer) {
    throw new OidcIssuerError(`the discovery document of ${host} is of another issuer`);
  }
  const endpoints: OidcEndpoints = {
    authorization: found.authorization_endpoint ?? null,
    token: found.token_endpoint ?? null,
    clientProof: proofOf(found),
    jwks: found.jwks_uri,
  };
  for (const endpoint of [endpoints.jwks, endpoints.authorization, endpoints.token]) {
    if (endpoint !== null) siteOf(endpoint, reach.onLoopback);
  }
  return endpoints;
}

/** Basic where nothing is said: RFC 8414 §2. */
function proofOf({
  token_endpoint_auth_methods_supported: methods = ["client_secret_basic"],
}: z.infer<typeof discovered>): OidcEndpoints["clientProof"] {
  const isBasic = methods.includes("client_secret_basic") || !methods.includes("client_secret_post");
  return isBasic ? "basic" : "post";
}
