import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostOf, parseDbtHosts, siteOf } from "#adapters/dbt-cloud/hosts.ts";

const none = parseDbtHosts("");
const own = (given: string): string | null => hostOf(given, none);

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/);
const domain = fc.constantFrom("dbt.com", "getdbt.com");
const dbtHost = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 4 }), domain)
  .map(([labels, end]) => [...labels, end].join("."));

describe("hosts of dbt Cloud's own", () => {
  it.each([
    ["ab123.us1.dbt.com", "ab123.us1.dbt.com"],
    ["https://ab123.us1.dbt.com/", "ab123.us1.dbt.com"],
    ["https://AB123.US1.DBT.com:443", "ab123.us1.dbt.com"],
    ["cloud.getdbt.com", "cloud.getdbt.com"],
    ["emea.dbt.com:443/", "emea.dbt.com"],
  ])("%s is kept as %s", (given, kept) => {
    expect(own(given)).toBe(kept);
    expect(own(kept)).toBe(kept);
    expect(siteOf(kept, none)?.base.href).toBe(`https://${kept}/`);
  });

  it.each([
    "dbt.com",
    "getdbt.com",
    "evil.com",
    "evildbt.com",
    "ab123.evildbt.com",
    "ab123.dbt.com.evil.com",
    "ab123.dbt.com.",
    "ab123.dbt.com:8443",
    "http://ab123.dbt.com",
    "ftp://ab123.dbt.com",
    "//ab123.dbt.com",
    "https://key@ab123.dbt.com",
    "ab123.dbt.com@evil.com",
    "evil.com/ab123.dbt.com",
    "evil.com\\.dbt.com",
    "evil.com#.dbt.com",
    "evil.com?.dbt.com",
    "ab123.dbt.com/api",
    "ab123.dbt.com ",
    "ab123.dbt.com\n",
    "ab..dbt.com",
    "-ab.dbt.com",
    "ab-.dbt.com",
    ".dbt.com",
    "ab_1.dbt.com",
    "*.dbt.com",
    "ab123.dbt。com",
    "ab123.dЬt.com",
    "ab123.dbt.ⅽom",
    "ab\u212A.dbt.com",
    "ab123.dbt.com%00",
    "%61b.dbt.com",
    "127.0.0.1",
    "[::1]",
    "localhost",
    "",
    `${"a".repeat(64)}.dbt.com`,
    `${Array.from({ length: 5 }, () => "a".repeat(60)).join(".")}.dbt.com`,
  ])("%j is not one", (given) => {
    expect(own(given)).toBeNull();
    expect(siteOf(given, none)).toBeNull();
  });

  it("are taken in whatever case, with or without scheme, port and slash, and kept in one form", () => {
    const spelled = fc.tuple(
      fc.constantFrom("", "https://"),
      fc.constantFrom("", ":443"),
      fc.constantFrom("", "/"),
    );
    fc.assert(
      fc.property(dbtHost, spelled, fc.boolean(), (host, [scheme, port, slash], upper) => {
        const given = `${scheme}${host}${port}${slash}`;
        expect(own(upper ? given.toUpperCase() : given)).toBe(host);
      }),
    );
  });

  it("whatever is let through, a key goes to nobody but dbt: to https, whole labels, and no other port", () => {
    const piece = fc.constantFrom(
      "dbt",
      "getdbt",
      "com",
      "evil",
      "ab1",
      ".",
      ".",
      ".",
      "/",
      "@",
      ":",
      ":443",
      ":8443",
      "\\",
      "#",
      "?",
      "https://",
      "http://",
      "%2e",
      "xn--",
      "\t",
      "。",
      "ſ",
      "K",
      " ",
      "DBT",
      "COM",
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join("")),
      fc
        .tuple(fc.string({ unit: "binary", maxLength: 20 }), dbtHost)
        .map(([before, host]) => `${before}${host}`),
      fc
        .tuple(dbtHost, fc.string({ unit: "binary", maxLength: 20 }))
        .map(([host, after]) => `${host}${after}`),
    );
    fc.assert(
      fc.property(text, (given) => {
        const kept = own(given);
        if (kept === null) return;
        expect(kept).toMatch(/^[a-z0-9.-]+\.(?:dbt|getdbt)\.com$/);
        const url = new URL(`https://${kept}`);
        expect([url.protocol, url.host, url.hostname, url.username]).toEqual(["https:", kept, kept, ""]);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("listed hosts", () => {
  const listed = parseDbtHosts(
    " http://127.0.0.1:8123/ , https://dbt.example.org,https://Vault.example.org:8443 ",
  );

  it.each([
    ["127.0.0.1:8123", "127.0.0.1:8123", "http://127.0.0.1:8123/"],
    ["http://127.0.0.1:8123", "127.0.0.1:8123", "http://127.0.0.1:8123/"],
    ["http://127.0.0.1:8123/", "127.0.0.1:8123", "http://127.0.0.1:8123/"],
    ["dbt.example.org", "dbt.example.org", "https://dbt.example.org/"],
    ["https://DBT.example.org:443/", "dbt.example.org", "https://dbt.example.org/"],
    ["vault.example.org:8443", "vault.example.org:8443", "https://vault.example.org:8443/"],
  ])("%s is kept as %s and asked at %s", (given, kept, base) => {
    expect(hostOf(given, listed)).toBe(kept);
    expect(hostOf(kept, listed)).toBe(kept);
    expect(siteOf(kept, listed)).toEqual({ base: new URL(base), listed: true });
  });

  it.each([
    "127.0.0.1",
    "127.0.0.1:8124",
    "https://127.0.0.1:8123",
    "http://dbt.example.org",
    "dbt.example.org:80",
    "vault.example.org",
    "a.dbt.example.org",
    "dbt.example.org/api",
    "dbt.example.org@evil.com",
    "evil.com@dbt.example.org",
  ])("%s is not one of them", (given) => {
    expect(hostOf(given, listed)).toBeNull();
  });

  it("come beside dbt Cloud's own, which may be listed too, to lie at a private address", () => {
    const both = parseDbtHosts("https://ab123.us1.dbt.com");
    expect(siteOf("ab123.us1.dbt.com", both)?.listed).toBe(true);
    expect(siteOf("cd456.us1.dbt.com", both)?.listed).toBe(false);
  });

  it("a host that is listed no more may not be asked any more", () => {
    expect(siteOf("127.0.0.1:8123", none)).toBeNull();
  });

  it.each([
    [
      "http://dbt.example.org",
      '"http://dbt.example.org" must be https: plain http is for this machine alone',
    ],
    ["http://127.0.0.1.example.org", '"http://127.0.0.1.example.org" must be https'],
    ["dbt.example.org", '"dbt.example.org" is not of the form https://host or https://host:port'],
    ["https://dbt.example.org/api", '"https://dbt.example.org/api" is not of the form'],
    ["https://dbt.example.org?x=1", "is not of the form"],
    ["ftp://dbt.example.org", '"ftp://dbt.example.org" is not of the form'],
    ["https://dbt.example.org:99999", '"https://dbt.example.org:99999" is not of the form'],
    ["https://a.org,https://A.org/", '"https://A.org/" has a host that is listed already'],
    ["http://127.0.0.1,https://127.0.0.1", "has a host that is listed already"],
  ])("%s is refused by name", (text, why) => {
    expect(() => parseDbtHosts(text)).toThrow("REEVE_DBT_HOSTS: ");
    expect(() => parseDbtHosts(text)).toThrow(why);
  });

  it("a password in one is not repeated", () => {
    const parse = () => parseDbtHosts("https://me:s3cret@dbt.example.org");
    expect(parse).toThrow("REEVE_DBT_HOSTS: an entry is not of the form https://host or https://host:port");
    expect(parse).not.toThrow("s3cret");
  });

  it("may be plain http on this machine alone", () => {
    for (const loopback of [
      "http://127.0.0.1:1",
      "http://localhost:1",
      "http://[::1]:1",
      "http://127.9.9.9:1",
    ]) {
      expect(parseDbtHosts(loopback).size).toBe(1);
    }
  });
});
