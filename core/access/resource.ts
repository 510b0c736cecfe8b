import type { DataSourceRole } from "#contracts/resources/data-source.ts";
import type { ConnectionMember } from "#core/connections/connection.ts";
import type { User } from "#core/people/user.ts";
import type { ApproverKind } from "#core/subscriptions/subscription-policy.ts";

/** What a decision is about, with the facts that it needs. */
export type Resource =
  | {
      readonly type: "deployment";
      /** Whether the user owns anything on which others are given roles, where that counts. */
      readonly owns?: boolean;
    }
  | {
      readonly type: "connection";
      readonly memberships: readonly Pick<ConnectionMember, "role" | "schemas">[];
      /** That no owner of it can act, where it was looked at. */
      readonly ownerless?: boolean;
    }
  | {
      readonly type: "data-source";
      readonly role: DataSourceRole | null;
      readonly status: "enabled" | "disabled";
      /** Whether everybody may know of it; by default nobody but who has a role. */
      readonly discoverable?: boolean;
    }
  | {
      /** One that can be restored. */
      readonly type: "deleted-data-source";
      readonly role: DataSourceRole | null;
    }
  | {
      /** Somebody. It is decided before they are looked for: a refusal tells nobody whether they are there. */
      readonly type: "user";
      readonly id: string;
    }
  | {
      /** One on which no owner can act: all are disabled, or gone from the groups that own it. */
      readonly type: "ownerless-data-source";
    }
  | {
      /** The audit records about a data source. */
      readonly type: "activity";
      readonly dataSource: Resource;
    }
  | {
      /** What somebody said about a data source: a thread, or a reply in one. */
      readonly type: "thread";
      readonly author: string;
      readonly dataSource: Resource;
    }
  | {
      /** That somebody asked for access to a data source. */
      readonly type: "access-request";
      readonly requestedBy: string;
      /** Whether it is for a group that the user is in. */
      readonly ofOwnGroup: boolean;
      /** Whose approval it takes. */
      readonly required: readonly ApproverKind[];
      readonly dataSource: Extract<Resource, { readonly type: "data-source" }>;
    }
  | {
      /** A dbt Cloud environment that is kept in step. */
      readonly type: "integration";
      /** Whether the user, or a group of theirs, is among its owners. */
      readonly owns: boolean;
    }
  | {
      readonly type: "policy";
      /** What it is about where that is one data source; null for a global one. */
      readonly dataSource: Resource | null;
      /** Whether it decides about a data source that the user owns. */
      readonly bindsOwn: boolean;
    }
  | {
      readonly type: "job";
      /** Who asked for it, where that alone gives them a right to it; null where it does not. */
      readonly createdBy: string | null;
      /** What the job is about, or null where that is gone. */
      readonly subject: Resource | null;
    };

/** The deployment as a whole, for actions that are about nothing smaller. */
export const deployment: Resource = { type: "deployment" };

/** What of a user decides; their roles are in the resource. */
export type Decider = Pick<User, "id" | "permissions" | "disabled">;
