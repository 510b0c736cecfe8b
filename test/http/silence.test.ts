import { describe, expect, it } from "vitest";
import { routes } from "#contracts/http/routes.ts";
import { anApp } from "#test/support/app.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  everyPermission,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { stateMember, subscribeBy } from "#test/support/standings.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
for (const name of ["Shared", "Hidden.Column"]) await governor.api.createTag({ body: { name } });

const open = await aDataSource(owner, connection, { name: "open orders", tags: ["Shared"] });
const hidden = await aDataSource(owner, connection, { name: unique("zanzibar"), tags: ["Shared"] });
const off = await aDataSource(owner, connection, { name: unique("atlantis"), tags: ["Shared"] });
const params = { dataSourceId: hidden.id };
await owner.api.updateColumn({
  params: { ...params, column: "name" },
  body: { addTags: ["Hidden.Column"] },
});
const thread = await owner.api.createThread({ params, body: { text: `Is ${hidden.name} right?` } });
const job = await owner.api.runChecks({ params, body: {} });
await app.drain();
await subscribeBy(app, open, { discoverable: true });
await subscribeBy(app, off, { kind: "anyone", discoverable: true });
await owner.api.updateDataSource({ params: { dataSourceId: off.id }, body: { status: "disabled" } });

const as = async (...permissions: typeof everyPermission): Promise<Persona> => aPersona(app, { permissions });
const idOf = ({ user: { id } }: Persona) => ({ type: "user", id }) as const;

async function registrar(): Promise<Persona> {
  const persona = await as("CREATE_DATA_SOURCE");
  await owner.api.addConnectionMember({
    params: { connectionId: connection.id },
    body: { principal: idOf(persona), role: "registrar" },
  });
  return persona;
}

/** Somebody who was a member of what is hidden from them now, and asked for work on it. */
async function former(): Promise<Persona> {
  const persona = await as();
  await stateMember(app, hidden, idOf(persona), "owner");
  await persona.api.runChecks({ params, body: { checks: ["row-count"] } });
  await persona.api.createThread({ params, body: { text: "Mine" } });
  await app.drain();
  await stateMember(app, hidden, idOf(persona), "removed");
  return persona;
}

async function expired(): Promise<Persona> {
  const persona = await as();
  await stateMember(app, hidden, idOf(persona), "expert", app.clock.now().toISOString());
  return persona;
}

async function subscriber(): Promise<Persona> {
  const persona = await as();
  await stateMember(app, open, idOf(persona), "subscriber");
  await stateMember(app, off, idOf(persona), "expert");
  return persona;
}

const personas: Readonly<Record<string, Persona>> = {
  "an outsider": await as(),
  "a subscriber of another": await subscriber(),
  "a former owner": await former(),
  "a member whose time is over": await expired(),
  "a registrar of the connection": await registrar(),
  ...Object.fromEntries(
    await Promise.all(
      everyPermission
        // GOVERNANCE reads every data source.
        .filter((permission) => permission !== "GOVERNANCE")
        .map(async (permission) => [`one with ${permission}`, await as(permission)] as const),
    ),
  ),
};

/** What stands for a parameter of a path: of the hidden data source, where it is about one. */
const given: Readonly<Record<string, string>> = {
  dataSourceId: hidden.id,
  threadId: thread.id,
  jobId: job.id,
  connectionId: connection.id,
  name: "Shared",
  column: "name",
  version: "1",
};

const reads = Object.entries(routes).filter(
  ([, { method, authenticated }]) => method === "GET" && authenticated,
);
const pathOf = (path: string): string =>
  path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => given[name] ?? "x");

/** AUDIT reads every record, those about what it may not read too. */
const mayTell = (who: string, path: string): boolean =>
  who === "one with AUDIT" && (path.endsWith("/activity") || path.startsWith("/audit"));

const secretsOf = ({ id, name, remote: { schema } }: DataSource): readonly string[] => [id, name, schema];
const searches = ["zanzibar", "atlantis", "Shared", "Hidden.Column", "name"];

describe("no answer holds a byte of a data source that is hidden", () => {
  it.each(Object.entries(personas))("from %s", async (who, persona) => {
    const queries = (path: string) =>
      path.startsWith("/data-sources") && !path.includes("{") && !path.endsWith("/deleted")
        ? [
            {},
            ...searches.map((search) => ({ search })),
            { tag: "Shared" },
            { technology: "postgresql" },
            { connectionId: connection.id },
            { status: "disabled" },
            { role: ["owner", "expert", "subscriber", "ingest"] },
          ]
        : [{}];
    for (const [, { path }] of reads) {
      if (mayTell(who, path)) continue;
      for (const query of queries(path)) {
        const { text, headers, status } = await app.call("GET", pathOf(path), { as: persona, query });
        const isAboutIt = path.includes("{dataSourceId}") || path.includes("{threadId}");
        expect([path, status === 404]).toEqual([path, isAboutIt || status === 404]);
        // A connection's tables are told to those who may register them, by the names that they have there.
        const secrets = path.endsWith("/tables")
          ? [hidden.id, hidden.name, off.id]
          : [...secretsOf(hidden), ...secretsOf(off)];
        for (const secret of secrets) {
          expect([path, query, (text + JSON.stringify(headers)).includes(secret)]).toEqual([
            path,
            query,
            false,
          ]);
        }
      }
    }
  });
});
