import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Attribute, Change, Client } from "ldapts";
import { projectRoot } from "#lib/bundling/bundle.ts";
import { freePort } from "../support/free-port.ts";

const run = promisify(execFile);

export const base = "dc=example,dc=org";
export const password = "a distinctive password";
const adminDn = `cn=admin,${base}`;
/** Who reads, and must ask page by page; of `limitedDn` the server gives no more than 600 altogether. */
export const readerDn = `cn=reader,${base}`;
export const limitedDn = `cn=limited,${base}`;

export const personDn = (uid: string): string => `uid=${uid},ou=people,${base}`;
export const groupDn = (cn: string): string => `cn=${cn},ou=groups,${base}`;

/** An OpenLDAP server of its own: no service of the machine's, gone with the suite. */
export interface Slapd {
  readonly port: number;
  readonly url: string;
  /** The same by TLS, under a certificate of the fixtures' authority. */
  readonly secureUrl: string;
  readonly admin: <T>(work: (client: Client) => Promise<T>) => Promise<T>;
  readonly stop: () => Promise<void>;
}

/** What Active Directory has and OpenLDAP does not. */
const activeDirectory = [
  "attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )",
  "attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
  "objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP top AUXILIARY MAY ( objectGUID $ userAccountControl ) )",
];

const fixture = (name: string): string => join(projectRoot, "test/fixtures/tls", name);

const configuration = (directory: string): string =>
  [
    ...["core", "cosine", "inetorgperson"].map((name) => `include /etc/ldap/schema/${name}.schema`),
    ...activeDirectory,
    "modulepath /usr/lib/ldap",
    "moduleload back_mdb",
    `pidfile ${directory}/slapd.pid`,
    `TLSCACertificateFile ${fixture("ca.crt")}`,
    `TLSCertificateFile ${fixture("server.crt")}`,
    `TLSCertificateKeyFile ${fixture("server.key")}`,
    "database mdb",
    "maxsize 104857600",
    `suffix "${base}"`,
    `rootdn "${adminDn}"`,
    `rootpw "${password}"`,
    `directory ${directory}/data`,
    `limits dn.exact="${limitedDn}" size.prtotal=600`,
    "limits users size.soft=500 size.hard=500 size.prtotal=unlimited",
    "access to attrs=userPassword by anonymous auth by * none",
    "access to * by users read by * none",
    "",
  ].join("\n");

/** An entry in LDIF (RFC 2849); values are plain text. */
export const entry = (dn: string, attributes: Readonly<Record<string, string | readonly string[]>>): string =>
  [
    `dn: ${dn}`,
    ...Object.entries(attributes).flatMap(([name, values]) =>
      [values].flat().map((value) => `${name}: ${value}`),
    ),
    "",
    "",
  ].join("\n");

export const personEntry = (
  uid: string,
  more: Readonly<Record<string, string | readonly string[]>> = {},
): string => entry(personDn(uid), personAttributes(uid, more));

const personAttributes = (uid: string, more: Readonly<Record<string, string | readonly string[]>>) => ({
  objectClass: "inetOrgPerson",
  uid,
  cn: `Person ${uid}`,
  sn: uid,
  mail: `${uid}@example.org`,
  departmentNumber: "Sales",
  ...more,
});

export const groupEntry = (cn: string, members: readonly string[]): string =>
  entry(groupDn(cn), { objectClass: "groupOfNames", cn, member: members.map(personDn) });

const account = (dn: string, cn: string): string =>
  entry(dn, { objectClass: ["simpleSecurityObject", "organizationalRole"], cn, userPassword: password });

const scaffold = [
  entry(base, { objectClass: ["dcObject", "organization"], dc: "example", o: "Example" }),
  account(readerDn, "reader"),
  account(limitedDn, "limited"),
  ...["people", "groups"].map((ou) => entry(`ou=${ou},${base}`, { objectClass: "organizationalUnit", ou })),
];

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/** Starts a server that has these entries in it, below the base and its two units. */
export async function startSlapd(entries: readonly string[]): Promise<Slapd> {
  const directory = await mkdtemp(join(tmpdir(), "reeve-ldap-"));
  const [conf, ldif] = [join(directory, "slapd.conf"), join(directory, "entries.ldif")];
  await mkdir(join(directory, "data"));
  await writeFile(conf, configuration(directory));
  await writeFile(ldif, [...scaffold, ...entries].join(""));
  await run("/usr/sbin/slapadd", ["-q", "-f", conf, "-l", ldif]);
  const [port, securePort] = [await freePort(), await freePort()];
  const listens = `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${securePort}`;
  const child = spawn("/usr/sbin/slapd", ["-f", conf, "-h", listens, "-d", "0"], { stdio: "ignore" });
  const ended = once(child, "exit");
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`slapd ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const url = `ldap://127.0.0.1:${port}`;
  return {
    port,
    url,
    secureUrl: `ldaps://127.0.0.1:${securePort}`,
    async admin(work) {
      const client = new Client({ url });
      try {
        await client.bind(adminDn, password);
        return await work(client);
      } finally {
        await client.unbind();
      }
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export const addPerson = (client: Client, uid: string): Promise<void> =>
  client.add(personDn(uid), personAttributes(uid, {}));

export const replace = (client: Client, dn: string, type: string, values: string[]): Promise<void> =>
  client.modify(dn, new Change({ operation: "replace", modification: new Attribute({ type, values }) }));
