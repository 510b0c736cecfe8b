import { bindingText, generationText, type Census } from "./census.ts";
import { finding, type Finding } from "./finding.ts";

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
  for (const [text, { integrationId, dataSourceId, deleted }] of census.bindings) {
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
    }
  }
}

/** Layers of dbt's and bindings belong together. */
export function* dbtInvariants(census: Census): Iterable<Finding> {
  yield* layers(census);
  yield* bindings(census);
}
