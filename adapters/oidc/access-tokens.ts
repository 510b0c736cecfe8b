import type { AccessTokens } from "#core/ports/access-tokens.ts";
import type { Log } from "#core/ports/log.ts";
import { type OidcOptions, reachOf } from "./oidc-issuers.ts";

/** An issuer and a subject are no longer than this (OpenID Connect Core 1.0 §2 has 255 for the subject). */
const longest = { issuer: 500, subject: 255 };

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}

const field = (of: unknown, name: string): unknown =>
  typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;

const isText = (value: unknown, most: number): value is string =>
  typeof value === "string" && value !== "" && value.length <= most;

const signed = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*$/;

/** See `AccessTokens.read`. */
function read(token: string): ReturnType<AccessTokens["read"]> {
  const [, head, body] = signed.exec(token) ?? [];
  if (head === undefined || body === undefined || typeof field(jsonOf(head), "alg") !== "string") return null;
  const claims = jsonOf(body);
  const [issuer, subject] = [field(claims, "iss"), field(claims, "sub")];
  return isText(issuer, longest.issuer) && isText(subject, longest.subject) ? { issuer, subject } : null;
}

/** Tokens of issuers over the network. What proves them is loaded with the first one: who sends API keys waits for none of it. */
export function accessTokens(options: OidcOptions & { readonly log: Log }): AccessTokens {
  const { clock, log } = options;
  const load = async () => {
    const [{ verifyAccessToken, verifyIdToken }, { KeptKeys }] = await Promise.all([
      import("./verify-token.ts"),
      import("./kept-keys.ts"),
    ]);
    return { verifyAccessToken, verifyIdToken, keys: new KeptKeys(reachOf(options), clock, log) };
  };
  let loaded: ReturnType<typeof load> | undefined;
  return {
    read,
    async verify(token, config) {
      const { verifyAccessToken, keys } = await (loaded ??= load());
      return await verifyAccessToken(token, config, keys.keysOf(config.issuer), clock.now());
    },
    async verifyIdToken(token, config, expected) {
      const { verifyIdToken, keys } = await (loaded ??= load());
      return await verifyIdToken(token, config, expected, keys.keysOf(config.issuer), clock.now());
    },
  };
}
