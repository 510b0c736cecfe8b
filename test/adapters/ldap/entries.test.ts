import { PagedResultsControl } from "ldapts";
import { describe, expect, it } from "vitest";
import { isAllowedAddress } from "#adapters/ldap/allowed-hosts.ts";
import { passEmptyPages, type SearchReply, type Sender } from "#adapters/ldap/empty-pages.ts";
import { comparedDn } from "#adapters/ldap/compared-dn.ts";
import { rangeOf } from "#adapters/ldap/entries.ts";
import { ldapDirectory } from "#adapters/ldap/ldap-directory.ts";
import type { LdapConfig } from "#core/identity/identity-provider.ts";

const config: LdapConfig = {
  url: "ldaps://ldap.example.com",
  startTls: false,
  ca: null,
  bindDn: "cn=reader",
  userBase: "dc=x",
  userFilter: "(a=*)",
  groupBase: null,
  groupFilter: "(a=*)",
  userAttributes: { id: "id", name: "cn", email: "mail", accountControl: null },
  groupAttributes: { id: "id", name: "cn", member: "member" },
  attributes: {},
  cron: "0 * * * *",
  subjects: null,
};

describe("where a directory may stand", () => {
  it.each([
    ["10.1.2.3", true],
    ["192.168.1.1", true],
    ["203.0.113.9", true],
    ["fd12::1", true],
    ["127.0.0.1", false],
    ["::1", false],
    ["::ffff:127.0.0.1", false],
    ["0.0.0.0", false],
    ["169.254.169.254", false],
    ["::ffff:169.254.169.254", false],
    ["::ffff:a9fe:a9fe", false],
    ["64:ff9b::a9fe:a9fe", false],
    ["2002:a9fe:a9fe::1", false],
    ["169.254.170.2", false],
    ["fd00:ec2::254", false],
    ["fe80::1", false],
    ["100.100.100.200", false],
    ["168.63.129.16", false],
    ["224.0.0.1", false],
    ["ldap.example.com", false],
  ])("%s: %s", (address, allowed) => {
    expect(isAllowedAddress(address, false)).toBe(allowed);
  });

  it.each([
    [{ url: "ldaps://169.254.169.254" }, []],
    [{}, ["169.254.169.254"]],
    [{}, ["10.0.0.1", "169.254.169.254"]],
    [{ url: "ldap://ldap.example.com", startTls: true }, ["127.0.0.1"]],
    // Nothing of the configuration lets a password travel in the clear.
    [{ url: "ldap://ldap.example.com" }, ["10.0.0.1"]],
  ])("%j at %j is never asked", async (given, addresses) => {
    const resolve = () => Promise.resolve(addresses.map((address) => ({ address, family: 4 })));
    const directory = ldapDirectory({ onLoopback: false, resolve });
    const asked = directory.read({ ...config, ...given }, "secret", new AbortController().signal);
    await expect(asked[Symbol.asyncIterator]().next()).rejects.toThrow("never asked");
  });
});

describe("an entry", () => {
  it("shows its members in ranges where they are many", () => {
    const values = ["a", "b"];
    expect(rangeOf({ dn: "x", "member;range=0-1": values }, "member")).toEqual({ values, next: 2 });
    expect(rangeOf({ dn: "x", member: [], "Member;Range=2-*": ["c"] }, "member")).toEqual({
      values: ["c"],
      next: null,
    });
    expect(rangeOf({ dn: "x", member: values }, "member")).toBeNull();
  });

  it.each([
    ["CN=Jane Doe, OU=People,DC=Example", "cn=jane doe,ou=people,dc=example"],
    ["cn=Doe\\, Jane,dc=x", "CN = Doe\\2C Jane ,DC=x"],
    ["cn=M\\C3\\BCller,dc=x", "cn=Mu\u0308ller,dc=x"],
    ["cn=a\\\\,dc=x", "cn=A\\5c,dc=x"],
  ])("is named by %s as by %s", (one, other) => {
    expect(comparedDn(one)).toBe(comparedDn(other));
  });

  it("is not named by what an escape makes part of a value", () => {
    expect(comparedDn("cn=a\\,dc=x")).not.toBe(comparedDn("cn=a,dc=x"));
  });
});

describe("pages", () => {
  const page = (cookie: string, ...entries: readonly object[]): SearchReply => ({
    searchEntries: entries,
    searchReferences: [],
    controls: [new PagedResultsControl({ value: { size: 0, cookie: Buffer.from(cookie) } })],
  });

  it("that are empty, with more to come, are passed over", async () => {
    const asked: string[] = [];
    const replies = [page("one"), page("two"), page("", { dn: "a" })];
    const paging = new PagedResultsControl({ value: { size: 500 } });
    const sender = {
      _send: (): Promise<SearchReply | undefined> => {
        asked.push(paging.value?.cookie?.toString() ?? "");
        return Promise.resolve(replies.shift());
      },
    };
    passEmptyPages(sender, PagedResultsControl);
    const reply = await (sender as Sender)._send({ controls: [paging] });
    expect(reply?.searchEntries).toEqual([{ dn: "a" }]);
    expect(asked).toEqual(["", "one", "two"]);
  });

  it("that are empty without an end are none", async () => {
    const sender = { _send: () => Promise.resolve(page("more")) };
    passEmptyPages(sender, PagedResultsControl);
    const search = { controls: [new PagedResultsControl({ value: { size: 500 } })] };
    await expect((sender as Sender)._send(search)).rejects.toThrow("nothing but empty pages");
  });
});
