import type { AccessRequest, RequestPlace } from "#core/access-requests/access-request.ts";
import type { AuditRecord } from "#core/audit/audit-record.ts";
import type { AuditExport } from "#core/audit/export/audit-export.ts";
import type { Connection, ConnectionMember, Principal } from "#core/connections/connection.ts";
import type { Tombstone } from "#core/deletion/tombstone.ts";
import type { Binding } from "#core/dbt/binding.ts";
import type { Integration, IntegrationKey } from "#core/dbt/integration.ts";
import type { DeliveryRecord, RunRecord } from "#core/dbt/run-record.ts";
import type { DocumentationVersion } from "#core/documentation/documentation-version.ts";
import type { DomainError } from "#core/errors/domain-error.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import type { ReportPart } from "#core/jobs/job-report.ts";
import type { Measurement } from "#core/health/measurement.ts";
import type { Job } from "#core/jobs/job.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import type { Administrators } from "#core/people/administrators.ts";
import type { Invitation } from "#core/people/invitations/invitation.ts";
import type { KeyRing } from "#core/people/keys/key-ring.ts";
import type { Group, GroupMember } from "#core/people/group.ts";
import type { PrincipalWord } from "#core/people/principal-directory.ts";
import type { ApiKey, User, UserPlace } from "#core/people/user.ts";
import type { UserFacts } from "#core/people/user-facts.ts";
import type { CatalogDelta } from "#core/ports/catalog-index.ts";
import type { Policy } from "#core/policies/policy.ts";
import type { SavedQuery, SavedQueryNames } from "#core/queries/saved-query.ts";
import type { Settings } from "#core/settings/settings.ts";
import type {
  ColumnEdit,
  DataSource,
  DataSourceMember,
  DictionaryGeneration,
  DictionaryLayer,
  GroupRoles,
} from "#core/sources/data-source.ts";
import type { TagRecord } from "#core/tags/tag.ts";
import type { Thread, ThreadPlace } from "#core/threads/thread.ts";

/** Every record that the store keeps by itself, by kind. */
export interface Records {
  readonly administrators: Administrators;
  readonly "access-request": AccessRequest;
  readonly "access-request-place": RequestPlace;
  readonly "api-key": ApiKey;
  readonly "audit-export": AuditExport;
  readonly "column-edit": ColumnEdit;
  readonly connection: Connection;
  readonly "connection-member": ConnectionMember;
  readonly "data-source": DataSource;
  readonly "data-source-health": DataSourceHealth;
  readonly "data-source-member": DataSourceMember;
  readonly "dbt-binding": Binding;
  readonly "dbt-delivery": DeliveryRecord;
  readonly "dbt-run": RunRecord;
  readonly "documentation-version": DocumentationVersion;
  readonly group: Group;
  readonly "group-member": GroupMember;
  readonly "group-roles": GroupRoles;
  readonly "identity-provider": IdentityProvider;
  readonly integration: Integration;
  readonly invitation: Invitation;
  readonly "key-ring": KeyRing;
  readonly measurement: Measurement;
  readonly policy: Policy;
  readonly "principal-word": PrincipalWord;
  readonly "saved-query": SavedQuery;
  readonly "saved-query-names": SavedQueryNames;
  readonly settings: Settings;
  readonly tag: TagRecord;
  readonly thread: Thread;
  readonly "thread-place": ThreadPlace;
  readonly tombstone: Tombstone;
  readonly user: User;
  readonly "user-facts": UserFacts;
  readonly "user-place": UserPlace;
}
export type RecordKind = keyof Records;

/** Kinds whose records carry a `version`: one that a replace must meet. */
export type VersionedKind =
  | "administrators"
  | "access-request"
  | "connection"
  | "data-source"
  | "data-source-health"
  | "group"
  | "group-roles"
  | "identity-provider"
  | "integration"
  | "key-ring"
  | "policy"
  | "saved-query"
  | "saved-query-names"
  | "settings"
  | "tag"
  | "thread"
  | "user"
  | "user-facts";

/** A name or a place that only one record may hold. Names ignore case after NFC; relations are exact. */
export type Guard =
  | { readonly guard: "connection-name"; readonly name: string }
  | { readonly guard: "data-source-name"; readonly name: string }
  | { readonly guard: "tag-name"; readonly name: string }
  | { readonly guard: "group-name"; readonly name: string }
  /** An issuer of tokens: exact. */
  | { readonly guard: "issuer"; readonly issuer: string }
  /** That somebody has asked for access to a data source, and nobody has decided: they ask once. */
  | { readonly guard: "access-request"; readonly dataSourceId: string; readonly requester: Principal }
  /** Who somebody is at an issuer: exact, never an e-mail address. */
  | { readonly guard: "identity"; readonly issuer: string; readonly subject: string }
  /** Who somebody is inside remote databases of a technology: exact. */
  | { readonly guard: "external-username"; readonly technology: string; readonly name: string }
  | {
      readonly guard: "relation";
      /** A connection's id or, where there is none, an integration's. */
      readonly place: string;
      readonly schema: string;
      readonly table: string;
    };

type OfKind<K extends RecordKind, T extends object> = {
  [P in K]: { readonly kind: P; readonly record: Records[P] } & T;
}[K];

/**
 * One step of a change. A commit takes all of its writes or none; the first write whose condition does
 * not hold decides the error (`otherwise`).
 */
export type Write =
  /** Stores a record that must not exist yet. */
  | ({ readonly write: "create"; readonly otherwise?: DomainError } & OfKind<RecordKind, object>)
  /** Stores a record over the one that still has `expected` as its version (settings: 0 means never stored). */
  | ({ readonly write: "replace"; readonly expected: number; readonly otherwise: DomainError } & OfKind<
      VersionedKind,
      object
    >)
  /** Stores a record whatever was there. */
  | ({ readonly write: "put" } & OfKind<RecordKind, object>)
  /** Removes a record; with `otherwise` it must be there (and, for a versioned kind, at its version). */
  | ({ readonly write: "remove"; readonly otherwise?: DomainError } & OfKind<RecordKind, object>)
  /** Demands that a record is still there, a versioned one unchanged, when the change commits: a right that it rests on. */
  | ({ readonly write: "require"; readonly otherwise: DomainError } & OfKind<
      | "connection-member"
      | "data-source"
      | "group-roles"
      | "identity-provider"
      | "key-ring"
      | "user"
      | "user-facts",
      object
    >)
  /** Demands that a user or group is there when the change commits: whoever is given something. */
  | {
      readonly write: "require-principal";
      readonly principal: Principal;
      readonly otherwise: DomainError;
    }
  /**
   * Tells that somebody ceases to be among those who can act for what they own, or that something loses an owner. Nobody
   * else may have since then: who looks for another owner, and finds one, must not lose that one unseen.
   */
  | { readonly write: "owner-leaves"; readonly expected: number; readonly otherwise: DomainError }
  /** Demands that groups, identity providers and global policies are as they were when the directory was read. */
  | { readonly write: "require-directory"; readonly version: number; readonly otherwise: DomainError }
  /** Demands that a connection still exists, and is not closing, when the change commits. */
  | {
      readonly write: "require-connection";
      readonly connectionId: string;
      /** With these credentials still, and so the same host and database. */
      readonly secretRef?: string;
      /** Not changed since: where what is done rests on a role of a group, which the connection keeps. */
      readonly version?: number | undefined;
      readonly otherwise: DomainError;
    }
  /** Demands that an integration still is the one of this id and is not being deleted, when the change commits. */
  | {
      readonly write: "require-integration";
      readonly integration: IntegrationKey & { readonly id: string };
      /** With these owners still: they own what is made. */
      readonly owners?: readonly Principal[];
      readonly otherwise: DomainError;
    }
  /** Says that dbt's facts do not stand in the catalog as the last run put them there: the next one looks again. */
  | {
      readonly write: "dbt-changed";
      readonly integrationId: string;
      readonly relation: string;
      readonly otherwise: DomainError;
    }
  /**
   * Says when a provider, still at the version at which it was read, was synced. It is no change of the provider's: a
   * `replace` leaves it as it is, and no version that somebody has seen goes by.
   */
  | {
      readonly write: "provider-synced";
      readonly provider: Pick<IdentityProvider, "id" | "version">;
      readonly syncedAt: string;
      readonly otherwise: DomainError;
    }
  /**
   * Tells that tags change. With `expected` nothing else may have changed since that version of the tree; with
   * `deletes`, whoever is just putting tags on something tries again.
   */
  | {
      readonly write: "tag-tree";
      readonly expected?: number;
      /** No tag has begun to be deleted since then. */
      readonly undeleted?: number;
      readonly deletes?: true;
      readonly otherwise: DomainError;
    }
  /** Tells that groups, identity providers, global policies or what combines them change: whoever keeps the directory reads it anew. */
  | {
      readonly write: "directory-changed";
      /** Nothing of it may have changed since that version. */
      readonly expected?: number;
      readonly otherwise?: DomainError;
    }
  /** Demands that no tag has begun to be deleted since the tree was read. */
  | { readonly write: "require-tags"; readonly deletions: number; readonly otherwise: DomainError }
  /** Takes a guard for a record; somebody else holding it fails. */
  | {
      readonly write: "claim";
      readonly guard: Guard;
      readonly owner: string;
      readonly otherwise: DomainError;
    }
  /** Frees a guard that `owner` holds. */
  | { readonly write: "release"; readonly guard: Guard; readonly owner: string }
  /** Stores a new job with its place in its line; `otherwise` where one of its id may be there already. */
  | { readonly write: "enqueue"; readonly job: Job; readonly otherwise?: DomainError }
  /** Demands that this attempt still holds the job: fences what a worker writes. */
  | { readonly write: "fence"; readonly job: Job; readonly otherwise: DomainError }
  /** Stores how far a job is, if this attempt still holds it and nobody has asked it to stop. */
  | { readonly write: "checkpoint"; readonly job: Job; readonly otherwise: DomainError }
  /** Adds to what a job reports, for good: one part for each kind and number. */
  | { readonly write: "report"; readonly part: ReportPart }
  /** Demands that a job still is in the state, under the fence and at the place at which it was read. */
  | { readonly write: "require-job"; readonly job: Job; readonly otherwise: DomainError }
  /**
   * Moves a job from `before` to `after`, if it is still in `before`'s state with `before`'s fence and admission.
   * The store keeps line and slot in step: what comes to wait stands in line, what stops waiting leaves
   * the line, and a slot that `after` no longer names is free. Only what differs is written.
   */
  | {
      readonly write: "transition";
      readonly before: Job;
      readonly after: Job;
      readonly otherwise: DomainError;
    }
  /** Leaves a generation to the sweep, of which the header in the same change says that it is not its own any more. */
  | {
      readonly write: "retire-generation";
      readonly dataSourceId: string;
      /** Whose word it is: the schema layer's or dbt's. */
      readonly layer: DictionaryLayer;
      readonly dictionary: Pick<DictionaryGeneration, "generation" | "chunks">;
      readonly retiredAt: string;
    }
  /** Tells the search index what changed. */
  | { readonly write: "delta"; readonly delta: CatalogDelta }
  /** Records who did it. */
  | { readonly write: "audit"; readonly record: AuditRecord };

/** A reply that is kept so that the same request, sent again, is answered without being done again. */
export interface KeptReply {
  readonly userId: string;
  /** The `Idempotency-Key` header as it came. */
  readonly key: string;
  /** Hash of operation, path and body: the same key with another hash is `idempotency-key-reused`. */
  readonly requestHash: string;
  readonly status: number;
  /** JSON of the reply's body; never holds a secret. */
  readonly body: string;
  readonly createdAt: string;
}

/** Thrown by a commit whose idempotency key was used meanwhile: the caller answers with the kept reply. */
export class ReplayError extends Error {
  readonly kept: KeptReply;

  constructor(kept: KeptReply) {
    super("this request was done already");
    this.name = "ReplayError";
    this.kept = kept;
  }
}
