import { lookup } from "node:dns/promises";
import { BlockList, isIP, isIPv4 } from "node:net";
import { RemoteError } from "#core/ports/remote.ts";

/** Gives every address of a host; a host that is an address, in any spelling the system knows, gives itself. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

interface Subnet {
  readonly network: string;
  readonly prefix: number;
}

const refusedIpv4: readonly Subnet[] = [
  // "This network": 0.0.0.0 reaches the machine itself.
  { network: "0.0.0.0", prefix: 8 },
  // Link-local, and with it the metadata services of AWS (instances, 169.254.170.2 of containers), Azure and Google.
  { network: "169.254.0.0", prefix: 16 },
  // Metadata services that stand outside the link-local range: Alibaba, Azure's wire server, Oracle.
  { network: "100.100.100.200", prefix: 32 },
  { network: "168.63.129.16", prefix: 32 },
  { network: "192.0.0.192", prefix: 32 },
  // Multicast, reserved, broadcast.
  { network: "224.0.0.0", prefix: 4 },
  { network: "240.0.0.0", prefix: 4 },
];

const refusedIpv6: readonly Subnet[] = [
  { network: "::", prefix: 128 },
  { network: "fe80::", prefix: 10 },
  { network: "ff00::", prefix: 8 },
  // Link-local services of AWS (metadata is fd00:ec2::254), Google, Oracle and Scaleway.
  { network: "fd00:ec2::", prefix: 32 },
  { network: "fd20:ce::254", prefix: 128 },
  { network: "fd00:c1::a9fe:a9fe", prefix: 128 },
  { network: "fd00:42::42", prefix: 128 },
  // Teredo hides an IPv4 address behind an exclusive or, and a local NAT64 prefix (RFC 8215) puts it where
  // its operator likes: neither can be looked into, so neither is connected to.
  { network: "2001::", prefix: 32 },
  { network: "64:ff9b:1::", prefix: 48 },
];

/** Where IPv6 carries an IPv4 address: what stands before its 32 bits, and how many bits that is. */
const embeddings: readonly { readonly write: (hex: string) => string; readonly bits: number }[] = [
  { write: (hex) => `::ffff:${hex}`, bits: 96 },
  // IPv4-compatible (RFC 4291), IPv4-translated (RFC 2765), NAT64 (RFC 6052).
  { write: (hex) => `::${hex}`, bits: 96 },
  { write: (hex) => `::ffff:0:${hex}`, bits: 96 },
  { write: (hex) => `64:ff9b::${hex}`, bits: 96 },
  // 6to4 (RFC 3056).
  { write: (hex) => `2002:${hex}::`, bits: 16 },
];

/** An IPv4 address as two groups of an IPv6 address: 169.254.0.0 is a9fe:0. */
function hexGroups(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split(".").map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function refusedAddresses(): BlockList {
  const list = new BlockList();
  for (const { network, prefix } of refusedIpv4) {
    list.addSubnet(network, prefix, "ipv4");
    for (const { write, bits } of embeddings) {
      // ::/104 would be the compatible form of 0.0.0.0/8, and would take the loopback ::1 with it.
      if (network === "0.0.0.0" && write("") === "::") continue;
      list.addSubnet(write(hexGroups(network)), bits + prefix, "ipv6");
    }
  }
  for (const { network, prefix } of refusedIpv6) list.addSubnet(network, prefix, "ipv6");
  return list;
}

const refused = refusedAddresses();

/** Whether an address must never be connected to; what is no address at all must not either. */
export function isRefusedAddress(address: string): boolean {
  const withoutZone = address.split("%", 1)[0] ?? "";
  if (isIP(withoutZone) === 0) return true;
  return refused.check(withoutZone, isIPv4(withoutZone) ? "ipv4" : "ipv6");
}

/** The system's resolver, the hosts file included, in the system's order. */
export const systemResolver: ResolveHost = async (host) =>
  (await lookup(host, { all: true, order: "verbatim" })).map(({ address }) => address);

async function addressesOf(host: string, resolve: ResolveHost): Promise<readonly string[]> {
  try {
    const addresses = await resolve(host);
    if (addresses.length > 0) return addresses;
  } catch {
    // What a resolver says beyond "not found" is about our own network, and helps nobody who typed the name.
  }
  throw new RemoteError("unreachable", `could not reach ${host}: host name not found`);
}

/**
 * Resolves a host once and gives the one address to connect to, so that no second resolution can answer
 * otherwise. Fails with `address-refused` when any address of the host is link-local, a metadata
 * service, unspecified, multicast or reserved, in whatever spelling; with `unreachable` when there is none.
 */
export async function guardedAddress(host: string, resolve: ResolveHost = systemResolver): Promise<string> {
  const addresses = await addressesOf(host, resolve);
  if (addresses.some(isRefusedAddress)) {
    throw new RemoteError(
      "address-refused",
      `${host} is a link-local, metadata, multicast or reserved address, to which Reeve never connects`,
    );
  }
  // Only one address is tried, and where a host has both kinds IPv4 is the one that works nearly everywhere.
  const chosen = addresses.find((address) => isIPv4(address)) ?? addresses[0];
  if (chosen === undefined) throw new RemoteError("unreachable", `could not reach ${host}: no address`);
  return chosen;
}
