import { systemActor } from "#core/audit/record.ts";
import { integrationName, type Integration } from "#core/dbt/integration.ts";
import type { Job } from "#core/jobs/job.ts";
import { newJob, type Asked } from "#core/jobs/new-job.ts";
import type { Ids } from "#core/ports/clock.ts";

/** Work on an integration stands in its own line, which runs one job at a time. */
const about = (integration: Integration) => {
  const name = integrationName(integration);
  const { id, accountId, projectId, environmentId } = integration;
  return {
    line: id,
    subject: { type: "integration", id: name, name } as const,
    ref: { accountId, projectId, environmentId, integrationId: id },
  };
};

/** Who asks where no person does. */
export const askedBySystem = (at: Date, correlationId: string): Asked => ({
  by: systemActor,
  at,
  correlationId,
});

/** Brings the catalog in step with a run; without one, with the newest that is finished. */
export function syncJob(
  ids: Ids,
  asked: Asked,
  integration: Integration,
  sync: { readonly runId: string | null; readonly dryRun: boolean },
): Job {
  const { ref, ...of } = about(integration);
  return newJob(ids, asked, { ...of, type: "dbt-sync", input: { ...ref, ...sync }, total: 0 });
}

/** Removes an integration and every data source that it made. */
export function removalJob(ids: Ids, asked: Asked, integration: Integration): Job {
  const { ref, ...of } = about(integration);
  return newJob(ids, asked, { ...of, type: "dbt-removal", input: ref, total: 0 });
}
