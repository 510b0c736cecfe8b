import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Attribute, Change, Client } from "ldapts";
import { freePort } from "../support/free-port.ts";

export const base = "dc=example,dc=org";
export const adminDn = `cn=admin,${base}`;
export const password = "a password";

/** An OpenLDAP server of its own: no service of the machine's, gone with the suite. */
export interface Slapd {
  readonly url: string;
  readonly admin: <T>(work: (client: Client) => Promise<T>) => Promise<T>;
  readonly stop: () => Promise<void>;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

export async function startSlapd(): Promise<Slapd> {
  const directory = await mkdtemp(join(tmpdir(), "reeve-ldap-"));
  await mkdir(join(directory, "data"));
  const schema = ["core", "cosine", "inetorgperson"].map((name) => `include /etc/ldap/schema/${name}.schema`);
  await writeFile(
    join(directory, "slapd.conf"),
    [
      ...schema,
      "modulepath /usr/lib/ldap",
      "moduleload back_mdb",
      `pidfile ${directory}/slapd.pid`,
      "sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited",
      "database mdb",
      "maxsize 104857600",
      `suffix "${base}"`,
      `rootdn "${adminDn}"`,
      `rootpw "${password}"`,
      `directory ${directory}/data`,
      "access to * by users read by * none",
      "",
    ].join("\n"),
  );
  const port = await freePort();
  const child = spawn(
    "/usr/sbin/slapd",
    ["-f", join(directory, "slapd.conf"), "-h", `ldap://127.0.0.1:${port}`, "-d", "0"],
    {
      stdio: "ignore",
    },
  );
  const ended = once(child, "exit");
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`slapd ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const url = `ldap://127.0.0.1:${port}`;
  const admin: Slapd["admin"] = async (work) => {
    const client = new Client({ url });
    try {
      await client.bind(adminDn, password);
      return await work(client);
    } finally {
      await client.unbind();
    }
  };
  await admin(async (client) => {
    await client.add(base, { objectClass: ["dcObject", "organization"], dc: "example", o: "Example" });
    for (const ou of ["people", "groups"]) {
      await client.add(`ou=${ou},${base}`, { objectClass: "organizationalUnit", ou });
    }
  });
  return {
    url,
    admin,
    stop: async () => {
      if (child.exitCode === null) child.kill("SIGKILL");
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export const personDn = (uid: string): string => `uid=${uid},ou=people,${base}`;
export const groupDn = (cn: string): string => `cn=${cn},ou=groups,${base}`;

export const addPerson = (client: Client, uid: string, department = "Sales"): Promise<void> =>
  client.add(personDn(uid), {
    objectClass: "inetOrgPerson",
    uid,
    cn: `Person ${uid}`,
    sn: uid,
    mail: `${uid}@example.org`,
    departmentNumber: department,
  });

export const addGroup = (client: Client, cn: string, members: readonly string[]): Promise<void> =>
  client.add(groupDn(cn), { objectClass: "groupOfNames", cn, member: members.map(personDn) });

export const replace = (client: Client, dn: string, type: string, values: string[]): Promise<void> =>
  client.modify(dn, new Change({ operation: "replace", modification: new Attribute({ type, values }) }));
