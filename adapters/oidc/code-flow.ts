import { createHash } from "node:crypto";
import * as z from "zod";
import {
  CodeRefused,
  type CodeExchange,
  type OidcEndpoints,
  OidcIssuerError,
  type SignInRequest,
} from "#core/ports/oidc-issuers.ts";
import { askJson, type JsonRequest, type Reach } from "./ask-json.ts";

/** Where a browser is sent to (OpenID Connect Core 1.0 §3.1.2.1, RFC 7636 §4.3). */
export function signInUrl(
  { authorization }: OidcEndpoints,
  { clientId, scopes, redirectUri, state, nonce, verifier }: SignInRequest,
): string {
  if (authorization === null) throw new OidcIssuerError("it has no authorization endpoint");
  const url = new URL(authorization);
  const fields = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(" "),
    state,
    nonce,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return url.href;
}

/** As a form writes it (RFC 6749 §2.3.1). */
const formEncoded = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);

/** How the client proves itself: by its secret or, where it has none, by the verifier alone. */
function proofOf(
  { clientProof }: OidcEndpoints,
  { clientId, clientSecret }: CodeExchange,
): { readonly authorization?: string; readonly form: Readonly<Record<string, string>> } {
  if (clientSecret === null) return { form: { client_id: clientId } };
  if (clientProof === "post") return { form: { client_id: clientId, client_secret: clientSecret } };
  const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}`, form: {} };
}

const tokens = z.object({ id_token: z.string().min(1).max(20_000) });
const refusal = z.object({ error: z.string().regex(/^[\x20-\x7e]{1,100}$/) });

/** Exchanges a code (RFC 6749 §4.1.3). See `OidcIssuers.idToken`. */
export async function idTokenFor(
  endpoints: OidcEndpoints,
  exchange: CodeExchange,
  reach: Reach,
): Promise<string> {
  const { token: url } = endpoints;
  if (url === null) throw new OidcIssuerError("it has no token endpoint");
  const { code, redirectUri, verifier } = exchange;
  const proof = proofOf(endpoints, exchange);
  const request: JsonRequest = {
    url,
    ...(proof.authorization === undefined ? {} : { authorization: proof.authorization }),
    form: {
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...proof.form,
    },
  };
  const { status, body } = await askJson(request, reach);
  if (status >= 400 && status < 500)
    throw new CodeRefused(refusal.safeParse(body).data?.error ?? String(status));
  const parsed = tokens.safeParse(body);
  if (status !== 200 || !parsed.success) {
    throw new OidcIssuerError(
      `${new URL(url).host} answers a code with something else than tokens (${status})`,
    );
  }
  return parsed.data.id_token;
}
