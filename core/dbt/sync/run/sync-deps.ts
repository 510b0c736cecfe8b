import type { DispatchDeps } from "#core/jobs/dispatch.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { DbtCloud } from "#core/ports/dbt-cloud.ts";
import type { DbtSnapshots } from "#core/ports/dbt-snapshots.ts";
import type { RemoteBudget, RemoteSessions } from "#core/ports/remote.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { Store } from "#core/ports/store.ts";

/** What a sync needs from outside. */
export interface SyncDeps extends DispatchDeps {
  readonly store: Store;
  readonly ids: Ids;
  readonly secrets: SecretStore;
  readonly cloud: DbtCloud;
  readonly snapshots: DbtSnapshots;
  readonly sessions: RemoteSessions;
  /** How long the remote engine may work on one statement. */
  readonly statementTimeoutMs: number;
  /** How many data sources it deals with in one transaction, where it is fewer than fit. */
  readonly madeAtOnce?: number | undefined;
}

/** One trivial query may take so long, and a handful of them must fit into what a worker keeps in reserve. */
const statementMs = 15_000;

/** What looks at relations may take. */
export const lookBudget = (
  { statementTimeoutMs }: Pick<SyncDeps, "statementTimeoutMs">,
  signal: AbortSignal,
): RemoteBudget => ({
  connectTimeoutMs: 10_000,
  statementTimeoutMs: Math.min(statementMs, statementTimeoutMs),
  signal,
});
