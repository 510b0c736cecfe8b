import "#test/support/quiet-log.ts";
import { afterAll, describe, expect, it } from "vitest";
import { routes, type RouteId } from "#contracts/http/routes.ts";
import type { Reply } from "#test/support/check-reply.ts";
import { isAuditWrite, rewindingTable } from "#test/support/rewinding-table.ts";
import { itemsOf } from "#test/support/table-items.ts";
import { askingIn, cellOf, contractOf } from "./asking.ts";
import { columnNames, type Column } from "./personas.ts";
import type { Row } from "./parse-table.ts";
import { requests } from "./requests.ts";
import { resources } from "./resources.ts";
import { table } from "./table.ts";
import { theWorld } from "./world.ts";

const world = await theWorld();
const rewinding = await rewindingTable(world.app);
afterAll(() => rewinding.close());
const { ask } = askingIn(world, rewinding);
const askerOf = (column: Column) => ({ column, who: column === "no" ? undefined : world.cast[column] });

const denied: string[] = [];

/** Whoever is known, and refused what they named, leaves a record of it. */
function keepDenial({ route }: Row, column: Column, { status, headers }: Reply): void {
  const { authenticated, params } = contractOf(route);
  if (!authenticated || column === "no" || column === "dis") return;
  if (status === 403 || (status === 404 && params !== undefined)) denied.push(headers["x-request-id"] ?? "");
}

/**
 * What is answered otherwise than the row says: first to those who may change nothing, all at once, then to the others, one
 * by one, each on the same table.
 */
async function contradictions(row: Row): Promise<readonly string[]> {
  const changes = contractOf(row.route).method !== "GET";
  const given: Record<string, string> = {};
  const one = async (column: Column, by: typeof rewinding.ask) => {
    const reply = await ask(row, askerOf(column), by);
    given[column] = cellOf(row, reply);
    keepDenial(row, column, reply);
  };
  // Who is let in, and refused for another reason than their rights, may leave something behind.
  const isLoud = (column: Column): boolean => changes && !["401", "403", "404"].includes(row.cells[column]);
  await Promise.all(columnNames.filter((column) => !isLoud(column)).map((each) => one(each, rewinding.ask)));
  const left = rewinding.written();
  expect(left.filter((write) => !isAuditWrite(write)).map(({ key }) => key)).toEqual([]);
  for (const column of columnNames.filter(isLoud)) {
    await one(column, rewinding.change);
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

  it("has somebody who succeeds at every route", () => {
    const never = [...Map.groupBy(table, ({ route }) => route)]
      .filter(([, rows]) => !rows.some(({ cells }) => Object.values(cells).includes("ok")))
      .map(([route]) => route);
    // A browser comes back from an issuer only where it was sent there; sign-in.test.ts follows it.
    expect(never).toEqual(["finishSignIn"]);
  });
});

describe("everybody is answered as the table says, and told of nothing that they may not know of", () => {
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
    expect(denied.length).toBeGreaterThan(0);
    expect(denied.filter((requestId) => !recorded.has(requestId))).toEqual([]);
  });
});
