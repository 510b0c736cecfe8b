import { dataSourceCreation, dataSourcePatch } from "#contracts/resources/data-source.ts";
import { catalogRoutes } from "#contracts/http/groups/catalog.ts";
import { UsageError } from "../failure.ts";
import { textAt, type Assignment } from "../input/assignments.ts";
import { checked, shaped } from "../input/check.ts";
import { treeOf } from "../input/tree.ts";
import { dictionaryColumns, printDataSource, summaryColumns } from "../output/data-source.ts";
import { formatOf, printList, printOne } from "../output/print.ts";
import type { Column } from "../output/table.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { listed, type ListOptions } from "./listing.ts";
import { connectionId, dataSourceId } from "./resolve.ts";
import { demandSuccess, endedJobsOf, whatCame } from "./watch.ts";

/** What a list of data sources can be narrowed by. */
export interface DataSourceFilters {
  readonly search?: string;
  readonly tag?: readonly string[];
  readonly connection?: readonly string[];
  readonly technology?: readonly string[];
  readonly health?: readonly string[];
  readonly status?: readonly string[];
  readonly origin?: readonly string[];
  readonly role?: readonly string[];
  readonly sort?: string;
}

type Query = NonNullable<Parameters<Session["client"]["listDataSources"]>[0]>["query"] & object;
type FacetsQuery = NonNullable<Parameters<Session["client"]["facetsOfDataSources"]>[0]>["query"] & object;

/** The filters as the API takes them; connections by id or name. */
async function givenFilters(session: Session, { connection, ...filters }: DataSourceFilters) {
  const { search, tag, technology, health, status, origin, role, sort } = filters;
  const connections = connection && (await Promise.all(connection.map((one) => connectionId(session, one))));
  return { search, tag, connectionId: connections, technology, health, status, origin, role, sort };
}

/** The data sources that one may see. */
export async function listDataSources(
  session: Session,
  options: ListOptions & DataSourceFilters,
): Promise<void> {
  const query = checked(catalogRoutes.listDataSources.query, await givenFilters(session, options)) as Query;
  const found = await listed(session.terminal, session.client.listDataSources, query, options);
  printList(session, summaryColumns, found);
}

/** A count of data sources: of what, of which value, how many. */
interface FacetRow {
  readonly facet: string;
  readonly value: string;
  readonly count: number;
}

const facetColumns: readonly Column<FacetRow>[] = [
  { title: "facet", value: ({ facet }) => facet, whole: true },
  { title: "value", value: ({ value }) => value },
  { title: "count", value: ({ count }) => String(count) },
];

/** How many data sources one may see, by what they are. */
export async function showFacets(session: Session, options: DataSourceFilters): Promise<void> {
  const { sort: _, ...given } = await givenFilters(session, options);
  const query = checked(catalogRoutes.facetsOfDataSources.query, given) as FacetsQuery;
  const facets = await session.client.facetsOfDataSources({ query });
  if (formatOf(session) === "json") {
    printOne(session, facets, []);
    return;
  }
  const rows = Object.entries(facets).flatMap(([facet, counts]) =>
    Object.entries(counts).map(([value, count]): FacetRow => ({ facet, value, count })),
  );
  printList(session, facetColumns, rows);
}

/** One data source. */
export async function showDataSource(session: Session, name: string): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, name) };
  printDataSource(session, await session.client.getDataSource({ params }));
}

/** The columns of a data source. */
export async function showDictionary(session: Session, name: string, options: ListOptions): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, name) };
  const list = ({ query }: { readonly query: { readonly limit: number } }) =>
    session.client.getDictionary({ params, query });
  printList(session, dictionaryColumns, await listed(session.terminal, list, {}, options));
}

/** The options of `data-source create`. */
export interface DataSourceCreation {
  readonly connection: string;
  readonly schema: string;
  readonly table: string;
  readonly name?: string;
  readonly description?: string;
  readonly tag?: readonly string[];
  readonly watch?: true;
}

const optional = (field: string, text: string | undefined): readonly Assignment[] =>
  text === undefined ? [] : [textAt([field], text)];

/** Exposes a table. Watched, it is shown as it stands after its first check, which decides the exit code. */
export async function createDataSource(session: Session, options: DataSourceCreation): Promise<void> {
  const { connection, schema, table, name, description, tag = [], watch } = options;
  const tree = treeOf([
    textAt(["connectionId"], await connectionId(session, connection)),
    textAt(["schema"], schema),
    textAt(["table"], table),
    ...optional("name", name),
    ...optional("description", description),
    ...tag.map((one) => textAt(["tags"], one)),
  ]);
  const body = dataSourceCreation.parse(shaped(dataSourceCreation, tree));
  const answer = await session.client.createDataSource({ body });
  const created = await whatCame(session, answer, (id) =>
    session.client.getDataSource({ params: { dataSourceId: id } }),
  );
  if (watch !== true) {
    printDataSource(session, created);
    return;
  }
  const params = { dataSourceId: created.id };
  say(session.terminal, `Data source ${created.name} is created: ${created.id}`);
  const jobs = await endedJobsOf(session, created.id);
  printDataSource(session, await session.client.getDataSource({ params }));
  for (const job of jobs) demandSuccess(session, job);
}

/** The options of `data-source update`. */
export interface DataSourceUpdate {
  readonly name?: string;
  readonly description?: string;
  readonly status?: string;
}

/** Changes a data source: what is given and nothing else. */
export async function updateDataSource(
  session: Session,
  ref: string,
  options: DataSourceUpdate,
): Promise<void> {
  const { name, description, status } = options;
  const changes = [
    ...optional("name", name),
    ...optional("description", description),
    ...optional("status", status),
  ];
  if (changes.length === 0) throw new UsageError("Say what to change: --name, --description or --status.");
  const body = dataSourcePatch.parse(shaped(dataSourcePatch, treeOf(changes)));
  const params = { dataSourceId: await dataSourceId(session, ref) };
  printDataSource(session, await session.client.updateDataSource({ params, body }));
}

/** Deletes a data source. */
export async function deleteDataSource(session: Session, name: string): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, name) };
  await session.client.deleteDataSource({ params });
  say(session.terminal, `Data source ${name} is deleted.`);
}
