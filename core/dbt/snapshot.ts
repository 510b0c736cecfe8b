import type { SkipReason } from "#contracts/resources/job-report.ts";

/** What dbt says of one column. */
export interface SnapshotColumn {
  /** As the warehouse spells it where the run's catalog tells, else as the project does. */
  readonly name: string;
  readonly description: string;
  /** As they stand in the project, each once, in their order; never those that Fusion inherited from the table. */
  readonly tags: readonly string[];
  /** In the warehouse's words, or the project's; null where neither says. */
  readonly dataType: string | null;
  /** Whether the run's catalog has it; false also where there is no catalog. */
  readonly inCatalog: boolean;
}

/** What is kept of a node for later use. */
export interface NodeFacts {
  /** In the order of precedence: the first one's word counts before the others'. */
  readonly uniqueIds: readonly string[];
  /** Unique ids of all that they are made from, each once, sorted. */
  readonly dependsOn: readonly string[];
  readonly resourceType: "model" | "snapshot" | "seed" | "source";
  readonly package: string;
  readonly materialized: string | null;
  readonly group: string | null;
  /** The dbt owner of the group, or of the node where it names one: name or e-mail. */
  readonly owner: string | null;
  /** `private`, `protected` or `public`; null where it is not told. */
  readonly access: string | null;
  /** Whether a contract is enforced. */
  readonly contract: boolean;
  readonly version: string | null;
}

/** A relation that a project makes or reads, merged from all nodes that name it. */
export interface SnapshotRelation {
  /** What it is known by: database, schema and identifier in lower case, as one text. Unique in a snapshot. */
  readonly key: string;
  /** As the warehouse spells them: by the run's catalog, else by the rules of the adapter. */
  readonly database: string | null;
  readonly schema: string;
  readonly table: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly columns: readonly SnapshotColumn[];
  readonly facts: NodeFacts;
  /** Whether a step of this run built it. */
  readonly built: boolean;
  /** Hashes of all of the above that is put into the catalog, the same for the same facts in whatever order: see `digestOf`. */
  readonly digest: string;
}

/** A node that comes to no relation, and why. */
export interface SnapshotSkip {
  readonly uniqueId: string;
  readonly reason: SkipReason;
  readonly detail: string;
}

/** What a snapshot was taken of. */
export interface SnapshotOrigin {
  /** dbt's name of the warehouse: `postgres`, `snowflake` …; null where the manifest does not say. */
  readonly adapter: string | null;
  readonly dbtVersion: string;
  /** `v1` to `v12`, `v20`; empty where it is not told. */
  readonly manifestVersion: string;
  readonly projectName: string | null;
  readonly generatedAt: string | null;
  /** The run that wrote the manifest, where dbt Cloud left its name in it. */
  readonly runId: string | null;
}

/**
 * All that one run says of its project, read to the end and found whole. It lies in a file: whoever takes one closes it.
 */
export interface Snapshot {
  readonly origin: SnapshotOrigin;
  /** How many relations there are. */
  readonly size: number;
  readonly skipped: readonly SnapshotSkip[];
  /** Oddities that nobody need act upon, in words. */
  readonly warnings: readonly string[];
  /** Every relation, in the order of the keys as `<` compares them; one after the other, so that memory holds few. */
  relations(): Iterable<SnapshotRelation>;
  /** One relation by its key. */
  relation(key: string): SnapshotRelation | undefined;
  close(): void;
}

/** Which nodes of a project are taken. */
export interface SnapshotChoice {
  /** Whether nodes of installed packages are, beside those of the project itself. */
  readonly packages: boolean;
  readonly sources: boolean;
}
