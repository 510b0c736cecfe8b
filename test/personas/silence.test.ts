import "#test/support/quiet-log.ts";
import { afterAll, describe, expect, it } from "vitest";
import type { RouteId } from "#contracts/http/routes.ts";
import { aPersona, type Persona } from "#test/support/personas.ts";
import { rewindingTable } from "#test/support/rewinding-table.ts";
import { unique } from "#test/support/records.ts";
import { stateMember } from "#test/support/state-member.ts";
import { askingIn, cellOf, contractOf, inLanes, type Asker, type Sent } from "./asking.ts";
import { columnNames, type Column } from "./personas.ts";
import type { ResourceName } from "./resources.ts";
import { table } from "./table.ts";
import { theWorld } from "./world.ts";

const world = await theWorld();
const { app, cast, maker, connection, sources, requests, spareTable } = world;
const idOf = ({ user: { id } }: Persona) => ({ type: "user", id }) as const;
const hidden = [sources.plain, sources.disabled];

/** Somebody who owned what is hidden from them now, asked for work on it, and talked about it. */
async function formerOwner(): Promise<Persona> {
  const persona = await aPersona(app);
  for (const { id } of hidden) await stateMember(app, id, idOf(persona), "owner");
  const params = { dataSourceId: sources.plain.id };
  await persona.api.runChecks({ params, body: { checks: ["row-count"] } });
  await persona.api.createThread({ params, body: { text: "Mine" } });
  await app.drain();
  for (const { id } of hidden) await stateMember(app, id, idOf(persona), "removed");
  return persona;
}

async function expiredExpert(): Promise<Persona> {
  const persona = await aPersona(app);
  for (const { id } of hidden) {
    await stateMember(app, id, idOf(persona), "expert", app.clock.now().toISOString());
  }
  return persona;
}

async function landlord(): Promise<Persona> {
  const persona = await aPersona(app);
  const body = { principal: idOf(persona), role: "owner" } as const;
  await maker.api.addConnectionMember({ params: { connectionId: connection.id }, body });
  return persona;
}

/** To whom a data source is as hidden as to an outsider, for all that they were. */
const outsiders: Readonly<Record<string, Persona>> = {
  "a former owner": await formerOwner(),
  "a member whose time is over": await expiredExpert(),
};
const everybody: Readonly<Record<string, Asker>> = {
  ...Object.fromEntries(
    columnNames
      .filter((column): column is Exclude<Column, "no"> => column !== "no" && column !== "dis")
      .map((column) => [column, { column, who: cast[column] }]),
  ),
  ...Object.fromEntries(
    Object.entries({ ...outsiders, "an owner of the connection": await landlord() }).map(
      ([name, who]) => [name, { column: "out", who }] as const,
    ),
  ),
};

const rewinding = await rewindingTable(app);
afterAll(() => rewinding.close());
const { ask, send } = askingIn(world, rewinding);

/** Rows about what an outsider may not do or read, and all that they read. */
const asked = table.filter(({ cells, route }) => cells.out !== "ok" || contractOf(route).method === "GET");

describe("what somebody was to a data source tells them nothing of it any more", () => {
  it.each(Object.entries(outsiders))("%s is answered as an outsider", async (_, who) => {
    // Their own things are theirs.
    const expected = asked.filter(({ about }) => !about.startsWith("out's"));
    const answered = await inLanes(expected, async (row) => {
      return [row.label, row.about, cellOf(row, await ask(row, { column: "out", who }))];
    });
    expect(answered).toEqual(expected.map(({ label, about, cells }) => [label, about, cells.out]));
  });
});

type Probe = readonly [RouteId, ResourceName, Sent];

/** Hidden from many, each for another reason. */
const looked = [sources.plain, sources.disabled, sources.vetted, sources.deleted];

/** What may be looked for: words of names, tags and columns, and whatever else narrows lists. */
const filters: readonly Readonly<Record<string, string | readonly string[]>>[] = [
  ...looked.map(({ name }) => ({ search: name })),
  ...["ledger", "Shared", "Secret", "name", "things"].map((search) => ({ search })),
  ...["Shared", "Secret"].map((tag) => ({ tag })),
  { technology: "postgresql" },
  { connectionId: connection.id },
  { status: "disabled" },
  { role: ["owner", "expert", "subscriber", "ingest"] },
  { sort: "-createdAt" },
];
const lists: readonly Probe[] = [
  ...filters.flatMap((query): Probe[] => [
    ["listDataSources", "-", { query }],
    ["facetsOfDataSources", "-", { query }],
  ]),
  ...looked.flatMap(({ id, name }): Probe[] => [
    ["listJobs", "-", { query: { dataSourceId: id } }],
    ["listAccessRequests", "-", { query: { dataSourceId: id } }],
    ["listPolicies", "-", { query: { dataSourceId: id } }],
    ["listPrincipals", "-", { query: { dataSourceId: id } }],
    ["listPrincipals", "-", { query: { search: name } }],
    ["listAudit", "-", { query: { resource: `data-source:${id}` } }],
  ]),
  ["listTables", "a connection", { query: { search: "things" } }],
  ["listJobs", "-", { query: { state: ["queued", "failed", "awaiting-approval"] } }],
  ["listAccessRequests", "-", { query: { mine: "false" } }],
  ["listAudit", "-", { query: { actor: maker.user.id } }],
  ["listAudit", "-", { query: { action: "data-source:create", from: "2000-01-01T00:00:00Z" } }],
];

/** What names what is not there, or says what cannot be: only whoever may do it is told what is wrong with it. */
const wrongs: Readonly<Partial<Record<RouteId, Sent>>> = {
  addTags: { body: { tags: ["Ghost"] } },
  updateDictionary: { body: { changes: [{ column: "ghost", addTags: ["Ghost"] }] } },
  updateColumn: { body: { addTags: ["Ghost"] } },
  analyzeDataSource: { body: { columns: ["ghost"] } },
  createThread: { body: { text: "?", column: "ghost" } },
  createQuery: { body: { name: "Totals", sql: "select 1" } },
  addMember: { body: { principal: { type: "user", id: "usr_none" }, role: "ingest" } },
  updateMember: { body: { role: "ingest", expiresAt: "2001-01-01T00:00:00Z" } },
  createAccessRequest: { body: { reason: "?", principal: { type: "group", id: "grp_none" } } },
};
const wrongRows = table.filter(
  ({ route, about }) =>
    wrongs[route] !== undefined && (about === "a data source" || about === "a disabled one"),
);

/** What is wrong as it stands, on every route that reads a body about something hidden. */
const broken: readonly Sent[] = [
  { raw: "{ broken" },
  {
    body: {
      bogus: true,
      name: 7,
      text: "",
      role: "king",
      columns: [7],
      tags: [7],
      ids: [],
      sentence: "Allow",
    },
  },
];
const brokenRows = [
  ...new Map(
    table
      .filter(({ route, cells }) => contractOf(route).body !== undefined && cells.out === "404")
      .map((row) => [row.route, row]),
  ).values(),
];

/** What is right in itself and touches a data source that whoever asks may not know of. */
const touching: readonly Probe[] = [
  ...Object.values(sources).flatMap(({ id, name, schema }): Probe[] => {
    const place = { connectionId: connection.id, schema, table: "things" };
    const spare = { connectionId: connection.id, ...spareTable };
    return [
      ["createDataSource", "-", { body: { ...place, name: unique("new") } }],
      ["createDataSource", "-", { body: { ...spare, name: name.toUpperCase() } }],
      ["updateDataSource", "a data source", { body: { name: name.toUpperCase() } }],
      [
        "createPolicy",
        "-",
        { body: { name: "New", sentence: "Allow anyone to subscribe", dataSourceId: id } },
      ],
    ];
  }),
  ["approveAccessRequests", "-", { body: { ids: Object.values(requests) } }],
  ["denyAccessRequests", "-", { body: { ids: Object.values(requests), reason: "no" } }],
  ["deleteTag", "a tag in use", {}],
  ["updateTag", "a tag in use", { body: { name: "Spare" } }],
  ["deleteUser", "an owner", {}],
  ["updateUser", "an owner", { body: { disabled: true } }],
  ["deleteConnection", "a connection", {}],
  ["updateConnection", "a connection", { body: { config: { host: "127.0.0.1", port: 1, database: "x" } } }],
  ["removeConnectionMember", "a connection", {}],
  ["deleteIntegration", "an integration", {}],
  ["restoreDataSource", "a deleted one", { body: {} }],
];

describe("no answer holds a byte of a data source that whoever asks may not know of:", () => {
  it.each(Object.entries(everybody))("to %s, whatever they search, filter and count", async (_, asker) => {
    const replies = await inLanes(lists, ([route, about, sent]) => send(asker, { route, about }, sent));
    expect(replies.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it.each(Object.entries(everybody))("to %s, in what is wrong with what they send", async (_, asker) => {
    const refused = wrongRows.filter(({ cells }) => /40[34]/.test(cells[asker.column]));
    const statuses = await inLanes(refused, async (row) => {
      return (await send(asker, row, wrongs[row.route] ?? {})).status;
    });
    expect(statuses).toEqual(refused.map(({ cells }) => Number(cells[asker.column])));
  });

  it.each(["out", "APP", "GOV", "own"] as const)("to %s, in what is no request", async (column) => {
    const sent = brokenRows.flatMap((row) => broken.map((one) => [row, one] as const));
    const statuses = await inLanes(sent, async ([row, one]) => {
      return (await send({ column, who: cast[column] }, row, one)).status;
    });
    expect(statuses).toEqual(sent.map(() => 400));
  });

  it.each(Object.entries(everybody))("to %s, in what becomes of what touches it", async (_, asker) => {
    for (const [route, about, sent] of touching) {
      const { status } = await send(asker, { route, about }, sent, rewinding.change);
      expect(status).toBeLessThan(500);
      await rewinding.rewind(rewinding.written());
    }
  });
});
