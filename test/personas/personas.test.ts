import { afterAll, describe, expect, it } from "vitest";
import type { RouteContract } from "#contracts/http/route.ts";
import { routes, type RouteId } from "#contracts/http/routes.ts";
import type { Reply } from "#test/support/check-reply.ts";
import { isAuditWrite, rewindingTable } from "#test/support/rewinding-table.ts";
import { itemsOf } from "#test/support/table-items.ts";
import { columnNames, type Column } from "./personas.ts";
import type { Row } from "./parse-table.ts";
import { requests, type Carried } from "./requests.ts";
import { resources, type ResourceName } from "./resources.ts";
import { leaksOf } from "./silence.ts";
import { table } from "./table.ts";
import { theWorld } from "./world.ts";

const world = await theWorld();
const rewinding = await rewindingTable(world.app);
afterAll(() => rewinding.close());

const contracts: Readonly<Record<string, RouteContract>> = routes;
const contractOf = (route: RouteId): RouteContract => {
  const contract = contracts[route];
  if (contract === undefined) throw new Error(`there is no route ${route}`);
  return contract;
};

/** Sends the request of a row as somebody. */
async function ask(row: Row, column: Column): Promise<Reply> {
  const { label, route, about, cells } = row;
  const who = column === "no" ? undefined : world.cast[column];
  const place = resources[about as ResourceName](world, who ?? world.cast.out, route);
  const { method, path } = contractOf(route);
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = (place as Readonly<Record<string, string>>)[name];
    if (value === undefined) throw new Error(`${about} says nothing of {${name}}`);
    return encodeURIComponent(value);
  });
  const carried = (requests[label as RouteId]?.(world, who ?? world.cast.out) ?? {}) as Carried;
  const send = method !== "GET" && cells[column] === "ok" ? rewinding.change : rewinding.ask;
  const reply = await send(method, filled, { as: who, ...(carried as object) });
  expect(leaksOf(world.sources, row, column, filled + JSON.stringify(carried), reply)).toEqual([]);
  return reply;
}

/** A reply as a cell of the table says it. */
function cellOf({ route, codes }: Row, { status, body }: Reply): string {
  const { status: success, later } = contractOf(route);
  if (status === success || status === later?.status) return "ok";
  const { code = "" } = (body ?? {}) as { readonly code?: string };
  const isPlain = [401, 403, 404].includes(status);
  return isPlain || codes.some((known) => known === code) ? String(status) : `${status} ${code}`;
}

const denied: string[] = [];

/** What a refusal leaves behind is a record of it, and nothing else. */
function keepDenial({ route }: Row, column: Column, { status, headers }: Reply): void {
  const named = contractOf(route).params !== undefined;
  if (column === "no" || column === "dis") return;
  if (status === 403 || (status === 404 && named)) denied.push(headers["x-request-id"] ?? "");
}

/** What is answered otherwise than the row says: first those who are refused, all at once, then the others, each on a table that stands still. */
async function contradictions(row: Row): Promise<readonly string[]> {
  const changes = contractOf(row.route).method !== "GET";
  const given: Record<string, string> = {};
  const one = async (column: Column) => {
    const reply = await ask(row, column);
    given[column] = cellOf(row, reply);
    keepDenial(row, column, reply);
  };
  const [quiet, loud] = [
    columnNames.filter((column) => !changes || row.cells[column] !== "ok"),
    columnNames.filter((column) => changes && row.cells[column] === "ok"),
  ];
  await Promise.all(quiet.map(one));
  const left = rewinding.written();
  expect(left.filter((write) => !isAuditWrite(write)).map(({ key }) => key)).toEqual([]);
  for (const column of loud) {
    await one(column);
    await rewinding.rewind(rewinding.written());
  }
  const wrong = columnNames.filter((column) => given[column] !== row.cells[column]);
  return wrong.map((column) => `${column} is answered ${given[column]}, not ${row.cells[column]}`);
}

describe("the table of who is answered what", () => {
  it("has a row for every route, and no row without a route", () => {
    expect([...new Set(table.map(({ route }) => route))].toSorted()).toEqual(Object.keys(routes).toSorted());
  });

  it("has one row for each request about each kind of thing, and says what every request carries", () => {
    const rows = table.map(({ label, about }) => `${label} ${about}`);
    expect(rows).toEqual([...new Set(rows)]);
    const silent = table.filter(({ route, label }) => {
      const { body, bodyOptional = false } = contractOf(route);
      return body !== undefined && !bodyOptional && requests[label as RouteId] === undefined;
    });
    expect(silent.map(({ label }) => label)).toEqual([]);
    const labels = new Set(table.map(({ label }) => label));
    expect(Object.keys(requests).filter((label) => !labels.has(label))).toEqual([]);
    const about = new Set(table.map((row) => row.about));
    expect(Object.keys(resources).filter((name) => !about.has(name))).toEqual([]);
  });
});

describe("everybody is answered as the table says", () => {
  it.each(table.map((row) => [row.label, row.about, row] as const))("%s, about %s", async (_, __, row) => {
    expect((await contradictions(row)).join("; ")).toBe("");
  });

  it("and nothing was changed by anybody who was refused", async () => {
    expect(await rewinding.changed()).toEqual([]);
  });

  it("and each refusal is on record, by its request", async () => {
    const records = await itemsOf(world.app, "audit");
    const recorded = new Set(
      records.filter(({ outcome }) => outcome === "denied").map(({ requestId }) => requestId),
    );
    expect(denied.length).toBeGreaterThan(1000);
    expect(denied.filter((requestId) => !recorded.has(requestId))).toEqual([]);
  });
});
