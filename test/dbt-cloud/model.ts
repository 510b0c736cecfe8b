/** What an artifact holds: JSON, bytes as they are, or a file, which is read each time it is asked for. */
export type ArtifactContent = { readonly file: string } | Uint8Array | object;

/** A step's artifacts by their paths, or a dbt `target/` folder, which is read when the run is registered. */
export type StepArtifacts = Readonly<Record<string, ArtifactContent>> | string;

export interface StepGiven {
  /** Such as ``Invoke dbt with `dbt build` ``. */
  readonly name?: string;
  /** As dbt Cloud counts: 10 success, 20 error, 30 cancelled. */
  readonly status?: number;
  readonly artifacts?: StepArtifacts;
}

/** A run to register. What is left out is a successful run of the first job of the stand-in's environment. */
export interface RunGiven {
  readonly id?: string;
  readonly jobId?: string;
  readonly projectId?: string;
  readonly environmentId?: string;
  /** 1 queued, 2 starting, 3 running, 10 success, 20 error, 30 cancelled. */
  readonly status?: number;
  readonly createdAt?: Date;
  /** Null for a run that has not finished. */
  readonly finishedAt?: Date | null;
  /** Added to the trigger's fields, which are null. */
  readonly trigger?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly StepGiven[];
  /** Added to the run as the API tells it, in place of what is there; undefined takes a field away. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface Step {
  readonly index: number;
  readonly name: string;
  readonly status: number;
  readonly artifacts: ReadonlyMap<string, ArtifactContent>;
}

/** A run as it is registered. */
export interface Run {
  readonly id: string;
  readonly accountId: string;
  readonly jobId: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly status: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  readonly trigger: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Environment {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly deploymentType: string | null;
  readonly type: string;
}

export interface Job {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly environmentId: string;
  /** `ci`, `scheduled`, `merge`, `other` … */
  readonly jobType: string | null;
}

export interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly clientUrl: string;
  readonly eventTypes: readonly string[];
  readonly jobIds: readonly string[];
  readonly active: boolean;
  readonly secret: string;
}

/** All that one account holds. */
export interface Account {
  readonly id: string;
  /** The only key that opens it. */
  apiKey: string;
  /** Answers 403 instead of 401 to any other. */
  forbids: boolean;
  readonly environments: Map<string, Environment>;
  readonly jobs: Map<string, Job>;
  readonly runs: Map<string, Run>;
  readonly subscriptions: Map<string, Subscription>;
  /** False: filters, order and offsets of the list of runs are passed over, as a side that does not know them would. */
  honoursFilters: boolean;
  /** False: a run comes without its job, whatever is asked for. */
  tellsJobs: boolean;
  readonly now: () => Date;
}

/** What a route answers: JSON in the envelope, or an artifact. */
export type Reply =
  | {
      readonly status: number;
      readonly data: unknown;
      readonly pagination?: { readonly count: number; readonly total_count: number };
    }
  | { readonly artifact: ArtifactContent; readonly path: string };

/** A request that was let in. */
export interface Call {
  readonly account: Account;
  /** What the path's pattern caught. */
  readonly ids: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

export const notFound: Reply = { status: 404, data: null };
