import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { JobMessages } from "#core/ports/job-messages.ts";
import type { RemoteGateway, RemoteSession, RemoteSessions } from "#core/ports/remote.ts";
import type { SecretStore } from "#core/ports/secrets.ts";

/** What happens at a step: nothing, or an error instead of going on. */
export type Breaker = (step: string) => Error | null;

/** Throws what the breaker says. */
const pass = (breaker: Breaker, step: string): void => {
  const error = breaker(step);
  if (error !== null) throw error;
};

/** A step before an effect and one after it: after the second error nobody knows that it happened. */
async function around<T>(breaker: Breaker, name: string, work: () => Promise<T>): Promise<T> {
  pass(breaker, `before ${name}`);
  const result = await work();
  pass(breaker, `after ${name}`);
  return result;
}

/** Where something broke, or null while it has not. */
export interface Broken {
  readonly at: string | null;
  readonly breaker: Breaker;
}

/** Which steps count; by default all. */
export type Counting = (step: string) => boolean;

/** Steps after an effect: to die before a step is to die after the one before it. */
export const afterwards: Counting = (step) => step.startsWith("after");

/** From the given step on, counted from 1, nothing works any more, as in a process that was killed. */
export const killedAt = (step: number, counts?: Counting): Broken =>
  brokenAt((reached, at) => at !== null || reached === step, counts);

/** The given step alone, counted from 1, fails; the process lives on. */
export const failingAt = (step: number, counts?: Counting): Broken =>
  brokenAt((reached, at) => at === null && reached === step, counts);

function brokenAt(
  breaks: (reached: number, at: string | null) => boolean,
  counts: Counting = () => true,
): Broken {
  let reached = 0;
  let at: string | null = null;
  return {
    get at() {
      return at;
    },
    breaker: (name) => {
      if (counts(name)) reached += 1;
      else if (at === null) return null;
      if (!breaks(reached, at)) return null;
      at ??= name;
      return new Error(`broken ${at}`);
    },
  };
}

/** Every request of a DynamoDB client is a step before it and a step after it. */
export function breakingClient(client: DynamoDBDocumentClient, breaker: Breaker): DynamoDBDocumentClient {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        around(breaker, String(commandName), () => next(args)),
    { step: "initialize", name: "broken-steps" },
  );
  return client;
}

/** Every message is a step before it and a step after it. */
export const breakingMessages = (messages: JobMessages, breaker: Breaker): JobMessages => ({
  send: (message) => around(breaker, "send message", () => messages.send(message)),
});

/** Opening a session and each of its questions are steps. */
export const breakingSessions = (sessions: RemoteSessions, breaker: Breaker): RemoteSessions => ({
  withSession: (target, budget, work) =>
    sessions.withSession(target, budget, (session) => {
      pass(breaker, "after open");
      return work(breakingSession(session, breaker));
    }),
});

const breakingSession = (session: RemoteSession, breaker: Breaker): RemoteSession => ({
  server: () => around(breaker, "server", () => session.server()),
  listRelations: (query) => around(breaker, "listRelations", () => session.listRelations(query)),
  describe: (relation) => around(breaker, "describe", () => session.describe(relation)),
  describeMany: (relations) => around(breaker, "describeMany", () => session.describeMany(relations)),
  probe: (relation) => around(breaker, "probe", () => session.probe(relation)),
  probeMany: (relations) => around(breaker, "probeMany", () => session.probeMany(relations)),
  changeSigns: (relations) => around(breaker, "changeSigns", () => session.changeSigns(relations)),
  countRows: (relation) => around(breaker, "countRows", () => session.countRows(relation)),
  columnStatistics: (...given) =>
    around(breaker, "columnStatistics", () => session.columnStatistics(...given)),
  keyStoreRefusal: () => around(breaker, "keyStoreRefusal", () => session.keyStoreRefusal()),
  columnDomains: (...given) => around(breaker, "columnDomains", () => session.columnDomains(...given)),
  analyze: (...given) => around(breaker, "analyze", () => session.analyze(...given)),
  close: () => session.close(),
});

/** Every use of the secret store is a step before it and a step after it. */
export const breakingSecrets = (secrets: SecretStore, breaker: Breaker): SecretStore => ({
  put: (...given) => around(breaker, "put secret", () => secrets.put(...given)),
  get: (...given) => around(breaker, "get secret", () => secrets.get(...given)),
  delete: (...given) => around(breaker, "delete secret", () => secrets.delete(...given)),
  list: (...given) => around(breaker, "list secrets", () => secrets.list(...given)),
});

/** Every question to a remote database within a request is a step before it and a step after it. */
export const breakingGateway = (gateway: RemoteGateway, breaker: Breaker): RemoteGateway => ({
  server: (...given) => around(breaker, "server", () => gateway.server(...given)),
  listRelations: (...given) => around(breaker, "listRelations", () => gateway.listRelations(...given)),
  inspect: (...given) => around(breaker, "inspect", () => gateway.inspect(...given)),
  analyze: (...given) => around(breaker, "analyze", () => gateway.analyze(...given)),
});
