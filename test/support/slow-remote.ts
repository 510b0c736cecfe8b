import type { RemoteGateway, RemoteSessions } from "#core/ports/remote.ts";
import { caller, type App, type WorkerOptions } from "./app.ts";
import { testGateway } from "./composition.ts";
import { checked } from "./invariants.ts";
import { aRemoteTable, connectionBody, type Connection, type Persona } from "./personas.ts";
import { unique } from "./records.ts";
import { changedSessions } from "./refresh.ts";
import { itemsOf } from "./table-items.ts";

/** A job as a reply tells it. */
export interface ToldJob {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly subject: { readonly type: string; readonly id: string; readonly name: string };
  readonly result: { readonly id: string } | null;
}

/** Remote databases, with next to no time for an answer. */
export const hurriedRemote = (app: App): RemoteGateway =>
  testGateway(app.secrets, { connectTimeoutMs: 8000, statementTimeoutMs: 10_000, totalMs: 1 });

/** The app's functions with next to no time for a remote database, whose workers have all that they need. */
export const hurried = (app: App): App["call"] => caller({ ...app.parts, remote: hurriedRemote(app) });

/** The body of a creation over a new remote table. */
export async function aCreation({ id }: Pick<Connection, "id">, given: object = {}) {
  return { connectionId: id, name: unique("slow "), ...(await aRemoteTable()), ...given };
}

/** A job that is to make something, and what that was asked for with. */
export interface AskedFor {
  readonly job: ToldJob;
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks for both kinds of creation where only a job can go on with them. */
export function waitingCreations(app: App, owner: Persona, connection: Pick<Connection, "id">) {
  const call = hurried(app);
  const ask = async (path: string, body: AskedFor["body"] & { readonly name: string }): Promise<AskedFor> => {
    const reply = await call("POST", path, { as: owner, body });
    if (reply.status !== 202) throw new Error(`it was not slow: ${reply.text}`);
    return { job: reply.body as ToldJob, name: body.name, body };
  };
  return {
    connection: async (given: object = {}) => await ask("/connections", { ...connectionBody(), ...given }),
    "data-source": async (given: object = {}) =>
      await ask("/data-sources", await aCreation(connection, given)),
  };
}

/** Sessions where something happens once: the remote database has answered, and nothing is committed yet. */
export function whileAsked(app: App, happens: () => Promise<unknown>): RemoteSessions {
  let left = 1;
  const once = async (): Promise<void> => {
    left -= 1;
    if (left === 0) await happens();
  };
  return changedSessions(app, (session) => ({
    server: async () => {
      const answer = await session.server();
      await once();
      return answer;
    },
    probe: async (relation) => {
      await session.probe(relation);
      await once();
    },
  })).sessions;
}

/** Sessions that cannot be opened. */
export const failing = (refusal: Error): RemoteSessions => ({ withSession: () => Promise.reject(refusal) });

/** Hands a job's message to a worker; gives how many attempts failed. */
export const work = (app: App, { id }: Pick<ToldJob, "id">, options: WorkerOptions = {}): Promise<number> =>
  app.outbox.deliver(app.worker(options), app.outbox.take(id));

/** What there is of what a job was to make under this name, and dictionaries that no data source has. */
export async function remains(app: App, name: string): Promise<readonly unknown[]> {
  const items = await itemsOf(app, "connection", "data-source", "dictionary-chunk");
  const ids = new Set(items.filter(({ kind }) => kind === "data-source").map(({ id }) => id));
  return items
    .filter(
      (item) =>
        item["name"] === name || (item["kind"] === "dictionary-chunk" && !ids.has(item["dataSourceId"])),
    )
    .map(({ kind }) => kind);
}

/** Lets every job come to its end, and gives what is not as it should be then. */
export async function findingsAtEnd(app: App) {
  app.outbox.lose();
  for (let round = 0; round < 3; round += 1) {
    app.clock.advance(5 * 60_000);
    await app.sweep();
    await app.drain();
  }
  return (await checked(app)).findings;
}
