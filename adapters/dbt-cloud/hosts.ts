import type { Site } from "../network/exchange.ts";

/** A host that a deployment lists beside dbt Cloud's own: where it is asked, by the form in which it is kept. */
export type ListedHosts = ReadonlyMap<string, URL>;

/**
 * `*.dbt.com` and `*.getdbt.com`: an account's own (`ab123.us1.dbt.com`) and the older ones that many share. Whole
 * labels of ASCII from end to end, so that nothing else can look like them: no user, no other port, no path, no dot at
 * the end. Without the `u` flag, `i` folds no letter from outside ASCII into it.
 */
const dbtsOwn =
  /^(?:https:\/\/)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,10}(?:dbt|getdbt)\.com)(?::443)?\/?$/i;

/** The longest name that DNS can hold. */
const longestName = 253;

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);

const refuse = (entry: string, why: string): Error => new Error(`REEVE_DBT_HOSTS: ${entry} ${why}`);

function listedHost(entry: string): URL {
  // An origin is written here in full, and nothing but an origin: what is written is where the key goes.
  if (!/^https?:\/\/[^\s/?#@\\]+\/?$/i.test(entry) || !URL.canParse(entry)) {
    // What may hold a password is not repeated.
    const shown = entry.includes("@") ? "an entry" : JSON.stringify(entry);
    throw refuse(shown, "is not of the form https://host or https://host:port");
  }
  const url = new URL(entry);
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw refuse(JSON.stringify(entry), "must be https: plain http is for this machine alone");
  }
  return url;
}

/**
 * Reads REEVE_DBT_HOSTS: base URLs, separated by commas, of hosts that may be asked beside dbt Cloud's own. Throws an
 * error that says which one is wrong and why.
 */
export function parseDbtHosts(text: string): ListedHosts {
  const listed = new Map<string, URL>();
  for (const part of text.split(",")) {
    const entry = part.trim();
    if (entry === "") continue;
    const url = listedHost(entry);
    if (listed.has(url.host)) throw refuse(JSON.stringify(entry), "has a host that is listed already");
    listed.set(url.host, url);
  }
  return listed;
}

/** The listed host that is meant, with its scheme, if one is given, as it is listed. */
function meant(given: string, listed: ListedHosts): string | null {
  const match = /^(?:(https?):\/\/)?([^\s/?#@\\]+)\/?$/i.exec(given);
  if (match === null) return null;
  const [, scheme, authority = ""] = match;
  if (scheme === undefined && listed.has(authority)) return authority;
  for (const [host, url] of listed) {
    if (scheme !== undefined && `${scheme.toLowerCase()}:` !== url.protocol) continue;
    // Read with its own scheme, so that `:443` and `:80` fall away where they say nothing.
    const read = `${url.protocol}//${authority}`;
    if (URL.canParse(read) && new URL(read).host === host) return host;
  }
  return null;
}

/** See `DbtCloud.hostOf`: a listed host by its name and port, dbt Cloud's own by its name in lower case. */
export function hostOf(given: string, listed: ListedHosts): string | null {
  const found = meant(given, listed);
  if (found !== null) return found;
  const own = dbtsOwn.exec(given)?.[1];
  return own === undefined || own.length > longestName ? null : own.toLowerCase();
}

/** Where a host is asked that `hostOf` gave; null where it may not be asked, any more or at all. */
export function siteOf(host: string, listed: ListedHosts): Site | null {
  if (hostOf(host, listed) !== host) return null;
  const base = listed.get(host);
  return base === undefined ? { base: new URL(`https://${host}`), listed: false } : { base, listed: true };
}
