import { integrationOfSecret } from "#core/dbt/integrations/integration-secrets.ts";
import { jobRetentionDays } from "#core/jobs/job.ts";
import { bindingText, generationText, type Census } from "./census.ts";
import { finding, type Finding } from "./finding.ts";

const jobRetentionMs = jobRetentionDays * 86_400_000;

/** dbt's layer on a data source is there wholly, and rests on a binding that knows whose it is. */
function* layers(census: Census): Iterable<Finding> {
  for (const [id, { dbt, deletedAt }] of census.dataSources) {
    if (dbt === null) continue;
    const { generation, chunks } = dbt;
    const count = census.dbtChunks.get(generationText({ dataSourceId: id, generation })) ?? 0;
    if (count !== chunks) {
      yield finding("dictionary-is-whole", id, `${count} of ${chunks} chunks of dbt's layer are there`);
    }
    const binding = census.bindings.get(bindingText(dbt));
    // What is deleted may lose its binding to another data source, or with its integration.
    if (deletedAt === null && binding?.dataSourceId !== id) {
      yield finding("dbt-layer-has-its-binding", id, `its relation ${dbt.relation} is not bound to it`);
    }
  }
}

/** A binding's integration and data source are there; of that it knows whether it is deleted. */
function* bindings(census: Census): Iterable<Finding> {
  for (const [text, { integrationId, dataSourceId, deleted, owned }] of census.bindings) {
    if (!census.integrations.has(integrationId)) {
      yield finding("dbt-layer-has-its-binding", text, `its integration ${integrationId} is gone`);
    }
    const source = census.dataSources.get(dataSourceId);
    if (source === undefined) {
      yield finding("dbt-layer-has-its-binding", text, `its data source ${dataSourceId} is gone`);
    } else if (source.dbt === null || bindingText(source.dbt) !== text) {
      yield finding("dbt-layer-has-its-binding", text, `its data source ${dataSourceId} has no such layer`);
    } else if (deleted !== (source.deletedAt !== null)) {
      yield finding("dbt-layer-has-its-binding", text, `it does not know whether ${dataSourceId} is deleted`);
    } else if (!deleted && owned !== (source.madeBy === integrationId)) {
      yield finding("dbt-layer-has-its-binding", text, `it does not know who made ${dataSourceId}`);
    }
  }
}

type Counted = Census["integrations"] extends Map<string, infer I> ? I : never;

/** What is wrong with what an integration refers to, in words. */
function* faultsOf(census: Census, id: string, integration: Counted): Iterable<string> {
  const { secretRef, connectionId, owners } = integration;
  if (integrationOfSecret(secretRef) !== id) yield `its secrets lie under ${secretRef}`;
  if (owners.length === 0) yield "it has no owner";
  if (connectionId !== null && !census.connections.has(connectionId)) {
    yield `its connection ${connectionId} is gone`;
  }
}

/** What is wrong with the jobs that it waits for. */
function* jobFaultsOf(census: Census, id: string, integration: Counted, now: Date): Iterable<string> {
  const { state, removalJobId, waiting, updatedAt } = integration;
  if ((state === "deleting") !== (removalJobId !== null)) yield `it is ${state}, and its removal is not`;
  // A removal that failed long ago has expired; the next DELETE makes another one.
  const removal = now.getTime() - Date.parse(updatedAt) > jobRetentionMs ? null : removalJobId;
  for (const jobId of [removal, waiting?.jobId ?? null]) {
    if (jobId !== null && census.jobs.get(jobId)?.line !== id) yield `its job ${jobId} is gone`;
  }
}

/** Integrations name what is there. */
function* integrations(census: Census, now: Date): Iterable<Finding> {
  for (const [id, integration] of census.integrations) {
    const faults = [...faultsOf(census, id, integration), ...jobFaultsOf(census, id, integration, now)];
    for (const fault of faults) yield finding("integration-stands", id, fault);
  }
}

/** Layers of dbt's and bindings belong together, and integrations name what is there. */
export function* dbtInvariants(census: Census, now: Date): Iterable<Finding> {
  yield* integrations(census, now);
  yield* layers(census);
  yield* bindings(census);
}
