import { lookup } from "node:dns/promises";
import { BlockList, isIP, isIPv4, type LookupFunction } from "node:net";

/** An address as a resolver gives it. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Gives every address of a host. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

/**
 * What is not for the public: https://www.iana.org/assignments/iana-ipv4-special-registry (this network, private,
 * shared, loopback, link-local with every cloud's metadata service, protocol assignments, documentation, relays,
 * benchmarks), multicast, reserved, and Azure's wire server.
 */
const notPublicIpv4 =
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 " +
  "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 168.63.129.16/32";

/**
 * Of what IPv6 gives out to the public (2000::/3) all but protocol assignments with Teredo, documentation and 6to4,
 * which carries IPv4 addresses (https://www.iana.org/assignments/iana-ipv6-special-registry).
 */
const notPublicIpv6 = "2001::/23 2001:db8::/32 2002::/16 3fff::/20";

function blockList(subnets: string, family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const subnet of subnets.split(" ")) {
    const [network = "", prefix = ""] = subnet.split("/");
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}

const refusedIpv4 = blockList(notPublicIpv4, "ipv4");
const refusedIpv6 = blockList(notPublicIpv6, "ipv6");
// Loopback, mapped and translated IPv4, unique local and link-local addresses all lie outside of it.
const publicIpv6 = blockList("2000::/3", "ipv6");

/** Whether an address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  return isIPv4(address)
    ? !refusedIpv4.check(address, "ipv4")
    : publicIpv6.check(address, "ipv6") && !refusedIpv6.check(address, "ipv6");
}

/** The code of the error of a host that lies where no key may be sent. */
export const addressRefused = "ADDRESS_REFUSED";

/** The system's resolver. */
export const systemResolve: Resolve = (host) => lookup(host, { all: true, order: "verbatim" });

async function addressesOf(host: string, resolve: Resolve, listed: boolean): Promise<readonly Address[]> {
  const addresses = await resolve(host);
  if (addresses.length === 0) throw Object.assign(new Error("no address"), { code: "ENOTFOUND" });
  if (!listed && !addresses.every(({ address }) => isPublicAddress(address))) {
    throw Object.assign(new Error("not a public address"), { code: addressRefused });
  }
  return addresses;
}

/**
 * For a connection's `lookup`: resolves a host once, and gives what was looked at, so that no later answer of a name
 * server can lead the connection elsewhere. A host that is not listed fails where any of its addresses is not public.
 */
export const guardedLookup = (resolve: Resolve, listed: boolean): LookupFunction =>
  lookupBy((host) => addressesOf(host, resolve, listed));

/** A connection's `lookup` of what gives all addresses of a host, or rejects. */
export function lookupBy(resolve: Resolve): LookupFunction {
  return (host, { all }, callback) => {
    const answer = async (): Promise<() => void> => {
      try {
        const addresses = await resolve(host);
        const { address, family } = addresses[0] ?? { address: "", family: 0 };
        return () => (all === true ? callback(null, [...addresses]) : callback(null, address, family));
      } catch (error) {
        return () => callback(error instanceof Error ? error : new Error("not resolved"), "");
      }
    };
    // What the callback itself throws is its own business, not another answer.
    void answer().then((tell) => process.nextTick(tell));
  };
}
