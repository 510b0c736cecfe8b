/** An account in dbt Cloud and what opens it. */
export interface DbtCloudAccess {
  /** As `DbtCloud.hostOf` gave it. */
  readonly host: string;
  /** Decimal: ids have more digits than a 32-bit number. */
  readonly accountId: string;
  readonly apiKey: string;
}

/** How long an asker has. */
export interface Patience {
  readonly signal: AbortSignal;
  /**
   * Until then what passes is waited for: a rate limit's cool-down (five minutes), a server that fails or is silent.
   * Null where a person waits for the answer: then what fails is tried once more at most, and soon.
   */
  readonly until: Date | null;
}

export interface DbtEnvironment {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  /** `production`, `staging`, or null where nobody said; whatever else a later version may say. */
  readonly deploymentType: string | null;
  /** `deployment` or `development`; null where it is not told. */
  readonly type: string | null;
}

export type DbtRunStatus = "queued" | "starting" | "running" | "success" | "error" | "cancelled" | "unknown";

/** One step of a run: each is an invocation of dbt of its own, with artifacts of its own. */
export interface DbtRunStep {
  /** From 1, as the artifacts' `step` counts. */
  readonly index: number;
  /** Such as ``Invoke dbt with `dbt build` ``. */
  readonly name: string;
  readonly status: DbtRunStatus;
}

/** A run as dbt Cloud tells of it; what it leaves out is null, false or empty. */
export interface DbtRun {
  readonly id: string;
  readonly jobId: string | null;
  readonly projectId: string | null;
  readonly environmentId: string | null;
  readonly status: DbtRunStatus;
  /** RFC 3339 in UTC, to the millisecond, as are all times here. */
  readonly createdAt: string | null;
  readonly finishedAt: string | null;
  /** `ci`, `scheduled`, `merge`, `other` and more; null where it is not told. */
  readonly jobType: string | null;
  /** Whether a pull or merge request of any provider triggered it. */
  readonly pullRequest: boolean;
  readonly schemaOverride: string | null;
  readonly targetOverride: string | null;
  /** Only where one run is asked for. */
  readonly steps: readonly DbtRunStep[];
}

/** The subscription that sends word of runs. */
export interface DbtWebhook {
  readonly id: string;
  /** The key of its signatures: told once. */
  readonly secret: string;
}

/** Why dbt Cloud did not answer what was asked. */
export type DbtCloudFailure =
  /** Nobody answered, in time, over TLS, from an address that may be asked; or an answer broke off. */
  | "unreachable"
  /** 401 or 403. */
  | "key-refused"
  /** 429, and the time was up before its cool-down. */
  | "rate-limited"
  /** Something answered that does not speak the Admin API, or failed on its side (5xx). */
  | "bad-reply"
  /** More than may be read. */
  | "too-large";

/** dbt Cloud could not be asked. The message never holds a key. */
export class DbtCloudError extends Error {
  readonly reason: DbtCloudFailure;

  constructor(reason: DbtCloudFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DbtCloudError";
    this.reason = reason;
  }
}

/**
 * dbt Cloud's Admin API (https://docs.getdbt.com/dbt-cloud/api-v2). Every method throws `DbtCloudError`, or what the
 * signal was aborted with. What is not there is an answer, not an error. An id that is no positive decimal number, and a
 * path that leads out of its run, are mistakes of the caller: a RangeError, and nothing is asked.
 */
export interface DbtCloud {
  /**
   * The host as it is kept and asked, or null where it may not be: a key is sent to it, so it is one of dbt Cloud's own
   * (`*.dbt.com`, `*.getdbt.com`) or one that the deployment lists. Takes a host with or without scheme and port.
   */
  hostOf(given: string): string | null;
  environment(
    access: DbtCloudAccess,
    of: { readonly projectId: string; readonly environmentId: string },
    patience: Patience,
  ): Promise<DbtEnvironment | null>;
  /** One run with its job's type, its trigger and its steps. */
  run(access: DbtCloudAccess, runId: string, patience: Patience): Promise<DbtRun | null>;
  /** The finished runs of an environment, those that finished last first, page by page as they are taken. */
  finishedRuns(
    access: DbtCloudAccess,
    of: { readonly projectId: string; readonly environmentId: string },
    patience: Patience,
  ): AsyncIterable<DbtRun>;
  /** The paths of a run's artifacts, of whatever step. */
  artifacts(access: DbtCloudAccess, runId: string, patience: Patience): Promise<readonly string[]>;
  /**
   * An artifact's bytes as they come, of a step or of the last one; null where the run has none. They end only where the
   * artifact is whole: what breaks off throws (`unreachable`), and is to be taken anew from its beginning.
   */
  artifact(
    access: DbtCloudAccess,
    of: { readonly runId: string; readonly path: string; readonly step?: number | undefined },
    patience: Patience,
  ): Promise<AsyncIterable<Uint8Array> | null>;
  /** Subscribes an address to the completed runs of the account. Never tried again once it may have been done. */
  createWebhook(
    access: DbtCloudAccess,
    of: { readonly name: string; readonly url: string },
    patience: Patience,
  ): Promise<DbtWebhook>;
  /** Ends a subscription; one that is not there is no error. */
  deleteWebhook(access: DbtCloudAccess, webhookId: string, patience: Patience): Promise<void>;
}
