import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guardedLookup, isPublicAddress, type Address } from "#adapters/network/public-addresses.ts";

const byte = fc.integer({ min: 0, max: 255 });
type Bytes = readonly [number, number, number, number];

const privateIpv4: fc.Arbitrary<Bytes> = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127), byte, byte, byte),
  fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
  fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
  fc.tuple(fc.integer({ min: 224, max: 255 }), byte, byte, byte),
  fc.constant<Bytes>([168, 63, 129, 16]),
);
const anyIpv4: fc.Arbitrary<Bytes> = fc.tuple(byte, byte, byte, byte);

const groups = ([a, b, c, d]: Bytes): string =>
  [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(":");

/** Every way in which IPv6 carries an IPv4 address. */
const embeddings: readonly ((bytes: Bytes) => string)[] = [
  (bytes) => `::ffff:${bytes.join(".")}`,
  (bytes) => `::ffff:${groups(bytes)}`,
  (bytes) => `0:0:0:0:0:FFFF:${groups(bytes)}`,
  (bytes) => `::ffff:0:${groups(bytes)}`,
  (bytes) => `::${groups(bytes)}`,
  (bytes) => `64:ff9b::${bytes.join(".")}`,
  (bytes) => `64:ff9b:1::${groups(bytes)}`,
  (bytes) => `2002:${groups(bytes)}::1`,
  (bytes) => `2001:0:${groups(bytes)}::`,
];

describe("addresses", () => {
  it("of private, shared, loopback, link-local, multicast and reserved IPv4 are not public", () => {
    fc.assert(
      fc.property(privateIpv4, (bytes) => {
        expect(isPublicAddress(bytes.join("."))).toBe(false);
      }),
    );
  });

  it("of IPv4 within IPv6 are not public, whatever they are", () => {
    fc.assert(
      fc.property(anyIpv4, fc.constantFrom(...embeddings), (bytes, embed) => {
        expect(isPublicAddress(embed(bytes))).toBe(false);
      }),
    );
  });

  it("of IPv6 are public within 2000::/3 alone", () => {
    const group = fc.integer({ min: 0, max: 0xff_ff });
    const first = fc.oneof(fc.integer({ min: 0, max: 0x1f_ff }), fc.integer({ min: 0x40_00, max: 0xff_ff }));
    fc.assert(
      fc.property(first, fc.array(group, { minLength: 7, maxLength: 7 }), (head, rest) => {
        expect(isPublicAddress([head, ...rest].map((each) => each.toString(16)).join(":"))).toBe(false);
      }),
    );
  });

  it.each([
    "::1",
    "::",
    "fd00:ec2::254",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "2001:db8::1",
    "3fff::1",
    "",
    "x",
    "1.1",
  ])("%j is not public", (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(["52.45.144.63", "3.214.191.130", "172.32.0.1", "100.128.0.1", "2600:1f18::1", "2a05:d018::1"])(
    "%j is public",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
});

describe("the lookup of a connection", () => {
  const first: Address = { address: "52.45.144.63", family: 4 };
  const second: Address = { address: "2600:1f18::1", family: 6 };

  /** What a lookup gives, and how often it asked. */
  const look = (answers: readonly (readonly Address[])[], listed = false, all = true) => {
    let asked = 0;
    const resolve = async (): Promise<readonly Address[]> => answers[asked++] ?? [];
    return new Promise<{ asked: number; code: string | undefined; gave: unknown }>((done) => {
      guardedLookup(resolve, listed)("ab123.us1.dbt.com", { all }, (error, gave) =>
        done({ asked, code: error?.code, gave: error === null ? gave : undefined }),
      );
    });
  };

  it("asks once and gives the very addresses that it looked at", async () => {
    expect(await look([[first, second], [{ address: "10.0.0.1", family: 4 }]])).toEqual({
      asked: 1,
      code: undefined,
      gave: [first, second],
    });
    expect((await look([[first]], false, false)).gave).toBe(first.address);
  });

  it("fails where any of them is not public", async () => {
    const { code, gave } = await look([[first, { address: "169.254.169.254", family: 4 }]]);
    expect([code, gave]).toEqual(["ADDRESS_REFUSED", undefined]);
  });

  it("lets a listed host lie anywhere", async () => {
    const inside = [{ address: "10.0.0.1", family: 4 }];
    expect((await look([inside], true)).gave).toEqual(inside);
  });

  it("fails for a name without an address", async () => {
    expect((await look([[]])).code).toBe("ENOTFOUND");
  });
});
