import type { Principal } from "#core/connections/connection.ts";

/** What names an integration: ids of dbt Cloud, in decimal. */
export interface IntegrationKey {
  readonly accountId: string;
  readonly projectId: string;
  readonly environmentId: string;
}

/** An integration's key as one text: what jobs about it name as their subject. */
export const integrationName = ({ accountId, projectId, environmentId }: IntegrationKey): string =>
  `${accountId}/${projectId}/${environmentId}`;

/** The key that such a text names; null where it names none. */
export function integrationKeyOf(name: string): IntegrationKey | null {
  const [accountId, projectId, environmentId, ...more] = name.split("/");
  if (accountId === undefined || projectId === undefined || environmentId === undefined) return null;
  return more.length > 0 ? null : { accountId, projectId, environmentId };
}

/** The run whose word stands in the catalog, in part or as a whole: an older one says nothing any more. */
export interface NewestRun {
  readonly runId: string;
  readonly finishedAt: string;
}

/** A dbt Cloud environment that is kept in step. Its syncs go one after the other: its id is their line. */
export interface Integration extends IntegrationKey {
  readonly id: string;
  /** As `DbtCloud.hostOf` gave it. */
  readonly host: string;
  /** Through which its relations are reached; without one they stand with what dbt knows. */
  readonly connectionId: string | null;
  /** Who owns what it makes, and may change it. */
  readonly owners: readonly Principal[];
  /** Globs over schemas: what lies in no such schema is left out; null takes all. */
  readonly schemas: readonly string[] | null;
  /** Whoever created it was registrar of the connection in these schemas; null is all. */
  readonly registrarSchemas: readonly string[] | null;
  /** As `printTemplate` prints it. */
  readonly nameTemplate: string;
  readonly includePackages: boolean;
  readonly includeSources: boolean;
  /** Where its key and the secrets of its webhook lie. */
  readonly secretRef: string;
  /** Whether the secret of its webhook is kept: without it no delivery is believed. */
  readonly webhookSecretSet: boolean;
  /** The subscription that Reeve itself made in dbt Cloud. */
  readonly webhookId: string | null;
  readonly state: "active" | "deleting";
  /** The job that removes it, once one does. */
  readonly removalJobId: string | null;
  readonly newest: NewestRun | null;
  /** The sync that waits for a person, where one does. */
  readonly waiting: {
    readonly jobId: string;
    readonly runId: string;
    /** Null where dbt Cloud did not say. */
    readonly finishedAt: string | null;
  } | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

/** What lies at `secretRef`. Secrets of the webhook overlap: the one before holds until its time is over. */
export interface IntegrationSecrets {
  readonly apiKey: string;
  readonly webhookSecret?: string;
  readonly previousWebhookSecret?: string;
  /** RFC 3339. */
  readonly previousWebhookSecretUntil?: string;
}
