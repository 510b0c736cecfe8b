import type { Provenance } from "#contracts/resources/fields.ts";
import type { DataSourceRole, OriginType } from "#contracts/resources/data-source.ts";
import type { DataType, KnownTechnology, RelationKind } from "#contracts/resources/remote.ts";
import type { Principal } from "#core/connections/connection.ts";
import type { IntegrationKey } from "#core/dbt/integration.ts";
import type { NodeFacts } from "#core/dbt/snapshot.ts";
import type { Relation } from "#core/ports/remote.ts";
import type { OwnSubscription } from "#core/subscriptions/subscription-policy.ts";

/** A text by who stated it; what stands is the first that is there: a person's, then dbt's, then the remote's comment. */
export interface LayeredText {
  readonly manual: string | null;
  readonly dbt: string | null;
  readonly schema: string | null;
}

/** A tag on a data source or a column, by id, so that renaming a tag is one write. */
export interface AppliedTag {
  readonly tagId: string;
  readonly provenance: Provenance;
  readonly appliedBy: string;
  readonly appliedAt: string;
}

/** A tag that a person keeps away: dbt does not put it there any more. */
export interface KeptAway {
  readonly tagId: string;
  readonly by: string;
  readonly at: string;
}

/** A tag of dbt's that a person took off a column: until the next run, or kept away for good. */
export interface WithdrawnTag extends KeptAway {
  readonly keptAway: boolean;
}

/**
 * Who says which columns there are: the remote; where its technology tells none, a person; and where there is no
 * connection, dbt.
 */
export type DictionarySource = "remote" | "manual" | "dbt";

/** The layers of a dictionary that lie in chunks. */
export type DictionaryLayer = "schema" | "dbt";

/** Where a generation of the dictionary's schema layer lies. Chunks hold at most 300 KB each. */
export interface DictionaryGeneration {
  readonly source: DictionarySource;
  readonly generation: string;
  readonly chunks: number;
  readonly columnCount: number;
  readonly takenAt: string;
}

/** How a data source came to be; whoever made it owns its lifecycle. */
export type Origin =
  | { readonly type: Exclude<OriginType, "dbt"> }
  | (IntegrationKey & { readonly type: "dbt"; readonly integrationId: string });

/**
 * dbt's word on a data source: what it says of the data source itself stands in the header, by provenance; what it says
 * of the columns, and what else is kept of its nodes, lies in chunks of their own.
 */
export interface DbtLayer {
  readonly integrationId: string;
  /** By what the integration knows it: `Binding.relation`. */
  readonly relation: string;
  readonly runId: string;
  readonly generation: string;
  readonly chunks: number;
  readonly takenAt: string;
}

/** What dbt says of one column, by its name in the data source's dictionary or, where that has none, in the project. */
export interface DbtColumn {
  readonly name: string;
  /** Null where it says nothing. */
  readonly description: string | null;
  readonly tagIds: readonly string[];
}

/** What lies in the chunks of dbt's layer. */
export interface DbtFacts {
  readonly node: NodeFacts;
  readonly columns: readonly DbtColumn[];
}

/** Where the audit record of a chunk of bulk work lies that tells of a data source among others. */
export interface AuditedIn {
  readonly jobId: string;
  readonly auditId: string;
}

/** The remote relation behind a data source, named as the remote names it. */
export interface RemoteRelation {
  readonly database: string;
  readonly schema: string;
  readonly table: string;
  readonly kind: RelationKind;
}

/** The header of a data source: what people state about it, and where the rest lies. */
export interface DataSource {
  readonly id: string;
  readonly name: string;
  readonly technology: KnownTechnology;
  /** Null where dbt alone tells of it. */
  readonly connectionId: string | null;
  readonly remote: RemoteRelation;
  /** Who owned the relation in the remote when it was last described; null where that is not known. */
  readonly remoteOwner: string | null;
  readonly description: LayeredText;
  readonly documentation: string;
  /** Which of its versions the documentation is: they count from 1, and 0 is none. */
  readonly documentationVersion: number;
  readonly tags: readonly AppliedTag[];
  /** Tags that dbt may not put on the data source itself. */
  readonly keptAway: readonly KeptAway[];
  readonly status: "enabled" | "disabled";
  /** Who may subscribe to it, and who may find it. */
  readonly subscription: OwnSubscription;
  /** Read from the prevent-statistics tag when it was created, and kept. */
  readonly statisticsPrevented: boolean;
  readonly dictionary: DictionaryGeneration;
  /** Null where dbt says nothing of it. */
  readonly dbt: DbtLayer | null;
  readonly origin: Origin;
  /** The newest records of bulk work that touched it: what its activity shows beside its own. */
  readonly auditedIn: readonly AuditedIn[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
  /** As which version it came back from its last deletion: what somebody asked for before that is cancelled. 0: it never was deleted. */
  readonly restoredVersion: number;
  /** When it was deleted, softly: a tombstone is in no answer, and is purged 30 days later. */
  readonly deletedAt: string | null;
}

/**
 * What is stated about one principal on a data source: a role, or that a user was taken out by hand, whom no policy
 * lets in again by itself.
 */
export interface DataSourceMember {
  readonly id: string;
  readonly dataSourceId: string;
  readonly principal: Principal;
  readonly role: DataSourceRole | "removed";
  readonly expiresAt: string | null;
  readonly addedBy: string;
  readonly addedAt: string;
}

/**
 * The groups that have roles on a data source, together: so that one read tells what a caller is by any of theirs. It
 * also counts the changes of all members, users too.
 */
export interface GroupRoles {
  readonly dataSourceId: string;
  readonly members: readonly DataSourceMember[];
  /** 0 before any member changed since the data source was made. */
  readonly version: number;
}

/** One column of the schema layer: what the remote says of it. */
export interface SchemaColumn {
  /** Stays the same when the dictionary is refreshed, so that tags and edits stay with the column. */
  readonly id: string;
  /** What the remote knows the column by within its object, where it has such a thing. */
  readonly identity?: string | undefined;
  readonly name: string;
  readonly ordinal: number;
  readonly dataType: DataType;
  readonly remoteType: string;
  readonly nullable: boolean;
  readonly comment: string;
  readonly countable: boolean;
  readonly inPrimaryKey: boolean;
  readonly unique: boolean;
}

/** A column that is not there any more. Its id waits for a column of its name, with all that hangs on it. */
export interface GoneColumn {
  readonly id: string;
  readonly name: string;
  readonly removedAt: string;
}

/** What people stated of one column; an item of its own, so that a refresh never loses it. */
export interface ColumnEdit {
  readonly dataSourceId: string;
  readonly columnId: string;
  /** A person's description, or null where the next layer shows. */
  readonly description: string | null;
  readonly tags: readonly AppliedTag[];
  /** What they took away of dbt's tags. */
  readonly withdrawn: readonly WithdrawnTag[];
  readonly updatedBy: string;
  readonly updatedAt: string;
}

/** The text that stands, and whose it is. */
export function standingText(text: LayeredText): {
  readonly value: string;
  readonly provenance: Provenance | null;
} {
  if (text.manual !== null) return { value: text.manual, provenance: "manual" };
  if (text.dbt !== null) return { value: text.dbt, provenance: "dbt" };
  if (text.schema !== null) return { value: text.schema, provenance: "schema" };
  return { value: "", provenance: null };
}

/** The remote relation of a data source. */
export const relationOf = ({ remote: { schema, table } }: Pick<DataSource, "remote">): Relation => ({
  schema,
  name: table,
});

/**
 * Where a data source's relation is one data source at most: in its connection or, without one, in its database as its
 * integration knows it. A connection leads into one database; a dbt project may name several.
 */
export function relationPlace({
  connectionId,
  origin,
  remote,
}: Pick<DataSource, "connectionId" | "origin"> & {
  readonly remote: Pick<DataSource["remote"], "database">;
}): string {
  if (connectionId !== null) return connectionId;
  if (origin.type === "dbt") return placeInIntegration(origin.integrationId, remote.database);
  throw new Error("a data source without a connection that dbt did not make");
}

/** The place of relations that an integration without a connection names in a database; empty where it names none. */
export const placeInIntegration = (integrationId: string, database: string): string =>
  database === "" ? integrationId : `${integrationId}/${database}`;
