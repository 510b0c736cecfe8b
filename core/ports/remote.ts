import type { DomainReader, KeyStore } from "#core/ports/key-store.ts";
import type { DataType, RelationKind, RemoteFailure, Technology } from "#contracts/resources/remote.ts";

/**
 * How to reach a remote database without holding its credentials: `secretRef` names them in the secret
 * store, and only what runs the connector reads them.
 */
export interface RemoteTarget {
  readonly technology: Technology;
  /** The connection's `config` as the technology's own schema accepted it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly secretRef: string;
  /** The connection's own limit for each statement; what is asked with more time gets no more than this. */
  readonly statementTimeoutMs?: number | undefined;
}

/** One remote relation, named exactly as the remote names it (case and all). */
export interface Relation {
  readonly schema: string;
  readonly name: string;
}

/** One string per relation, for maps and keys. */
export const relationKey = ({ schema, name }: Relation): string => JSON.stringify([schema, name]);

/** What a remote database says of itself. */
export interface RemoteServer {
  readonly serverVersion: string;
  /** The database that answered, as it names itself. */
  readonly database: string;
}

/** One row of a table listing. */
export interface ListedRelation extends Relation {
  readonly kind: RelationKind;
  readonly columnCount: number;
}

/** Which relations to list: `after` is the last relation of the page before, ordered by schema then name. */
export interface RelationQuery {
  /** Exact name of a schema, or of any of at most 50. */
  readonly schema?: string | readonly string[] | undefined;
  /** Part of the relation's name, any case. */
  readonly search?: string | undefined;
  readonly after?: Relation | undefined;
  readonly limit: number;
}

/** Which relations a listing for work goes through. */
export interface RelationScan extends RelationQuery {
  /** Lists also those that the login may not read, so that work can say why it leaves them out. */
  readonly unreadable?: boolean | undefined;
}

/** One column as the remote describes it. */
export interface RemoteColumn {
  /** What stays the same when the column is renamed within the same object; absent where the remote has no such thing. */
  readonly identity?: string | undefined;
  readonly name: string;
  /** 1-based and without gaps, in the remote's own order. */
  readonly ordinal: number;
  readonly dataType: DataType;
  /** The type as the remote writes it, for example `numeric(10,2)` or `citext`. */
  readonly remoteType: string;
  readonly nullable: boolean;
  /** The remote's comment, or an empty string. */
  readonly comment: string;
  /** Whether distinct values of it can be counted: a hashable scalar. */
  readonly countable: boolean;
  readonly inPrimaryKey: boolean;
  /** Whether a primary key or a unique constraint or index without a predicate covers exactly this column. */
  readonly unique: boolean;
}

/** A relation with all that a data dictionary needs. */
export interface RelationDescription extends Relation {
  /** Which object of which database this is: another one where it was dropped and made anew under its name. */
  readonly identity?: string | undefined;
  /** The name of the role or user that owns it there, where the engine tells. */
  readonly owner?: string | undefined;
  readonly kind: RelationKind;
  readonly comment: string;
  readonly columns: readonly RemoteColumn[];
}

/** A relation of several, with whether the login may read it as a whole. */
export interface DescribedRelation extends RelationDescription {
  readonly readable: boolean;
}

/** At most this many relations are described or tried with one statement. */
export const relationsAtOnce = 50;

/** How many distinct non-null values and how many nulls a column holds. */
export interface ColumnStatistics {
  readonly column: string;
  readonly distinct: number;
  readonly nulls: number;
  /** True only where the figure covers every row. */
  readonly exact: boolean;
}

/** What one statistics run found. */
export interface RelationStatistics {
  readonly columns: readonly ColumnStatistics[];
  /** Where the figures come from: the engine's catalog, a bounded sample, or every row. */
  readonly source: "catalog" | "sample" | "whole-table";
}

/** A value as text of at most 200 characters, and whether it is longer. */
export interface ShownValue {
  readonly value: string;
  readonly cut: boolean;
}

/** What the rows say of one column: raw values, for whoever may see them and for no log and no table. */
export interface ColumnAnalysis {
  readonly column: string;
  /** Rows that were looked at. */
  readonly count: number;
  readonly nulls: number;
  /** Distinct values without null; of types without equality, distinct texts. */
  readonly distinct: number;
  /** Null without values, and for types without an order. */
  readonly minimum: ShownValue | null;
  readonly maximum: ShownValue | null;
  /** The most frequent, at most 10; of equals the smaller. */
  readonly topValues: readonly (ShownValue & { readonly count: number })[];
  /** Whether every row was looked at. */
  readonly exact: boolean;
}

/** A remote database said no, or could not be asked. The message never contains credentials. */
export class RemoteError extends Error {
  readonly reason: RemoteFailure;
  /** Whether it was the time of a request alone that was over: who may wait longer may get an answer. */
  readonly needsLonger: boolean;

  constructor(
    reason: RemoteFailure,
    message: string,
    { needsLonger = false, ...options }: ErrorOptions & { readonly needsLonger?: boolean | undefined } = {},
  ) {
    super(message, options);
    this.name = "RemoteError";
    this.reason = reason;
    this.needsLonger = needsLonger;
  }
}

/** Failures after which nothing more can be asked in a session. */
const fatalFailures: readonly RemoteFailure[] = [
  "address-refused",
  "authentication-failed",
  "cancelled",
  "connection-lost",
  "credentials-missing",
  "database-not-found",
  "tls-failed",
  "too-many-connections",
  "unreachable",
];

/** Whether an error says something of one relation alone, so that others can still be asked about. */
export const concernsOneRelation = (error: unknown): error is RemoteError =>
  error instanceof RemoteError && !fatalFailures.includes(error.reason);

/** One open conversation with a remote database: read-only, with timeouts set in the engine. */
export interface RemoteSession extends DomainReader {
  /** Asks the server who it is. */
  server(): Promise<RemoteServer>;
  /** One page of relations that can become data sources: engine catalogs and Reeve's own schemas are left out. */
  listRelations(query: RelationScan): Promise<readonly ListedRelation[]>;
  /** Describes a relation; fails with `table-not-found`. Reads at most `maxColumns + 1` columns. */
  describe(relation: Relation): Promise<RelationDescription>;
  /** Describes at most `relationsAtOnce` relations with one statement, in their order; what is gone is left out. */
  describeMany(relations: readonly Relation[]): Promise<readonly DescribedRelation[]>;
  /** Runs one trivial query on the relation: it proves that rows can be read, and reads at most one. */
  probe(relation: Relation): Promise<void>;
  /**
   * The trivial query on at most `relationsAtOnce` relations, with one statement where all of them can be read.
   * Gives why each of the others cannot, by relation key; fails where nothing more can be asked at all.
   */
  probeMany(relations: readonly Relation[]): Promise<ReadonlyMap<string, RemoteError>>;
  /**
   * For each relation a sign that is another one after any change of its rows, by relation key, with one cheap
   * statement; null or absent where the engine cannot say. Asked before a count, it belongs to that count.
   */
  changeSigns(relations: readonly Relation[]): Promise<ReadonlyMap<string, string | null>>;
  /** Counts every row, exactly, in one scan. */
  countRows(relation: Relation): Promise<number>;
  /**
   * Distinct values and nulls of `columns`, without a full scan of a large relation: from the engine's
   * catalog where it knows, else from a bounded sample. `rowCount` is the exact count just made.
   */
  columnStatistics(
    relation: Relation,
    columns: readonly string[],
    rowCount: number,
  ): Promise<RelationStatistics>;
  /**
   * Values of columns, of every row where there are few, else of a bounded sample, in one statement over them. Fails
   * with `table-not-found`, or with `query-failed` for a column that is not there.
   */
  analyze(relation: Relation, columns: readonly string[]): Promise<readonly ColumnAnalysis[]>;
  close(): Promise<void>;
}

/** Limits that a session sets in the remote engine. */
export interface RemoteBudget {
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /**
   * What is left of the time for all of the work: no statement gets more than that, and none is begun when nothing is
   * left. What this ends fails as `time-budget`.
   */
  readonly remainingMs?: (() => number) | undefined;
  /** Ends what is under way on the remote. */
  readonly signal?: AbortSignal | undefined;
}

/** One technology: opens sessions, and knows which schemas must never be exposed. */
export interface Connector {
  readonly technology: Technology;
  /** Opens a session, or fails with a `RemoteError` that names why. */
  open(
    config: Readonly<Record<string, unknown>>,
    credentials: Readonly<Record<string, string>>,
    budget: RemoteBudget,
  ): Promise<RemoteSession>;
  /** Opens the one conversation that may write, into Reeve's key schema alone. */
  openKeyStore(
    config: Readonly<Record<string, unknown>>,
    credentials: Readonly<Record<string, string>>,
    budget: RemoteBudget,
  ): Promise<KeyStore>;
}

/**
 * The only way to a remote database. In the cloud HTTP functions reach it by a synchronous invoke of a
 * function per technology; workers and the local runner open sessions in-process.
 */
export interface RemoteGateway {
  server(target: RemoteTarget): Promise<RemoteServer>;
  listRelations(target: RemoteTarget, query: RelationQuery): Promise<readonly ListedRelation[]>;
  /** Describes a relation and runs the trivial query on it, in one session: what a creation needs. */
  inspect(target: RemoteTarget, relation: Relation): Promise<RelationDescription>;
  /** Values of columns, as of a session; the caller decides who may see them. */
  analyze(
    target: RemoteTarget,
    relation: Relation,
    columns: readonly string[],
  ): Promise<readonly ColumnAnalysis[]>;
}

/** For workers: a session that lasts as long as the work, closed whatever happens. */
export interface RemoteSessions {
  withSession<T>(
    target: RemoteTarget,
    budget: RemoteBudget,
    work: (session: RemoteSession) => Promise<T>,
  ): Promise<T>;
}
