import type { RouteResult } from "#contracts/http/route.ts";
import type { Routes } from "#contracts/http/routes.ts";
import type { RemoteSession, RemoteSessions } from "#core/ports/remote.ts";
import type { Connection, Persona } from "./personas.ts";
import { aSchema, runSql } from "./postgres-client.ts";

type Body = Parameters<Persona["api"]["registerDataSources"]>[0]["body"];

/** A line of a job's report, as it is shown. */
export type Line = RouteResult<Routes["getJobReport"]>["items"][number];

/** A new schema with tables of these names. */
export async function aWarehouse(...names: readonly string[]): Promise<string> {
  const schema = await aSchema();
  await runSql(...names.map((name) => `create table ${schema}."${name.replaceAll('"', '""')}" (id int)`));
  return schema;
}

/** Names of so many tables, in order. */
export const tableNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `t${String(index).padStart(3, "0")}`);

/** Asks for a bulk registration of a schema. */
export const startBulk = (
  { api }: Persona,
  connection: Connection,
  given: Partial<Body> & Pick<Body, "schemas">,
) => api.registerDataSources({ body: { connectionId: connection.id, ...given } });

/** All that a job reports, as somebody may see it. */
export async function reportOf({ api }: Persona, jobId: string): Promise<readonly Line[]> {
  const lines: Line[] = [];
  let cursor: string | undefined;
  do {
    const page: RouteResult<Routes["getJobReport"]> = await api.getJobReport({
      params: { jobId },
      query: { limit: 200, ...(cursor === undefined ? {} : { cursor }) },
    });
    lines.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return lines;
}

/** The tables of which data sources were made, and why others were left out, by table. */
export async function settledBy(as: Persona, jobId: string): Promise<Readonly<Record<string, string>>> {
  const lines = await reportOf(as, jobId);
  return Object.fromEntries(lines.map(({ table, schema, reason }) => [table ?? schema, reason ?? "created"]));
}

/** Sessions of which some questions are answered otherwise. */
export const changedSessions = (
  sessions: RemoteSessions,
  change: (session: RemoteSession) => RemoteSession,
): RemoteSessions => ({
  withSession: (target, budget, work) =>
    sessions.withSession(target, budget, (session) => work(change(session))),
});
