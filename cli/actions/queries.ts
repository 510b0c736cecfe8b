import { items } from "#client/paging.ts";
import { idPrefixes } from "#contracts/ids.ts";
import { savedQueryCreation, savedQueryPatch } from "#contracts/resources/saved-query.ts";
import { UsageError } from "../failure.ts";
import { checked } from "../input/check.ts";
import { textOption } from "../input/text-option.ts";
import { printList } from "../output/print.ts";
import { printQuery, queryColumns, type SavedQuery } from "../output/saved-query.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { listed, type ListOptions } from "./listing.ts";
import { byName, dataSourceId, isId } from "./resolve.ts";

/** What `query save` and `query edit` take. */
export interface QueryOptions {
  readonly name?: string;
  readonly description?: string;
  readonly sql?: string;
  readonly file?: string;
}

/** The queries of a data source. */
export async function listQueries(session: Session, source: string, options: ListOptions): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, source) };
  const list = ({ query }: { readonly query: { readonly limit: number } }) =>
    session.client.listQueries({ params, query });
  printList(session, queryColumns, await listed(session.terminal, list, {}, options));
}

/** Saves a query under a name. */
export async function saveQuery(
  session: Session,
  source: string,
  name: string,
  options: QueryOptions,
): Promise<void> {
  const { description } = options;
  const sql = await textOption(session.terminal, "--sql", options.sql, options.file);
  if (sql === undefined) throw new UsageError("Give the query by --sql or --file.");
  const body = savedQueryCreation.parse(checked(savedQueryCreation, { name, description, sql }));
  const params = { dataSourceId: await dataSourceId(session, source) };
  const made = await session.client.createQuery({ params, body });
  say(session.terminal, `Query ${made.name} is saved: ${made.id}`);
}

/** Shows a query that is named by its id or its name. */
export async function showQuery(session: Session, source: string, query: string): Promise<void> {
  const { found } = await foundQuery(session, source, query);
  printQuery(session, found);
}

/** Changes what is given of a query. */
export async function editQuery(
  session: Session,
  source: string,
  query: string,
  options: QueryOptions,
): Promise<void> {
  const sql = await textOption(session.terminal, "--sql", options.sql, options.file);
  const given = Object.entries({ name: options.name, description: options.description, sql });
  const changes = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  if (Object.keys(changes).length === 0) {
    throw new UsageError("Say what to change: --name, --description, --sql or --file.");
  }
  const body = savedQueryPatch.parse(checked(savedQueryPatch, changes));
  const { params, found } = await foundQuery(session, source, query);
  const changed = await session.client.updateQuery({ params, body, ifMatch: found.version });
  say(session.terminal, `Query ${changed.name} is changed.`);
}

/** Deletes a query. */
export async function deleteQuery(session: Session, source: string, query: string): Promise<void> {
  const { params } = await foundQuery(session, source, query);
  await session.client.deleteQuery({ params });
  say(session.terminal, `Query ${query} is deleted.`);
}

interface FoundQuery {
  readonly params: { readonly dataSourceId: string; readonly queryId: string };
  readonly found: SavedQuery;
}

async function foundQuery(session: Session, source: string, query: string): Promise<FoundQuery> {
  const { client } = session;
  const of = { dataSourceId: await dataSourceId(session, source) };
  const found = isId(idPrefixes.savedQuery, query)
    ? await client.getQuery({ params: { ...of, queryId: query } })
    : await byName(
        items(({ query: page }) => client.listQueries({ params: of, query: page }), {
          query: { limit: 200 },
        }),
        query,
        "query",
      );
  return { params: { ...of, queryId: found.id }, found };
}
