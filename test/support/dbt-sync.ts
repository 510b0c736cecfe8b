import type { RouteResult } from "#contracts/http/route.ts";
import type { Routes } from "#contracts/http/routes.ts";
import type { StepGiven } from "#test/dbt-cloud/model.ts";
import type { RunGiven } from "#test/dbt-cloud/model.ts";
import { dbtProject } from "./dbt-artifacts.ts";
import type { DbtApp, Key } from "./dbt-app.ts";
import { pathOf } from "./dbt-app.ts";
import type { DbtAdapter, DescribedNode, DescribedProject } from "./dbt-project.ts";

export type SyncJob = RouteResult<Routes["getJob"]>;
type Data = RouteResult<Routes["getDataSource"]>;

/** How a run was made. */
export interface RunOptions extends Omit<RunGiven, "steps"> {
  readonly adapter?: DbtAdapter;
  /** The command of its one step that builds; null where none did. */
  readonly which?: string | null;
  /** Whether the run's last step made documentation. */
  readonly docs?: boolean;
  /** Unique ids of what was built; everything by default. */
  readonly built?: readonly string[];
  readonly steps?: readonly StepGiven[];
}

const stepsOf = (
  project: DescribedProject,
  { adapter = "postgres", which = "build", docs = false, built }: RunOptions,
): readonly StepGiven[] => {
  const artifacts = dbtProject(project);
  const manifest = artifacts.manifest({ adapter, version: 12 });
  const statuses = Object.fromEntries((built ?? []).map((id) => [id, "success" as const]));
  const rest = built === undefined ? "success" : null;
  return [
    ...(which === null
      ? []
      : [
          {
            name: `Invoke dbt with \`dbt ${which}\``,
            artifacts: {
              "manifest.json": manifest,
              "run_results.json": artifacts.runResults({ which, statuses, rest }),
            },
          },
        ]),
    ...(docs || which === null
      ? [
          {
            name: "Invoke dbt with `dbt docs generate`",
            artifacts: {
              "manifest.json": manifest,
              ...(docs ? { "catalog.json": artifacts.catalog({ adapter }) } : {}),
              "run_results.json": artifacts.runResults({ which: "generate" }),
            },
          },
        ]
      : []),
  ];
};

/** Ends a run of a project in an integration's environment; gives its id. */
export function finishRun(
  { app, standIn }: DbtApp,
  key: Key,
  project: DescribedProject,
  options: RunOptions = {},
): string {
  const { adapter: _, which: __, docs: ___, built: ____, steps, ...given } = options;
  app.clock.advance(60_000);
  const { projectId, environmentId } = key;
  const run = standIn.finishRun({
    jobId: `9${environmentId}`,
    projectId,
    environmentId,
    finishedAt: app.clock.now(),
    ...given,
    steps: steps ?? stepsOf(project, options),
  });
  return run.id;
}

/** Asks for a sync, lets workers do it with whatever they are made of, and gives the job as it is then. */
export async function synced(
  { app, admin }: DbtApp,
  key: Key,
  body: { readonly runId?: string; readonly dryRun?: boolean } = {},
): Promise<SyncJob> {
  const asked = await app.call("POST", `${pathOf(key)}/sync`, { as: admin, body });
  if (asked.status !== 202) throw new Error(asked.text);
  await app.drain();
  return await jobNow({ app, admin }, (asked.body as SyncJob).id);
}

/** A job as the administrator sees it now. */
export const jobNow = ({ admin }: Pick<DbtApp, "app" | "admin">, jobId: string): Promise<SyncJob> =>
  admin.api.getJob({ params: { jobId } });

/** Ends a run and syncs it. */
export const ranAndSynced = async (
  dbt: DbtApp,
  key: Key,
  project: DescribedProject,
  options: RunOptions = {},
): Promise<SyncJob> => await synced(dbt, key, { runId: finishRun(dbt, key, project, options) });

/** All that an integration made or met, by table, as the administrator sees it. */
export async function catalogOf({ app, admin }: DbtApp, key: Key): Promise<Readonly<Record<string, Data>>> {
  const integration = await app.store.integration(key);
  const found: Record<string, Data> = {};
  for await (const page of app.store.bindings(integration?.id ?? "")) {
    for (const { dataSourceId, deleted } of page) {
      if (deleted) continue;
      const source = await admin.api.getDataSource({ params: { dataSourceId } });
      found[source.remote.table] = source;
    }
  }
  return found;
}

/** What the catalog says of an integration's data sources, without what is another one each time. */
export const toldOf = (sources: Readonly<Record<string, Data>>) =>
  Object.fromEntries(
    Object.entries(sources).map(([table, { name, description, tags, columnCount, status }]) => [
      table,
      { name, description, tags: tags.map((tag) => tag.name).toSorted(), columnCount, status },
    ]),
  );

/** A project of some models. */
export const modelsOf = (
  schema: string,
  models: readonly (Partial<DescribedNode> & Pick<DescribedNode, "name">)[],
  more: Partial<DescribedProject> = {},
): DescribedProject => ({ name: "shop", database: "warehouse", schema, models, ...more });
