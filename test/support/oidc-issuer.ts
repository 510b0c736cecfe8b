import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { onTestFinished, afterAll } from "vitest";
import type { Clock } from "#core/ports/clock.ts";

/** A key pair of an issuer's. */
interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** Somebody who signs in. */
export type Person = Readonly<Record<string, unknown>> & { readonly sub: string };

/** How a token differs from a usual one. */
export interface TokenOptions {
  readonly key?: SigningKey;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Claims beside the usual ones, or in their place; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** How long ago it was issued; in seconds. */
  readonly age?: number;
}

/** A code that waits to be exchanged, as the authorization request asked for it. */
interface Grant {
  readonly query: URLSearchParams;
  readonly person: Person;
}

/** A real OpenID Connect issuer for tests: discovery, keys that rotate, sign-in with PKCE, tokens by a clock of the test's. */
export class OidcIssuer {
  readonly asked: string[] = [];
  /** The client that may exchange codes; one without a secret proves itself by the verifier alone. */
  readonly client: { readonly id: string; secret: string | null } = {
    id: "reeve-console",
    secret: "distinctive-client-secret",
  };
  /** Whether a code is taken more than once, as none should be. */
  codesLast = false;
  readonly clock: Clock;
  /** What the discovery document says otherwise. */
  discovery: Readonly<Record<string, unknown>> = {};
  /** What answers a path instead. */
  readonly instead = new Map<string, (response: ServerResponse) => void>();
  /** Who is signed in at the issuer: the authorization endpoint sends them back at once. */
  person: Person = { sub: "ann" };
  /** What of the ID token is otherwise. */
  idToken: TokenOptions = {};
  /** Keys that it publishes; the last one signs. */
  keys: SigningKey[] = [];
  private readonly grants = new Map<string, Grant>();
  private port = 0;
  private readonly server = createServer((request, response) => void this.answer(request, response));

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<this> {
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
    const address = this.server.address();
    this.port = typeof address === "object" && address !== null ? address.port : 0;
    if (this.keys.length === 0) await this.rotate();
    return this;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Makes a key by which tokens are signed from now on; the earlier ones are published still, or not any more. */
  async rotate(alg = "RS256", keepsEarlier = true): Promise<SigningKey> {
    const key = await signingKey(alg);
    this.keys = keepsEarlier ? [...this.keys, key] : [key];
    return key;
  }

  /** How often a path was asked for. */
  count(path: string): number {
    return this.asked.filter((one) => one === path).length;
  }

  /** An access token as this issuer makes them. */
  token(person: Person, options: TokenOptions = {}): Promise<string> {
    return this.sign(
      { ...person, aud: "reeve" },
      { ...options, header: { typ: "at+jwt", ...options.header } },
    );
  }

  /** Signs claims with all that a usual token has. */
  async sign(
    claims: JWTPayload,
    { key = this.keys.at(-1), header, claims: more, age = 0 }: TokenOptions = {},
  ) {
    if (key === undefined) throw new Error("the issuer has no key");
    const iat = Math.floor(this.clock.now().getTime() / 1000) - age;
    const payload = { iss: this.issuer, iat, exp: iat + 3600, jti: randomUUID(), ...claims, ...more };
    return await new SignJWT(JSON.parse(JSON.stringify(payload)) as JWTPayload)
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: "JWT", ...header })
      .sign(key.privateKey, { crit: { x: true } });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.issuer);
    this.asked.push(url.pathname);
    const instead = this.instead.get(url.pathname);
    if (instead !== undefined) return instead(response);
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return json(response, 200, this.document());
      case "/jwks":
        return json(response, 200, { keys: this.keys.map(({ jwk }) => jwk) });
      case "/authorize":
        return this.authorize(url.searchParams, response);
      case "/token":
        return await this.exchange(request, response);
      default:
        return json(response, 404, {});
    }
  }

  private document() {
    const at = (path: string): string => `${this.issuer}/${path}`;
    return {
      issuer: this.issuer,
      jwks_uri: at("jwks"),
      authorization_endpoint: at("authorize"),
      token_endpoint: at("token"),
      ...this.discovery,
    };
  }

  /** The person is signed in and agrees. */
  private authorize(query: URLSearchParams, response: ServerResponse): void {
    const code = randomUUID();
    this.grants.set(code, { query, person: this.person });
    const back = new URL(query.get("redirect_uri") ?? "");
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state") ?? "");
    response.writeHead(302, { location: back.href }).end();
  }

  /** Whether the client proves itself in one of the ways that the discovery document names. */
  private knowsClient(authorization: string | undefined, form: URLSearchParams): boolean {
    const { id, secret } = this.client;
    const methods = this.discovery["token_endpoint_auth_methods_supported"] ?? ["client_secret_basic"];
    const isPost = !(methods as readonly string[]).includes("client_secret_basic");
    if (isPost || secret === null) {
      return (
        form.get("client_id") === id && form.get("client_secret") === secret && authorization === undefined
      );
    }
    return authorization === `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
  }

  /** A code for tokens, once, to who proves the verifier and knows the client's secret (RFC 6749 §4.1.3, RFC 7636 §4.6). */
  private async exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await formOf(request);
    const grant = this.grants.get(form.get("code") ?? "");
    if (!this.codesLast) this.grants.delete(form.get("code") ?? "");
    if (!this.knowsClient(request.headers.authorization, form)) {
      return json(response, 401, { error: "invalid_client" });
    }
    if (grant === undefined || !isProven(grant, form) || grant.query.get("client_id") !== this.client.id) {
      return json(response, 400, { error: "invalid_grant" });
    }
    const { query, person } = grant;
    const claims = { ...person, aud: this.client.id, nonce: query.get("nonce") ?? "" };
    const id_token = await this.sign(claims, this.idToken);
    return json(response, 200, { token_type: "Bearer", access_token: await this.token(person), id_token });
  }
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

/** Whether who exchanges a code is who began, and is sent back to where they said. */
function isProven({ query }: Grant, form: URLSearchParams): boolean {
  const challenge = createHash("sha256")
    .update(form.get("code_verifier") ?? "")
    .digest("base64url");
  return (
    form.get("grant_type") === "authorization_code" &&
    query.get("code_challenge_method") === "S256" &&
    query.get("code_challenge") === challenge &&
    query.get("redirect_uri") === form.get("redirect_uri")
  );
}

/** A key pair of an algorithm, with its public half as it is published. */
export async function signingKey(alg: string): Promise<SigningKey> {
  const kid = randomUUID();
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

/** An issuer for one test file, or within a test for that one. */
export async function anIssuer(clock: Clock, forTest = false): Promise<OidcIssuer> {
  const issuer = await new OidcIssuer(clock).start();
  (forTest ? onTestFinished : afterAll)(() => issuer.stop());
  return issuer;
}
