import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guardedAddress, isRefusedAddress } from "#connectors/network/host-guard.ts";
import { failureOf } from "./remote-failure.ts";

type Bytes = readonly [number, number, number, number];
const byte = fc.integer({ min: 0, max: 255 });

const refusedIpv4 = fc.oneof(
  fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
  fc.tuple(fc.integer({ min: 224, max: 255 }), byte, byte, byte),
  fc.tuple(fc.constant(0), byte, byte, byte),
  fc.constantFrom<Bytes>([100, 100, 100, 200], [168, 63, 129, 16], [192, 0, 0, 192]),
);

const value = ([a, b, c, d]: Bytes): number => ((a * 256 + b) * 256 + c) * 256 + d;
const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, "0");

/** Every way to write an IPv4 address that the C library reads. */
const spellings: readonly ((bytes: Bytes) => string)[] = [
  (bytes) => bytes.join("."),
  (bytes) => String(value(bytes)),
  (bytes) => `0x${hex(value(bytes), 8)}`,
  (bytes) => `0X${hex(value(bytes), 8).toUpperCase()}`,
  (bytes) => `0${value(bytes).toString(8)}`,
  (bytes) => bytes.map((each) => `0${each.toString(8)}`).join("."),
  (bytes) => bytes.map((each) => `0x${each.toString(16)}`).join("."),
  ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  ([a, b, c, d]) => `0x${a.toString(16)}.${(b * 256 + c) * 256 + d}`,
];

const groups = ([a, b, c, d]: Bytes): string => `${hex(a, 2)}${hex(b, 2)}:${hex(c, 2)}${hex(d, 2)}`;

/** Every way in which IPv6 carries an IPv4 address. */
const embeddings: readonly ((bytes: Bytes) => string)[] = [
  (bytes) => `::ffff:${bytes.join(".")}`,
  (bytes) => `::ffff:${groups(bytes)}`,
  (bytes) => `0:0:0:0:0:FFFF:${groups(bytes).toUpperCase()}`,
  (bytes) => `::ffff:0:${groups(bytes)}`,
  (bytes) => `64:ff9b::${bytes.join(".")}`,
  (bytes) => `0064:ff9b:0:0:0:0:${groups(bytes)}`,
  (bytes) => `64:ff9b:1:${groups(bytes)}::`,
  (bytes) => `64:ff9b:1::${groups(bytes)}`,
  (bytes) => `2002:${groups(bytes)}::1`,
  (bytes) => `2002:${groups(bytes)}:ffff:ffff:ffff:ffff:ffff`,
  (bytes) => `2001:0:${groups(bytes)}::`,
];

const addressOf = (...addresses: readonly string[]): Promise<string> =>
  guardedAddress("db.test", async () => addresses);

describe("the host guard", () => {
  it("refuses every address of a refused IPv4 range in every spelling", async () => {
    await fc.assert(
      fc.asyncProperty(refusedIpv4, fc.constantFrom(...spellings), async (bytes, spell) => {
        const error = await failureOf(guardedAddress(spell(bytes)));
        expect(error.reason).toBe("address-refused");
      }),
    );
  });

  it("refuses every address of a refused IPv4 range within IPv6", () => {
    fc.assert(
      fc.property(refusedIpv4, fc.constantFrom(...embeddings), (bytes, embed) => {
        expect(isRefusedAddress(embed(bytes))).toBe(true);
      }),
    );
  });

  it("refuses link-local and multicast IPv6 addresses, with a zone too", () => {
    const tail = fc.array(fc.integer({ min: 0, max: 0xff_ff }), { minLength: 7, maxLength: 7 });
    const head = fc.oneof(fc.integer({ min: 0xfe80, max: 0xfebf }), fc.integer({ min: 0xff00, max: 0xffff }));
    fc.assert(
      fc.property(head, tail, fc.constantFrom("", "%eth0", "%1"), (first, rest, zone) => {
        const address = [first, ...rest].map((group) => group.toString(16)).join(":");
        expect(isRefusedAddress(`${address}${zone}`)).toBe(true);
      }),
    );
  });

  it.each([
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "100.100.100.200",
    "fd00:ec2::254",
    "fd00:0ec2:0:0:0:0:0:0254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "0.0.0.0",
    "::",
    "0:0:0:0:0:0:0:0",
    "::ffff:0.0.0.0",
    "2852039166",
    "0xa9fea9fe",
    "",
    "not-an-address",
  ])("refuses %j", (address) => {
    expect(isRefusedAddress(address)).toBe(true);
  });

  it.each([
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "10.1.2.3",
    "192.168.0.10",
    "169.253.255.255",
    "169.255.0.0",
    "100.100.100.201",
    "223.255.255.255",
    "fd00:ec3::254",
    "fec0::1",
    "2600:1f18::1",
    "64:ff9b::10.0.0.1",
  ])("lets %j through", (address) => {
    expect(isRefusedAddress(address)).toBe(false);
  });

  it("refuses a host when any of its addresses is refused", async () => {
    const error = await failureOf(addressOf("10.0.0.1", "169.254.169.254"));
    expect(error.reason).toBe("address-refused");
    expect(error.message).not.toContain("10.0.0.1");
  });

  it("gives one address, of the fourth version where there is one", async () => {
    expect(await addressOf("2600::1", "10.0.0.1", "10.0.0.2")).toBe("10.0.0.1");
    expect(await addressOf("2600::1")).toBe("2600::1");
  });

  it("fails with unreachable for a name that nobody knows", async () => {
    expect((await failureOf(addressOf())).reason).toBe("unreachable");
    const failing = guardedAddress("db.test", () => Promise.reject(new Error("ENOTFOUND 10.9.9.9")));
    const error = await failureOf(failing);
    expect(error.reason).toBe("unreachable");
    expect(error.message).toBe("could not reach db.test: host name not found");
  });
});
