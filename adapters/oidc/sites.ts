import { isIP } from "node:net";
import { OidcIssuerError } from "#core/ports/oidc-issuers.ts";
import type { Site } from "../network/exchange.ts";
import { isPublicAddress } from "../network/public-addresses.ts";

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** A host without the brackets that stand around an IPv6 address in a URL. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");

function parsed(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : null;
  if (base?.username === "" && base.password === "") return base;
  throw new OidcIssuerError("its address is no URL of a host");
}

/**
 * Where a URL of an issuer's may be asked: by https, at a public address. On one machine (`onLoopback`) also at this machine
 * itself, by plain http too. What a host name leads to is looked at when it is connected to.
 */
export function siteOf(url: string, onLoopback: boolean): Site {
  const base = parsed(url);
  const host = bare(base.hostname);
  if (onLoopback && loopback.test(host) && /^https?:$/.test(base.protocol)) return { base, listed: true };
  if (base.protocol !== "https:") throw new OidcIssuerError(`${base.host} is not asked but by https`);
  // A host that is an address is connected to without being looked up.
  if (isIP(host) !== 0 && !isPublicAddress(host)) {
    throw new OidcIssuerError(`${base.host} is no public address`);
  }
  return { base, listed: false };
}
