import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { ldapDirectory, type LdapOptions } from "#adapters/ldap/ldap-directory.ts";
import type { LdapConfig } from "#core/identity/identity-provider.ts";
import type { DirectoryEntry } from "#core/ports/ldap-directory.ts";
import { projectRoot } from "#lib/bundling/bundle.ts";
import {
  base,
  entry,
  groupEntry,
  limitedDn,
  password,
  personDn,
  personEntry,
  readerDn,
  startSlapd,
} from "./slapd.ts";

const thousand = Array.from({ length: 1000 }, (_, n) => `p${n}`);
const guid = Buffer.from("00112233445566778899aabbccddeeff", "hex");
const accounts = { on: 512, off: 514 };
const slapd = await startSlapd([
  ...thousand.map((uid) => personEntry(uid)),
  ...Object.entries(accounts).map(([uid, control]) =>
    personEntry(uid, {
      objectClass: ["inetOrgPerson", "user"],
      title: "account",
      userAccountControl: String(control),
      "objectGUID:": guid.toString("base64"),
    }),
  ),
  personEntry("comma", { title: "escaped", cn: "Müller, Åsa", departmentNumber: ["Sales", "Finance"] }),
  entry(`cn=Doe\\, Jane,ou=people,${base}`, {
    objectClass: "inetOrgPerson",
    cn: "Doe, Jane",
    sn: "Doe",
    title: "escaped",
  }),
  groupEntry("analysts", ["p1", "p2"]),
  entry(`cn=odd,ou=groups,${base}`, {
    objectClass: "groupOfNames",
    cn: "odd",
    member: [`CN=Doe\\2C Jane, OU=People,${base}`, `UID=COMMA,ou=people,${base}`],
  }),
  entry(`ou=elsewhere,ou=people,${base}`, {
    objectClass: ["referral", "extensibleObject"],
    ou: "elsewhere",
    ref: `ldap://127.0.0.1:1/ou=people,${base}`,
  }),
]);
afterAll(() => slapd.stop());

const ca = (name: string): string => readFileSync(join(projectRoot, "test/fixtures/tls", name), "utf8");

const config = (given: Partial<LdapConfig> = {}): LdapConfig => ({
  url: slapd.url,
  startTls: false,
  ca: null,
  bindDn: readerDn,
  userBase: `ou=people,${base}`,
  userFilter: "(&(objectClass=person)(!(title=*)))",
  groupBase: null,
  groupFilter: "(objectClass=groupOfNames)",
  userAttributes: { id: "entryUUID", name: "cn", email: "mail", accountControl: null },
  groupAttributes: { id: "entryUUID", name: "cn", member: "member" },
  attributes: { Department: "departmentNumber" },
  cron: "0 * * * *",
  subjects: null,
  ...given,
});

async function read(
  given: Partial<LdapConfig> = {},
  options: Partial<LdapOptions> = {},
  secret = password,
): Promise<readonly DirectoryEntry[]> {
  const directory = ldapDirectory({ onLoopback: true, ...options });
  const entries: DirectoryEntry[] = [];
  for await (const one of directory.read(config(given), secret, new AbortController().signal))
    entries.push(one);
  return entries;
}

/** Passes on what comes and goes, until `until` says that it is over. */
async function between(port: number, until: (bytes: number) => "pass" | "silent" | "cut") {
  let bytes = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connect({ host: "127.0.0.1", port });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => [near, far].forEach((one) => one.destroy()));
    }
    near.pipe(far);
    far.on("data", (data) => {
      bytes += data.length;
      const what = until(bytes);
      if (what === "pass") near.write(data);
      if (what === "cut") near.destroy();
    });
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return `ldap://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

describe("reading a directory", () => {
  it("gives all of a number that its pages divide, whom the server itself holds", async () => {
    expect(await read()).toHaveLength(1000);
  });

  it("gives everything of an entry, and members as people are named, however the names are written", async () => {
    const found = await read({ userFilter: "(title=escaped)", groupBase: `ou=groups,${base}` });
    const [users, groups] = [found.filter((one) => one.kind === "user"), found.slice(2)];
    expect(users).toMatchObject([
      { name: "Müller, Åsa", values: { departmentNumber: ["Sales", "Finance"] }, disabled: false },
      { name: "Doe, Jane", email: "", values: { departmentNumber: [] } },
    ]);
    expect(groups).toMatchObject([{ name: "analysts", members: [personDn("p1"), personDn("p2")] }, {}]);
    expect(groups.at(1)).toMatchObject({
      name: "odd",
      members: expect.arrayContaining(users.map(({ dn }) => dn)) as unknown,
    });
  });

  it("tells accounts of Active Directory that are off, and their binary ids", async () => {
    const userAttributes = {
      id: "objectguid",
      name: "cn",
      email: "mail",
      accountControl: "userAccountControl",
    };
    const found = await read({ userFilter: "(title=account)", userAttributes });
    expect(found).toMatchObject([
      { id: guid.toString("hex"), disabled: false },
      { id: guid.toString("hex"), disabled: true },
    ]);
    await expect(read({ userAttributes })).rejects.toThrow("shows no objectguid");
    await expect(read({ userAttributes: { ...userAttributes, id: "entryUUID" } })).rejects.toThrow(
      "shows no userAccountControl",
    );
  });
});

describe("what is not read whole is not read at all", () => {
  it.each([
    ["a wrong password", {}, "wrong", "refuses the account", false],
    ["an empty password", {}, "", "is empty", false],
    ["a base that is not there", { userBase: `ou=nowhere,${base}` }, password, "below a base", false],
    ["what is no filter", { userFilter: "(objectClass=person" }, password, "userFilter is no filter", false],
    ["a limit of the server's", { bindDn: limitedDn }, password, "SizeLimitExceededError", true],
  ] as const)("%s ends it", async (_, given, secret, message, again) => {
    const failed = read(given, {}, secret);
    await expect(failed).rejects.toMatchObject({ name: "DirectoryReadError", again });
    await expect(failed).rejects.toThrow(message);
  });

  it("a connection that breaks between two pages ends it", async () => {
    const url = await between(slapd.port, (bytes) => (bytes > 100_000 ? "cut" : "pass"));
    await expect(read({ url })).rejects.toMatchObject({ name: "DirectoryReadError", again: true });
  });

  it.each([
    ["that never greets", 0],
    ["that falls silent", 100_000],
  ])("a server %s ends it in time", async (_, after) => {
    const url = await between(slapd.port, (bytes) => (bytes > after ? "silent" : "pass"));
    await expect(read({ url }, { connectMs: 200, replyMs: 300 })).rejects.toMatchObject({ again: true });
    const startTls = read({ url, startTls: true, ca: ca("ca.crt") }, { connectMs: 200, replyMs: 300 });
    await expect(startTls).rejects.toMatchObject({ again: true });
  });
});

describe("TLS", () => {
  const ways = [
    ["ldaps", () => ({ url: slapd.secureUrl })],
    ["StartTLS", () => ({ url: slapd.url, startTls: true })],
    ["ldaps by name", () => ({ url: slapd.secureUrl.replace("127.0.0.1", "localhost") })],
    ["StartTLS by name", () => ({ url: slapd.url.replace("127.0.0.1", "localhost"), startTls: true })],
  ] as const;
  it.each(ways)("by %s takes the authority that is named, and no other", async (_, given) => {
    const filter = { userFilter: "(title=account)" };
    const resolve = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
    expect(await read({ ...given(), ...filter, ca: ca("ca.crt") }, { resolve })).toHaveLength(2);
    await expect(read({ ...given(), ca: ca("other-ca.crt") }, { resolve })).rejects.toThrow(
      "could not be read",
    );
    await expect(read({ ...given(), ca: null }, { resolve })).rejects.toThrow("could not be read");
  });

  it("takes no certificate of another name", async () => {
    const url = slapd.secureUrl.replace("127.0.0.1", "directory.example.org");
    const resolve = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
    await expect(read({ url, ca: ca("ca.crt") }, { resolve })).rejects.toThrow("could not be read");
  });
});
