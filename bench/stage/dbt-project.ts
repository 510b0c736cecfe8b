import type { StepArtifacts } from "#test/dbt-cloud/model.ts";
import { dbtProject } from "#test/support/dbt-artifacts.ts";
import type { DescribedColumn, DescribedNode } from "#test/support/dbt-project.ts";

/** A project as a bench has it. */
export interface BenchProject {
  readonly models: number;
  readonly columns: number;
  /** Whether the run's last step asked the warehouse what columns there are. */
  readonly docs: boolean;
  /** The first so many models say this of themselves; nothing else of them changes. */
  readonly changed?: { readonly models: number; readonly word: string };
}

export const benchDatabase = "shop";
export const benchSchema = "marts";

/** A model's table. */
export const modelName = (at: number): string => `order_lines_${String(at).padStart(6, "0")}`;

/** A column's name in every model; the first is the key. */
export const columnName = (at: number): string => (at === 0 ? "id" : `order_line_column_${at}`);

const columnsOf = (count: number): readonly DescribedColumn[] =>
  Array.from({ length: count }, (_, at) => ({
    name: columnName(at),
    type: at === 0 ? "integer" : "text",
    description: at % 2 === 0 ? "What the order line says of itself" : "",
    ...(at % 5 === 0 && { tags: ["pii"] }),
  }));

function modelOf(at: number, { columns, changed }: BenchProject): DescribedNode {
  const word = changed !== undefined && at < changed.models ? ` ${changed.word}` : "";
  return {
    name: modelName(at),
    description: `One row for each line of an order of kind ${at}, made anew each night.${word}`,
    tags: [`team_${at % 12}`, "nightly"],
    columns: columnsOf(columns),
    meta: { owner: `team-${at % 12}@shop.example` },
  };
}

const name = "bench";
const written = { adapter: "postgres", version: 12 } as const;

const bytes = (artifact: object): Uint8Array => Buffer.from(JSON.stringify(artifact));

/** The models of the project from one on to before another. */
const described = (project: BenchProject, from: number, to: number) =>
  dbtProject({
    name,
    database: benchDatabase,
    schema: benchSchema,
    models: Array.from({ length: to - from }, (_, at) => modelOf(from + at, project)),
  });

/** What a run of the project leaves, in PostgreSQL's words, as the bytes that are sent. */
export function artifactsOf(project: BenchProject): StepArtifacts {
  const whole = described(project, 0, project.models);
  return {
    "manifest.json": bytes(whole.manifest(written)),
    "run_results.json": bytes(whole.runResults({ which: "build" })),
    ...(project.docs ? { "catalog.json": bytes(whole.catalog(written)) } : {}),
  };
}

const modelsAtOnce = 500;

/** The manifest alone, in pieces, so that it is never in memory as a whole. */
export async function* manifestOf(project: BenchProject): AsyncGenerator<Uint8Array> {
  const { nodes: _, ...rest } = described(project, 0, 0).manifest(written);
  yield Buffer.from(`${JSON.stringify(rest).slice(0, -1)},"nodes":{`);
  for (let from = 0; from < project.models; from += modelsAtOnce) {
    const part = described(project, from, Math.min(from + modelsAtOnce, project.models));
    const members = JSON.stringify(part.manifest(written)["nodes"]).slice(1, -1);
    yield Buffer.from(from === 0 ? members : `,${members}`);
  }
  yield Buffer.from("}}");
}
