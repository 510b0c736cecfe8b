import { connect, isIP } from "node:net";
import type { Client } from "ldapts";
import type { LdapConfig } from "#core/identity/identity-provider.ts";
import { DirectoryReadError, type DirectoryEntry, type LdapDirectory } from "#core/ports/ldap-directory.ts";
import { addressRefused, type Resolve, systemResolve } from "../network/public-addresses.ts";
import { allowedLookup, isAllowedAddress, isLoopbackAddress } from "./allowed-hosts.ts";
import { passEmptyPages } from "./empty-pages.ts";
import { binaryOf, groupOf, rangeOf, userAttributesOf, userOf, type RawEntry } from "./entries.ts";

/** What the adapter is made of. */
export interface LdapOptions {
  /** Whether directories on this machine are read, in the clear too: on one machine, and never in the cloud. */
  readonly onLoopback: boolean;
  /** For tests. */
  readonly resolve?: Resolve;
  readonly connectMs?: number;
  readonly replyMs?: number;
}

const defaultConnectMs = 10_000;
const pageSize = 500;
/** What a server may take for a search (RFC 4511 §4.5.1.5). */
const searchSeconds = 120;

/** Directories over the network. The client is loaded with the first one: next to no job needs it. */
export const ldapDirectory = (options: LdapOptions): LdapDirectory => ({
  read: (config, bindPassword, signal) => readAll(options, config, bindPassword, signal),
});

async function* readAll(
  options: LdapOptions,
  config: LdapConfig,
  bindPassword: string,
  signal: AbortSignal,
): AsyncGenerator<DirectoryEntry> {
  await demandFilters(config);
  const client = await clientOf(options, config);
  const give = (): void => void client.unbind().catch(() => undefined);
  signal.addEventListener("abort", give, { once: true });
  try {
    await bind(options, client, config, bindPassword);
    for await (const entry of pages(client, config.userBase, config.userFilter, userAttributesOf(config))) {
      yield userOf(entry, config);
    }
    if (config.groupBase === null) return;
    const { id, name, member } = config.groupAttributes;
    for await (const entry of pages(client, config.groupBase, config.groupFilter, [id, name, member])) {
      const first = rangeOf(entry, member);
      yield groupOf(entry, config, first === null ? undefined : await allOf(client, entry.dn, member, first));
    }
  } catch (error) {
    throw await told(error);
  } finally {
    signal.removeEventListener("abort", give);
    await client.unbind().catch(() => undefined);
  }
}

/** A filter is sent as the configuration has it, and nothing is put into one. */
async function demandFilters({ userFilter, groupFilter }: LdapConfig): Promise<void> {
  const { FilterParser } = await import("ldapts");
  for (const [name, filter] of Object.entries({ userFilter, groupFilter })) {
    try {
      FilterParser.parseString(filter);
    } catch (error) {
      throw new DirectoryReadError(`${name} is no filter (RFC 4515)`, false, { cause: error });
    }
  }
}

const hostOf = ({ url }: LdapConfig): string => new URL(url).hostname.replace(/^\[|\]$/g, "");

/** What the server must prove to be. */
const tlsOf = (config: LdapConfig) => ({
  ...(config.ca === null ? {} : { ca: config.ca }),
  minVersion: "TLSv1.2" as const,
  ...(isIP(hostOf(config)) === 0 ? { servername: hostOf(config) } : { host: hostOf(config) }),
});

async function clientOf(options: LdapOptions, config: LdapConfig): Promise<Client> {
  const { onLoopback, resolve = systemResolve, connectMs = defaultConnectMs, replyMs = 150_000 } = options;
  const isSecret = config.url.startsWith("ldaps:");
  const inTheClear = !isSecret && !config.startTls;
  const isAllowed = (address: string): boolean =>
    isAllowedAddress(address, onLoopback) && (!inTheClear || isLoopbackAddress(address));
  const host = hostOf(config);
  if (isIP(host) !== 0 && !isAllowed(host)) throw refused();
  const lookup = allowedLookup(resolve, isAllowed);
  const { Client: LdapClient, PagedResultsControl } = await import("ldapts");
  const { port } = new URL(config.url);
  const client = new LdapClient({
    // What stands behind the host is no base to read from.
    url: `${isSecret ? "ldaps" : "ldap"}://${new URL(config.url).host}`,
    timeout: replyMs,
    connectTimeout: connectMs,
    strictDN: false,
    ...(isSecret
      ? { tlsOptions: { ...tlsOf(config), lookup } }
      : {
          createConnection: () => connect({ host, port: port === "" ? 389 : Number(port), lookup }),
        }),
  });
  passEmptyPages(client, PagedResultsControl);
  return client;
}

/** Rejects where something takes longer: the client itself waits for a handshake without an end. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DirectoryReadError("the directory takes too long", true)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function bind(
  { connectMs = defaultConnectMs }: LdapOptions,
  client: Client,
  config: LdapConfig,
  bindPassword: string,
): Promise<void> {
  // RFC 4513 §5.1.2: a server takes no password for "anonymous", and would answer as if all were well.
  if (bindPassword === "")
    throw new DirectoryReadError("the password of the account that reads is empty", false);
  if (config.startTls && !config.url.startsWith("ldaps:")) {
    await within(connectMs, client.startTLS(tlsOf(config)));
  }
  await client.bind(config.bindDn, bindPassword);
}

/**
 * All entries below a base that the server itself holds: what it refers to elsewhere is not asked. The client connects anew
 * where the server is gone, as nobody: what comes then is not taken.
 */
async function* pages(
  client: Client,
  base: string,
  filter: string,
  attributes: readonly string[],
): AsyncGenerator<RawEntry> {
  const options = {
    scope: "sub" as const,
    filter,
    attributes: [...attributes],
    explicitBufferAttributes: [...binaryOf(attributes)],
    timeLimit: searchSeconds,
    paged: { pageSize },
  };
  for await (const { searchEntries } of client.searchPaginated(base, options)) {
    demandBound(client);
    for (const entry of searchEntries) yield entry;
  }
  demandBound(client);
}

const partial = (why: string): DirectoryReadError =>
  new DirectoryReadError(`the directory was not read to its end: ${why}`, true);

function demandBound(client: Client): void {
  if (!client.isBound) throw partial("the connection was lost");
}

/** All values of an attribute that come in ranges. */
async function allOf(
  client: Client,
  dn: string,
  attribute: string,
  first: { readonly values: readonly string[]; readonly next: number | null },
): Promise<readonly string[]> {
  const values = [...first.values];
  let { next } = first;
  while (next !== null) {
    const { searchEntries } = await client.search(dn, {
      scope: "base",
      attributes: [`${attribute};range=${next}-*`],
      timeLimit: searchSeconds,
    });
    demandBound(client);
    const [entry] = searchEntries;
    const range = entry === undefined ? null : rangeOf(entry, attribute);
    if (range === null || (range.next !== null && range.next <= next))
      throw partial("members of a group are missing");
    values.push(...range.values);
    ({ next } = range);
  }
  return values;
}

const refused = (): DirectoryReadError =>
  new DirectoryReadError("the directory lies at an address that is never asked", false);

/** Foreign errors in words that show no secret: what a server says of itself is not repeated. */
async function told(error: unknown): Promise<unknown> {
  if (error instanceof DirectoryReadError) return error;
  const { InvalidCredentialsError, NoSuchObjectError, InsufficientAccessError } = await import("ldapts");
  if (error instanceof InvalidCredentialsError) {
    return new DirectoryReadError("the directory refuses the account that reads, or its password", false);
  }
  if (error instanceof NoSuchObjectError || error instanceof InsufficientAccessError) {
    return new DirectoryReadError("the directory does not show what is below a base", false);
  }
  if (error instanceof Error && "code" in error && error.code === addressRefused) return refused();
  const name = error instanceof Error ? error.name : "an error";
  return new DirectoryReadError(`the directory could not be read (${name})`, true, { cause: error });
}
