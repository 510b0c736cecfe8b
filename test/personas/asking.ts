import { expect } from "vitest";
import type { RouteContract } from "#contracts/http/route.ts";
import { routes, type RouteId } from "#contracts/http/routes.ts";
import type { Request } from "#test/support/app.ts";
import type { Reply } from "#test/support/check-reply.ts";
import type { Persona } from "#test/support/personas.ts";
import type { RewindingTable } from "#test/support/rewinding-table.ts";
import { leaksOf } from "./leaks.ts";
import type { Row } from "./parse-table.ts";
import type { Column } from "./personas.ts";
import { requests } from "./requests.ts";
import { resources, type Params, type ResourceName } from "./resources.ts";
import type { World } from "./world.ts";

const contracts: Readonly<Record<string, RouteContract>> = routes;

/** The contract of a route that a row names. */
export function contractOf(route: RouteId): RouteContract {
  const contract = contracts[route];
  if (contract === undefined) throw new Error(`there is no route ${route}`);
  return contract;
}

/** Somebody who asks, as which column they count; nobody is undefined. */
export interface Asker {
  readonly column: Column;
  readonly who: Persona | undefined;
}

/** A request as it is sent. */
export type Sent = Pick<Request, "query" | "body" | "raw" | "headers">;

/** What stands in the path for what a row is about. */
function filled(path: string, params: Params, about: string): string {
  return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${about} says nothing of {${name}}`);
    return encodeURIComponent(value);
  });
}

/** Sends requests of the table, and looks into every answer for what whoever asks may not be told. */
export function askingIn(world: World, table: RewindingTable) {
  /** Sends one request to a route, about something. */
  const send = async (
    { column, who }: Asker,
    { route, about }: Pick<Row, "route" | "about">,
    sent: Sent,
    by: RewindingTable["ask"] = table.ask,
  ): Promise<Reply> => {
    const { method, path } = contractOf(route);
    const params = resources[about as ResourceName](world, who ?? world.cast.out, route);
    const at = filled(path, params, about);
    const reply = await by(method, at, { as: who, ...sent });
    const asked = { route, column, sent: at + JSON.stringify(sent) };
    expect({ asked, leaks: leaksOf(world.sources, asked, reply) }).toEqual({ asked, leaks: [] });
    return reply;
  };
  return {
    send,
    /** Sends the request of a row as it stands there. */
    ask: (row: Row, asker: Asker, by?: RewindingTable["ask"]): Promise<Reply> => {
      const carried = requests[row.label as RouteId]?.(world, asker.who ?? world.cast.out) ?? {};
      return send(asker, row, carried as Sent, by);
    },
  };
}

/** A reply as a cell of the table says it. */
export function cellOf({ route, codes }: Row, { status, body }: Reply): string {
  const { status: success, later } = contractOf(route);
  if (status === success || status === later?.status) return "ok";
  const { code = "" } = (body ?? {}) as { readonly code?: string };
  const isPlain = [401, 403, 404].includes(status);
  return isPlain || codes.some((known) => known === code) ? String(status) : `${status} ${code}`;
}

/** So many requests are under way at once: more would wait for the table longer than its client does. */
const lanes = 12;

/** The results of some work, in the order of what it is done on. */
export async function inLanes<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = [...items.entries()].toReversed();
  const lane = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      results[next[0]] = await work(next[1]);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
