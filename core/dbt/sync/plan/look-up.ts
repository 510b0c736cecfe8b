import { nobody } from "#core/connections/connection.ts";
import { technologyContracts } from "#contracts/technologies/technology.ts";
import { targetOf } from "#core/connections/connection.ts";
import { guardIn, type Basis } from "#core/dbt/sync/run/basis.ts";
import type { Entry } from "#core/dbt/sync/plan/decisions.ts";
import { kindOf } from "#core/dbt/sync/apply/new-synced-source.ts";
import type { Verdict } from "#core/dbt/sync/plan/plan.ts";
import type { SnapshotRelation } from "#core/dbt/snapshot.ts";
import { purgeableAt } from "#core/deletion/tombstone.ts";
import type { Clock } from "#core/ports/clock.ts";
import {
  relationKey,
  type RelationDescription,
  type RemoteBudget,
  type RemoteSessions,
} from "#core/ports/remote.ts";
import type { DataSourceView, DictionaryView, Store } from "#core/ports/store.ts";
import { batchesOf, inspect, type Inspected, type Skip } from "#core/sources/bulk/inspect.ts";
import { dataSourceNameGuard } from "#core/sources/guards.ts";
import { nameBy } from "#core/sources/name-template.ts";

/** What it takes to look things up. */
export interface LookUpDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly sessions: RemoteSessions;
}

/** So many data sources are read at the same time. */
const readAtOnce = 8;

/** Reads for each, some at a time. */
export async function forEachOf<T, R>(
  items: readonly T[],
  read: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const found: R[] = [];
  for (let first = 0; first < items.length; first += readAtOnce) {
    found.push(...(await Promise.all(items.slice(first, first + readAtOnce).map(read))));
  }
  return found;
}

/** A deleted data source with all that lies with it. */
export interface Deleted {
  readonly view: DataSourceView;
  readonly dictionary: DictionaryView;
}

/** Everything that was looked up of some relations, by their keys. */
export interface LookedUp {
  /** The live data sources that the relations are, bound or not. */
  readonly live: ReadonlyMap<string, DictionaryView>;
  /** The deleted ones that they were, where they can come back. */
  readonly deleted: ReadonlyMap<string, Deleted>;
  /** The names that new ones would get. */
  readonly names: ReadonlyMap<string, string>;
  readonly inspected: ReadonlyMap<string, RelationDescription | Skip>;
  /** Of the wanted names those that others have, folded. */
  readonly taken: ReadonlyMap<string, string>;
}

/** Looks up what some relations are, were and could become. */
export async function lookUp(
  deps: LookUpDeps,
  basis: Basis,
  entries: readonly Entry[],
  budget: RemoteBudget,
): Promise<LookedUp> {
  const live = new Map<string, DictionaryView>();
  const bound = entries.filter(({ verdict }) => verdict.is === "changed");
  await forEachOf(bound, async ({ relation, verdict }) => {
    const view = "dataSourceId" in verdict ? await deps.store.dictionary(verdict.dataSourceId) : null;
    if (view !== null) live.set(relation.key, view);
  });
  const open = entries.filter(({ relation, verdict }) => needsLook(verdict) && !live.has(relation.key));
  await findHolders(deps, basis, open, live);
  const unheld = open.filter(({ relation }) => !live.has(relation.key));
  const deleted = await findDeleted(deps, basis.integration.id, unheld);
  const names = new Map(unheld.map(({ relation }) => [relation.key, nameIn(basis, relation)]));
  const wanted = unheld.map(
    ({ relation: { key } }) => deleted.get(key)?.view.dataSource.name ?? names.get(key) ?? "",
  );
  const owners = await deps.store.guardOwners(wanted.map(dataSourceNameGuard));
  const taken = new Map([...owners].map(([index, owner]) => [wanted[index] ?? "", owner]));
  const inspected = await inspectAll(deps, basis, unheld, budget);
  return { live, deleted, names, inspected, taken };
}

/** Whether a verdict is not the last word. */
export const needsLook = ({ is }: Verdict): boolean => is !== "unchanged" && is !== "skipped";

/** The name that a relation's data source gets. */
function nameIn({ template, connection }: Basis, { database, schema, table }: SnapshotRelation): string {
  const own =
    connection === null ? null : technologyContracts[connection.technology].databaseOf(connection.config);
  return nameBy(template, { database: own ?? database ?? "", schema, tablename: table });
}

/** Puts in who is a relation already, whoever made it. */
async function findHolders(
  { store }: LookUpDeps,
  basis: Basis,
  entries: readonly Entry[],
  live: Map<string, DictionaryView>,
): Promise<void> {
  const owners = await store.guardOwners(entries.map(({ relation }) => guardIn(basis, relation)));
  const held = entries.flatMap(({ relation }, index) => {
    const id = owners.get(index);
    return id === undefined ? [] : [{ key: relation.key, id }];
  });
  await forEachOf(held, async ({ key, id }) => {
    const view = await store.dictionary(id);
    if (view !== null) live.set(key, view);
  });
}

/** What can still come back of what the integration made. */
async function findDeleted(
  { store, clock }: LookUpDeps,
  integrationId: string,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, Deleted>> {
  const found = new Map<string, Deleted>();
  const gone = purgeableAt(clock.now());
  await forEachOf(entries, async ({ relation, verdict }) => {
    if (!("dataSourceId" in verdict)) return;
    const [view, dictionary] = await Promise.all([
      store.deletedDataSource(verdict.dataSourceId, nobody),
      store.deletedDictionary(verdict.dataSourceId),
    ]);
    if (view === null || dictionary === null) return;
    const { deletedAt, origin } = view.dataSource;
    const isOurs = origin.type === "dbt" && origin.integrationId === integrationId;
    if (isOurs && deletedAt !== null && deletedAt > gone) {
      found.set(relation.key, { view, dictionary });
    }
  });
  return found;
}

/** What the remote says of relations: a description, or why it is no use; nothing where there is no remote. */
async function inspectAll(
  { sessions }: LookUpDeps,
  { connection }: Basis,
  entries: readonly Entry[],
  budget: RemoteBudget,
): Promise<ReadonlyMap<string, RelationDescription | Skip>> {
  const found = new Map<string, RelationDescription | Skip>();
  if (connection === null || entries.length === 0) return found;
  const keys = new Map(
    entries.map(({ relation: { key, schema, table } }) => [relationKey({ schema, name: table }), key]),
  );
  const listed = entries.map(({ relation }) => ({
    schema: relation.schema,
    name: relation.table,
    kind: kindOf(relation),
    columnCount: relation.columns.length,
  }));
  await sessions.withSession(targetOf(connection), budget, async (session) => {
    for (const batch of batchesOf(listed)) {
      for (const one of await inspect(session, batch)) {
        found.set(keys.get(relationKey(one.relation)) ?? "", saidOf(one));
      }
    }
  });
  return found;
}

/** To dbt a table that the remote does not have yet is one that a later run may build. */
function saidOf(one: Inspected): RelationDescription | Skip {
  if (!("skip" in one)) return one.found;
  const { reason, detail } = one.skip;
  if (reason === "table-not-found") return { reason: "not-in-remote", detail: "" };
  return reason === "too-many-columns" ? { reason, detail: "" } : { reason, detail };
}
