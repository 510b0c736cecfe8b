import type { LdapConfig } from "#core/identity/identity-provider.ts";
import type {
  DirectoryEntry,
  DirectoryGroup,
  DirectoryUser,
  LdapDirectory,
} from "#core/ports/ldap-directory.ts";
import { anApp, type App, type WorkerOptions } from "./app.ts";
import { ldapBody } from "./identity-providers.ts";
import { aPersona } from "./personas.ts";
import { unique } from "./records.ts";

/** Somebody in a directory. */
export const somebody = (uid: string, given: Partial<DirectoryUser> = {}): DirectoryUser => ({
  kind: "user",
  dn: `uid=${uid}`,
  id: uid,
  subject: uid,
  name: `Person ${uid}`,
  email: `${uid}@example.org`,
  disabled: false,
  values: {},
  ...given,
});

/** A group of a directory. */
export const team = (name: string, ...uids: readonly string[]): DirectoryGroup => ({
  kind: "group",
  id: name,
  name,
  members: uids.map((uid) => `uid=${uid}`),
});

/** Directories in a test's hands, told apart by where their people stand. */
class Directories implements LdapDirectory {
  readonly entries = new Map<string, readonly DirectoryEntry[]>();
  /** Done when so many entries were given; what it throws breaks the reading off. */
  readonly meanwhile = new Map<number, () => Promise<unknown>>();

  async *read({ userBase }: LdapConfig): AsyncGenerator<DirectoryEntry> {
    for (const [index, entry] of (this.entries.get(userBase) ?? []).entries()) {
      yield entry;
      await this.meanwhile.get(index + 1)?.();
    }
  }
}

/** An app that reads directories which a test holds, and somebody who may do everything with them. */
export async function anAppWithDirectories() {
  const directories = new Directories();
  const app = await anApp({ ldap: directories });
  const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "USER_ADMIN"] });
  return { app, admin, directories, aDirectory: () => aDirectory(app, admin, directories) };
}

async function aDirectory(app: App, { api }: Awaited<ReturnType<typeof aPersona>>, directories: Directories) {
  const base = unique("ou=");
  const body = ldapBody({
    name: unique("Directory "),
    userBase: base,
    groupBase: "ou=groups",
    attributes: { Department: "departmentNumber" },
  }) as Parameters<typeof api.createIdentityProvider>[0]["body"];
  const { id: providerId } = await api.createIdentityProvider({ body });
  const issuer = `directory:${providerId}`;
  const userId = async (uid: string): Promise<string> =>
    (await app.store.identity(issuer, uid)).userId ?? `nobody is ${uid}`;
  const job = (jobId: string) => api.getJob({ params: { jobId } });
  const ask = async (): Promise<string> => (await api.syncIdentityProvider({ params: { providerId } })).id;
  return {
    providerId,
    job,
    userId,
    ask,
    /** Puts other entries into it. */
    holds: (...entries: readonly DirectoryEntry[]) => void directories.entries.set(base, entries),
    /** Syncs it by a worker of the test's own, once, and by the app's for as long as messages wait. */
    async sync(options: WorkerOptions = {}) {
      const jobId = await ask();
      await app.outbox.deliver(app.worker(options), app.outbox.take(jobId));
      await app.drain();
      return await job(jobId);
    },
    /** What it says of somebody, as administrators are shown. */
    async said(uid: string) {
      const { providers } = await api.getUser({ params: { userId: await userId(uid) } });
      return providers.find(({ id }) => id === providerId);
    },
    person: async (uid: string) => await api.getUser({ params: { userId: await userId(uid) } }),
  };
}
