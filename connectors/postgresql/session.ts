import * as z from "zod";
import type { RemoteServer, RemoteSession } from "#core/ports/remote.ts";
import { analyzeColumns } from "./analyze.ts";
import { changeSigns } from "./change-signs.ts";
import { describeRelation, describeRelations, type Site } from "./describe.ts";
import { columnDomains } from "./domains.ts";
import { keyStoreRefusal } from "./key-schema.ts";
import type { OpenClient } from "./open.ts";
import { listRelations } from "./relations.ts";
import { countRows, probeRelation, probeRelations } from "./rows.ts";
import type { RunStatement } from "./statements.ts";
import { columnStatistics } from "./statistics.ts";

const serverRow = z.object({ serverVersion: z.string(), database: z.string() });

async function server(run: RunStatement): Promise<RemoteServer> {
  const [row] = await run(
    serverRow,
    `select pg_catalog.current_setting('server_version') as "serverVersion",
            pg_catalog.current_database()::text as database`,
  );
  return serverRow.parse(row);
}

/** How long a polite goodbye may take before the connection is cut. */
const goodbyeMs = 1000;

/** Says goodbye, or cuts the connection where that takes long. */
export async function closeClient({ client }: OpenClient): Promise<void> {
  const cut = setTimeout(() => client.connection.stream.destroy(), goodbyeMs);
  try {
    await client.end();
  } catch {
    // It was lost already, which is as closed as it gets.
  } finally {
    clearTimeout(cut);
  }
}

/** The conversation over one open connection. */
export const postgresqlSession = (open: OpenClient, run: RunStatement, site: Site): RemoteSession => ({
  server: () => server(run),
  listRelations: (query) => listRelations(run, query),
  describe: (relation) => describeRelation(run, relation, site),
  describeMany: (relations) => describeRelations(run, relations, site),
  probe: (relation) => probeRelation(run, relation),
  probeMany: (relations) => probeRelations(run, relations),
  changeSigns: (relations) => changeSigns(run, relations),
  countRows: (relation) => countRows(run, relation),
  columnStatistics: (relation, columns, rowCount) => columnStatistics(run, relation, columns, rowCount),
  keyStoreRefusal: () => keyStoreRefusal(run),
  columnDomains: (relation, columns) => columnDomains(run, relation, columns),
  analyze: (relation, columns) => analyzeColumns(run, relation, columns),
  close: () => closeClient(open),
});
