import type { RunnableCheck } from "#core/health/health-job.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import { areRefusedForGood } from "#core/health/keep-domains.ts";
import { RemoteError, type Relation, type RemoteSession } from "#core/ports/remote.ts";
import type { ConnectionStore, DataSourceView, Turn } from "#core/ports/store.ts";
import type { DataSource } from "#core/sources/data-source.ts";

/** So many data sources are looked at together. */
export const turnsAtOnce = 50;

/** Whose turns follow a place, at most `turnsAtOnce`; none at the end. */
export type ReadTurns = (after: string | null) => Promise<readonly Turn[]>;

/** The turns of data sources that were named: a place is how many of them are done with. */
const namedTurns =
  (dataSourceIds: readonly string[]): ReadTurns =>
  (after) => {
    const first = Number(after ?? 0);
    const ids = dataSourceIds.slice(first, first + turnsAtOnce);
    return Promise.resolve(
      ids.map((dataSourceId, index) => ({ dataSourceId, place: String(first + index + 1) })),
    );
  };

/** The turns of all data sources of a connection. */
const connectionTurns =
  (store: Pick<ConnectionStore, "connectionDataSources">, connectionId: string): ReadTurns =>
  (after) =>
    store.connectionDataSources(connectionId, after, turnsAtOnce);

/** The turns of a refresh: of those that it names, or else of all on its connection. */
export const turnsOf = (
  store: Pick<ConnectionStore, "connectionDataSources">,
  connectionId: string,
  dataSourceIds: readonly string[] | undefined,
): ReadTurns =>
  dataSourceIds === undefined ? connectionTurns(store, connectionId) : namedTurns(dataSourceIds);

/** What nobody asked for by hand leaves alone: what is out of use, and what must not be counted. */
export const isLeftAlone = ({ status, statisticsPrevented }: DataSource): boolean =>
  status === "disabled" || statisticsPrevented;

type Seen = Pick<DataSourceView, "dataSource" | "health">;

/**
 * The checks that a refresh runs of a data source. One that spares counts nothing where statistics are prevented, but
 * for what is shown as waiting.
 */
export const checksBy =
  (asked: readonly RunnableCheck[], spares: boolean) =>
  (view: Seen | null): readonly RunnableCheck[] =>
    spares && view?.dataSource.statisticsPrevented === true
      ? asked.filter(
          (name) =>
            name === "connectivity" ||
            name === "column-detection" ||
            ["pending", "running"].includes(view.health.checks[name].state),
        )
      : asked;

/**
 * Whether a data source is surely as it was when all of these checks last looked at it: the engine gives the same sign
 * of changes as just before that count, no check has anything left to find out, and no figure is older than the count.
 */
export function isUnchanged(
  health: DataSourceHealth,
  sign: string | null,
  asked: readonly RunnableCheck[],
): boolean {
  const { changeSign, checks, rowCount } = health;
  if (sign === null || changeSign !== sign || rowCount === null) return false;
  const known = asked.every((name) => {
    const { state, detail } = checks[name];
    return state === "passed" || (state === "skipped" && detail !== "statistics-prevented");
  });
  return known && (!asked.includes("fingerprint") || hasAllOfFingerprint(health, rowCount.at));
}

/** Domains that a busy database refused, or that a rename left in doubt, are taken anew; where they may not be kept, they are not. */
function hasAllOfFingerprint({ fingerprintAt, domainsAt, checks }: DataSourceHealth, since: string): boolean {
  const areKept = domainsAt !== null || areRefusedForGood(checks.fingerprint.detail);
  return areKept && (fingerprintAt ?? "") >= since;
}

/** What the engine says of changes to relations. Not knowing is no failure: rows are counted then. */
export async function knownSigns(
  session: RemoteSession,
  relations: readonly Relation[],
): Promise<ReadonlyMap<string, string | null>> {
  try {
    return await session.changeSigns(relations);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.reason === "cancelled") throw error;
    return new Map();
  }
}

/** Why a data source that left the connection has no result. */
export const leftDetail = "connection-changed: it stands on another connection now";
