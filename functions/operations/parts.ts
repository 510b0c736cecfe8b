import type { AccessTokens } from "#core/ports/access-tokens.ts";
import type { CatalogIndex } from "#core/ports/catalog-index.ts";
import type { CatalogMaintenance } from "#core/ports/catalog-segments.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { DbtCloud } from "#core/ports/dbt-cloud.ts";
import type { DbtSnapshots } from "#core/ports/dbt-snapshots.ts";
import type { JobMessages } from "#core/ports/job-messages.ts";
import type { KeyHasher } from "#core/ports/keys.ts";
import type { KeyStores } from "#core/ports/key-store.ts";
import type { LdapDirectory } from "#core/ports/ldap-directory.ts";
import type { Log } from "#core/ports/log.ts";
import type { OidcIssuers } from "#core/ports/oidc-issuers.ts";
import type { RemoteGateway, RemoteSessions } from "#core/ports/remote.ts";
import type { Seals } from "#core/ports/seals.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { Signatures } from "#core/ports/signatures.ts";
import type { Store } from "#core/ports/store.ts";
import type { TableFacts } from "#core/ports/table-facts.ts";
import type { Timers } from "#core/ports/timers.ts";

/** What every composition provides. */
export interface BackgroundParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** What every composition provides that knows its callers. */
export interface CommonParts extends BackgroundParts {
  readonly keys: KeyHasher;
  readonly tokens: AccessTokens;
  readonly cursors: Cursors;
  readonly seals: Seals;
}

/** For what sends jobs on their way. */
export interface QueueParts {
  readonly messages: JobMessages;
}

/** For what writes credentials. */
export interface SecretParts {
  readonly secrets: SecretStore;
}

/** For what asks the issuers of tokens, and lets people sign in there. */
export interface IssuerParts {
  readonly issuers: OidcIssuers;
}

/** For what asks dbt Cloud. */
export interface DbtCloudParts {
  readonly cloud: DbtCloud;
}

/** For what is proven by a signature. */
export interface SignatureParts {
  readonly signatures: Signatures;
}

/** For what asks remote databases within a request. */
export interface RemoteParts {
  readonly remote: RemoteGateway;
}

/** For what lists data sources. */
export interface IndexParts {
  readonly index: CatalogIndex;
}

/** For workers. */
export interface WorkerParts {
  readonly ldap: LdapDirectory;
  readonly sessions: RemoteSessions;
  readonly keyStores: KeyStores;
  readonly facts: TableFacts;
  readonly maintenance: CatalogMaintenance;
  readonly index: Pick<CatalogIndex, "membersOf">;
  readonly timers: Timers;
  readonly snapshots: DbtSnapshots;
  readonly statementTimeoutMs: number;
  /** How many data sources bulk work or a sync deals with in one transaction, where it is fewer than fit. */
  readonly madeAtOnce?: number | undefined;
}
