import type { AccessDirectory } from "#core/access/directory.ts";
import type { AuditRecord } from "#core/audit/audit-record.ts";
import type { Connection, ConnectionMember, Principal } from "#core/connections/connection.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import type { JobState, JobType } from "#contracts/resources/job.ts";
import type { ReportKind } from "#contracts/resources/job-report.ts";
import type { ReportPart } from "#core/jobs/job-report.ts";
import type { Job } from "#core/jobs/job.ts";
import type { StoredPerson } from "#core/people/caller.ts";
import type { ApiKey, User } from "#core/people/user.ts";
import type { DocumentationStore, QueryStore } from "#core/ports/curation-store.ts";
import type { MemberStore } from "#core/ports/member-store.ts";
import type { MeasurementStore } from "#core/ports/health-store.ts";
import type { AuditStore } from "#core/ports/audit-store.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { DeletionStore } from "#core/ports/deletion-store.ts";
import type { Guard, KeptReply, Write } from "#core/ports/change.ts";
import type { PolicyStore } from "#core/ports/policy-store.ts";
import type { AccessRequestStore } from "#core/ports/request-store.ts";
import type { Relation } from "#core/ports/remote.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import type { ThreadStore } from "#core/ports/thread-store.ts";
import type { UserStore } from "#core/ports/user-store.ts";
import type { Settings } from "#core/settings/settings.ts";
import type {
  ColumnEdit,
  DataSource,
  DataSourceMember,
  DbtFacts,
  DictionaryGeneration,
  DictionaryLayer,
  GoneColumn,
  SchemaColumn,
} from "#core/sources/data-source.ts";
import type { Exposure } from "#core/sources/source-standing.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import type { ThreadPlace } from "#core/threads/thread.ts";

/** A page of a list that is ordered by id. `next` is the `after` of the following page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Commits changes. All reads of this port are strongly consistent: they see every commit before them. */
export interface Committer {
  /**
   * Takes all writes or none, with the kept reply where there is one. At most 100 items. Transaction
   * conflicts and throttling are retried with jitter; what stays contended fails as `contention`, and then
   * nothing was taken. After `unavailable` it is not known whether all was taken or nothing.
   */
  commit(writes: readonly Write[], kept?: KeptReply): Promise<void>;
  /** The reply kept for a caller's key within the last 24 hours, or null. */
  keptReply(userId: string, key: string): Promise<KeptReply | null>;
}

export interface PeopleStore {
  /** The key's record and its user, in two reads, each time anew: a revoked key is out at once. */
  apiKey(keyId: string): Promise<ApiKey | null>;
  /** In one read: the user, what providers say of them, and whether the directory that was kept still stands. */
  person(userId: string): Promise<StoredPerson | null>;
  user(userId: string): Promise<User | null>;
  /** Several people as `person` reads one, by id, all as of one directory; those that are not there are absent. */
  people(userIds: readonly string[]): Promise<ReadonlyMap<string, StoredPerson>>;
  /** In one read: whose an identity is, null where nobody's is known, and the directory as it is now. */
  identity(
    issuer: string,
    subject: string,
  ): Promise<{ readonly userId: string | null; readonly directory: AccessDirectory }>;
  /** Groups, identity providers and global subscription policies as they are now. */
  directory(): Promise<AccessDirectory>;
}

export interface SettingsStore {
  /** The stored settings, or the defaults. */
  settings(): Promise<Settings>;
}

/** A connection with what one caller is on it. */
export interface ConnectionView {
  readonly connection: Connection;
  readonly memberships: readonly ConnectionMember[];
}

/** One data source in a list that is gone through by places, which stay where they are whatever comes and goes. */
export interface Turn {
  readonly dataSourceId: string;
  readonly place: string;
}

export interface ConnectionStore {
  /** One read: the connection and the roles of a caller, as a user or by a group, on it. */
  connection(connectionId: string, principals: readonly Principal[]): Promise<ConnectionView | null>;
  connections(ids: readonly string[]): Promise<ReadonlyMap<string, Connection>>;
  listConnections(after: string | null, limit: number): Promise<Page<Connection>>;
  /** The roles of a caller on several connections, by connection id. */
  connectionMemberships(
    principals: readonly Principal[],
    connections: readonly Connection[],
  ): Promise<ReadonlyMap<string, readonly ConnectionMember[]>>;
  /** Every member of a connection; there are few. */
  connectionMembers(connectionId: string): Promise<readonly ConnectionMember[]>;
  /** Whether any data source stands on the connection. */
  connectionInUse(connectionId: string): Promise<boolean>;
  /**
   * Data sources that stand on the connection, from behind a place, at most `limit`; none at the end. One that comes
   * to stand on it meanwhile may be left out.
   */
  connectionDataSources(connectionId: string, after: string | null, limit: number): Promise<readonly Turn[]>;
  /** Which of these relations are data sources already: relation key → data source id. */
  relationOwners(connectionId: string, relations: readonly Relation[]): Promise<ReadonlyMap<string, string>>;
}

/** A data source with its health and what is stated about one caller on it. */
export interface DataSourceView {
  readonly dataSource: DataSource;
  readonly health: DataSourceHealth;
  /** Of the caller and of their groups; those whose time is over are left out. */
  readonly memberships: readonly DataSourceMember[];
}

/** A data source with its whole dictionary, layer by layer. */
export interface DictionaryView {
  readonly dataSource: DataSource;
  readonly columns: readonly SchemaColumn[];
  /** Columns that are not there any more, the last to go first. */
  readonly gone: readonly GoneColumn[];
  /** What dbt says of it; null where it says nothing. */
  readonly dbt: DbtFacts | null;
  /** By column id; also of columns that are gone. */
  readonly edits: ReadonlyMap<string, ColumnEdit>;
  /** Where its threads stand, those with the oldest activity first. */
  readonly threads: readonly ThreadPlace[];
}

export interface DataSourceStore {
  /** One read: header, health and what is stated about a caller. Deleted ones are null. */
  dataSource(dataSourceId: string, principals: readonly Principal[]): Promise<DataSourceView | null>;
  /** Headers alone, by id; deleted ones are absent. */
  dataSourceHeaders(dataSourceIds: readonly string[]): Promise<ReadonlyMap<string, DataSource>>;
  /** What is stated about a caller on several data sources, by data source id. */
  dataSourceMemberships(
    principals: readonly Principal[],
    dataSourceIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly DataSourceMember[]>>;
  /** What decides who may know of these data sources; deleted ones are absent. */
  dataSourceExposures(dataSourceIds: readonly string[]): Promise<ReadonlyMap<string, Exposure>>;
  /** Who holds a guard, or null. */
  guardOwner(guard: Guard): Promise<string | null>;
  /** Who holds these guards; the places in the list of those that nobody holds are absent. */
  guardOwners(guards: readonly Guard[]): Promise<ReadonlyMap<number, string>>;
  /** Audit records about one resource, newest first. */
  activity(
    resourceType: string,
    resourceId: string,
    before: string | null,
    limit: number,
  ): Promise<Page<AuditRecord>>;
  /** Audit records by what they are about and their ids; those that are not there are absent. */
  auditRecords(places: readonly Pick<AuditRecord, "resource" | "id">[]): Promise<readonly AuditRecord[]>;
}

export interface DictionaryStore {
  /** Writes the schema layer's chunks (≤ 300 KB each) under a generation; they count once a header points at them. */
  stageDictionary(
    dataSourceId: string,
    generation: string,
    columns: readonly SchemaColumn[],
    gone?: readonly GoneColumn[],
  ): Promise<number>;
  /** The same for several data sources under one generation, and gives the number of chunks of each. */
  stageDictionaries(
    generation: string,
    dictionaries: readonly { readonly dataSourceId: string; readonly columns: readonly SchemaColumn[] }[],
  ): Promise<readonly number[]>;
  /** Writes dbt's layer of several data sources under one generation, as above, and gives the number of chunks of each. */
  stageDbtFacts(
    generation: string,
    facts: readonly { readonly dataSourceId: string; readonly facts: DbtFacts }[],
  ): Promise<readonly number[]>;
  /** Removes a generation that no header points at. */
  dropGeneration(
    dataSourceId: string,
    layer: DictionaryLayer,
    dictionary: Pick<DictionaryGeneration, "generation" | "chunks">,
  ): Promise<void>;
  /** Removes the generations that were staged or retired more than an hour ago and that no header points at; returns how many. */
  sweepGenerations(at: Date): Promise<number>;
  /** The dictionary in one read. */
  dictionary(dataSourceId: string): Promise<DictionaryView | null>;
}

export interface TagStore {
  /** All tags as they stand now, strongly consistent; one small read while none has changed since the last time. */
  tagTree(): Promise<TagTree>;
}

/** Which jobs to list, newest first. */
export interface JobQuery {
  readonly types?: readonly JobType[] | undefined;
  readonly states?: readonly JobState[] | undefined;
  /** About any of these; each is read by itself, so there are few. */
  readonly dataSourceIds?: readonly string[] | undefined;
  /** The last job id of the page before. */
  readonly before: string | null;
  readonly limit: number;
}

/** Which parts of a job's report to read. */
export interface ReportQuery {
  readonly kind?: ReportKind | undefined;
  readonly from: Pick<ReportPart, "kind" | "number"> | null;
  readonly limit: number;
}

/** What a worker's sign of life answered. */
export type HeartbeatAnswer = "held" | "cancel-requested" | "lost";

/** The table as the queue: lines, slots, leases. Every method is one atomic step. */
export interface JobStore {
  job(jobId: string): Promise<Job | null>;
  listJobs(query: JobQuery): Promise<Page<Job>>;
  /** Gives free slots of a line to its oldest waiting jobs and returns those admitted. Safe to call at any time, by many. */
  admit(line: string, slots: number, at: Date): Promise<readonly Job[]>;
  /** Whether a job of these types that is not finished waits in a line or has one of its slots. */
  lineHolds(line: string, types: readonly JobType[]): Promise<boolean>;
  /** Gives a job that waits its place in its line, where that was lost; false where it does not wait any more. */
  standInLine(line: string, jobId: string): Promise<boolean>;
  /** Takes the lease of an admitted job whose lease is free or has lapsed; null when another holds it or it is finished. */
  claim(jobId: string, at: Date, leaseUntil: Date): Promise<Job | null>;
  /** Prolongs the lease and stores progress, if this attempt still holds it. */
  heartbeat(job: Job, leaseUntil: Date): Promise<HeartbeatAnswer>;
  /** Gives the lease back after an error, so that the next delivery may claim it at once; keeps `job.error` as the reason. */
  yieldLease(job: Job): Promise<void>;
  /** Parts of a job's report in order, of one kind or of all; `from` is the first part to read. */
  jobReport(jobId: string, query: ReportQuery): Promise<readonly ReportPart[]>;
  /** Jobs that wait, or are admitted and not finished, for the sweep. Eventually consistent. */
  activeJobs(shardCursor: string | null): Promise<Page<Job>>;
}

/** All of the store. A use case asks for the parts that it needs. */
export interface Store
  extends
    AuditStore,
    Committer,
    AccessRequestStore,
    PeopleStore,
    PrincipalStore,
    SettingsStore,
    ConnectionStore,
    DataSourceStore,
    DictionaryStore,
    DbtStore,
    DeletionStore,
    DocumentationStore,
    MeasurementStore,
    PolicyStore,
    MemberStore,
    QueryStore,
    TagStore,
    ThreadStore,
    UserStore,
    JobStore {}
