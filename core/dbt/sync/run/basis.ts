import { nobody } from "#core/connections/connection.ts";
import type { KnownTechnology } from "#contracts/resources/remote.ts";
import { technologyContracts } from "#contracts/technologies/technology.ts";
import type { Connection } from "#core/connections/connection.ts";
import type { Integration, IntegrationKey } from "#core/dbt/integration.ts";
import { adapterTechnology, reservedSchemasOf } from "#core/dbt/sync/plan/adapter-technology.ts";
import type { SyncScope } from "#core/dbt/sync/plan/plan.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Stopped } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { ConnectionStore, SettingsStore } from "#core/ports/store.ts";
import type { Settings } from "#core/settings/settings.ts";
import { placeInIntegration } from "#core/sources/data-source.ts";
import { relationGuard } from "#core/sources/guards.ts";
import { defaultTemplate, parseTemplate, type NameTemplate } from "#core/sources/name-template.ts";

/** What a sync rests on, as long as nobody changes it. */
export interface Basis {
  readonly integration: Integration;
  /** Null where the integration has none. */
  readonly connection: Connection | null;
  readonly technology: KnownTechnology;
  readonly scope: SyncScope;
  readonly template: NameTemplate;
  readonly settings: Settings;
  /** What commits fail with once it is not so any more: then it is read anew. */
  readonly over: DomainError;
}

type BasisStore = Pick<DbtStore, "integration"> & Pick<ConnectionStore, "connection"> & SettingsStore;

/** Names the very integration that a job is about. */
export type IntegrationRef = IntegrationKey & { readonly integrationId: string };

export const stopped = (...of: ConstructorParameters<typeof DomainError>): Stopped => ({
  stopped: new DomainError(...of),
});

/** The integration that a job is about, or why there is nothing to do for it. */
export async function readActive(
  store: Pick<DbtStore, "integration">,
  ref: IntegrationRef,
): Promise<Integration | Stopped> {
  const integration = await store.integration(ref);
  if (integration === null || integration.id !== ref.integrationId) {
    return stopped("not-found", "The integration was removed.");
  }
  return integration.state === "deleting" ? stopped("integration-deleting") : integration;
}

/** Reads anew what the work rests on; where it is gone, or does not fit the run, the work stops. */
export async function readBasis(
  store: BasisStore,
  ref: IntegrationRef,
  adapter: string | null,
): Promise<Basis | Stopped> {
  const integration = await readActive(store, ref);
  if ("stopped" in integration) return integration;
  const { connectionId } = integration;
  const [view, settings] = await Promise.all([
    connectionId === null ? null : store.connection(connectionId, nobody),
    store.settings(),
  ]);
  if (connectionId !== null && (view === null || view.connection.closing)) {
    return stopped("not-found", "The integration's connection is being deleted or is gone.");
  }
  const connection = view?.connection ?? null;
  const technology = technologyIn(connection, adapter);
  if (typeof technology !== "string") return technology;
  const template = parseTemplate(integration.nameTemplate);
  return {
    integration,
    connection,
    technology,
    scope: scopeOf(integration, connection, technology),
    template: "offset" in template ? defaultTemplate : template,
    settings,
    over: new DomainError("contention", "What the work rests on was changed."),
  };
}

/** The technology of what the run names; where it does not fit the connection's, why the run is no use. */
function technologyIn(connection: Connection | null, adapter: string | null): KnownTechnology | Stopped {
  const told = adapterTechnology(adapter);
  if (connection === null) return told ?? "other";
  if (told === null || told === connection.technology) return connection.technology;
  return stopped(
    "dbt-run-unusable",
    `The run works on ${told} (dbt's adapter ${JSON.stringify(adapter)}), and the connection ` +
      `${JSON.stringify(connection.name)} leads to ${connection.technology}.`,
  );
}

const scopeOf = (
  { schemas, registrarSchemas }: Integration,
  connection: Connection | null,
  technology: KnownTechnology,
): SyncScope => ({
  schemas,
  registrarSchemas,
  isReservedSchema: reservedSchemasOf(technology),
  database:
    connection === null ? null : technologyContracts[connection.technology].databaseOf(connection.config),
});

/** Checks once more, when a chunk commits, that everything is as the basis was read. */
export const basisAtCommit = ({ integration, connection, over }: Basis): readonly Write[] => [
  { write: "require-integration", integration, owners: integration.owners, otherwise: over },
  ...(connection === null
    ? []
    : [
        {
          write: "require-connection",
          connectionId: connection.id,
          secretRef: connection.secretRef,
          otherwise: over,
        } as const,
      ]),
];

/** The guard of a relation in the place that the integration's relations have. */
export const guardIn = (
  { integration, connection }: Pick<Basis, "integration" | "connection">,
  of: { readonly database: string | null; readonly schema: string; readonly table: string },
) => relationGuard(connection?.id ?? placeInIntegration(integration.id, of.database ?? ""), of);
