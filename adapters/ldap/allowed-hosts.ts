import { BlockList, isIP, isIPv4, type LookupFunction } from "node:net";
import { addressRefused, lookupBy, type Resolve } from "../network/public-addresses.ts";

/**
 * Directories mostly stand in private networks. What is never one: this network, link-local addresses with the clouds'
 * metadata services, those of them that stand elsewhere, multicast and reserved addresses, and IPv6 addresses that carry any
 * IPv4 address (NAT64, 6to4). Mapped IPv4 addresses are looked at as what they are.
 */
const never = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["100.100.100.200", 32],
  ["168.63.129.16", 32],
  ["224.0.0.0", 3],
] as const) {
  never.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::", 128],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["2002::", 16],
  ["fe80::", 10],
  ["fd00:ec2::", 32],
  ["ff00::", 8],
] as const) {
  never.addSubnet(network, prefix, "ipv6");
}
const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const familyOf = (address: string): "ipv4" | "ipv6" => (isIPv4(address) ? "ipv4" : "ipv6");

/** Whether an address is this machine's own. */
export const isLoopbackAddress = (address: string): boolean =>
  isIP(address) !== 0 && loopback.check(address, familyOf(address));

/** Whether a directory may stand at an address. */
export const isAllowedAddress = (address: string, onLoopback: boolean): boolean =>
  isIP(address) !== 0 &&
  !never.check(address, familyOf(address)) &&
  (onLoopback || !isLoopbackAddress(address));

/** Resolves a host once for a connection; fails where any of its addresses `isAllowed` not, and then nothing is sent. */
export const allowedLookup = (resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction =>
  lookupBy(async (host) => {
    const addresses = await resolve(host);
    if (addresses.length === 0) throw Object.assign(new Error("no address"), { code: "ENOTFOUND" });
    if (addresses.every(({ address }) => isAllowed(address))) return addresses;
    throw Object.assign(new Error("the directory's address is refused"), { code: addressRefused });
  });
