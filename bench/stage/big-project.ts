import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { dbtProject, type DbtArtifacts } from "#test/support/dbt-artifacts.ts";
import type { DescribedColumn, DescribedNode } from "#test/support/dbt-project.ts";

/** The files of a run's artifacts. */
export interface BigArtifacts {
  readonly manifest: string;
  readonly catalog: string;
  readonly runResults: string;
  /** In bytes, of the manifest. */
  readonly size: number;
}

const perPart = 500;
const columnsOfModel = 13;
const testsOfModel = 3;
const adapter = "snowflake";
const version = 12;

const columnsOf = (model: number): readonly DescribedColumn[] =>
  Array.from({ length: columnsOfModel }, (_, at) => ({
    name: `${["customer", "order", "amount", "region"][at % 4]}_${at}_of_${model % 37}`,
    type: at % 3 === 0 ? "integer" : "text",
    description: at % 2 === 0 ? `What field ${at} means to whoever reads the reports.` : "",
    ...(at % 5 === 0 && { tags: ["pii"] }),
  }));

const modelOf = (at: number): DescribedNode => ({
  name: `model_${at}`,
  schema: `area_${at % 40}`,
  description: `What model ${at} is for, in a sentence or two. It is made anew each night.`,
  tags: [`team_${at % 12}`, "nightly"],
  columns: columnsOf(at),
  dependsOn: at === 0 ? [] : [`model.big.model_${Math.floor(at / 2)}`],
  meta: { owner: `team-${at % 12}@shop.example` },
});

/** SQL of more than a kilobyte, with the line ends and quotes that make JSON long. */
const sqlOf = (at: number): string =>
  Array.from(
    { length: 18 },
    (_, line) => `    coalesce(source."column_${line}", 'none of ${at}') as column_${line},\n`,
  ).join("");

const testOf = (model: number, at: number) => ({
  database: "warehouse",
  schema: "dbt_test__audit",
  name: `not_null_model_${model}_${at}`,
  resource_type: "test",
  package_name: "big",
  unique_id: `test.big.not_null_model_${model}_${at}.${model}`,
  config: { enabled: true, severity: "ERROR", store_failures: null, where: null, tags: [] },
  raw_code: "{{ test_not_null(**_dbt_generic_test_kwargs) }}",
  depends_on: { macros: ["macro.dbt.test_not_null"], nodes: [`model.big.model_${model}`] },
  test_metadata: { name: "not_null", kwargs: { column_name: `column_${at}`, model: `ref(${model})` } },
  tags: [],
  columns: {},
  refs: [{ name: `model_${model}`, package: null, version: null }],
});

type Members = Readonly<Record<string, unknown>>;

/** The nodes of a part of the project, with SQL and tests as they are in real ones. */
function nodesOf(part: DbtArtifacts, from: number): Members {
  const { nodes } = part.manifest({ adapter, version }) as { readonly nodes: Record<string, object> };
  const models = Object.entries(nodes).filter(([id]) => id.startsWith("model."));
  const members: Record<string, unknown> = {};
  for (const [at, [id, node]] of models.entries()) {
    members[id] = { ...node, raw_code: sqlOf(from + at), compiled_code: sqlOf(from + at) };
    for (let n = 0; n < testsOfModel; n += 1) {
      const test = testOf(from + at, n);
      members[test.unique_id] = test;
    }
  }
  return members;
}

const macros = Object.fromEntries(
  Array.from({ length: 750 }, (_, at) => [
    `macro.dbt.macro_${at}`,
    { name: `macro_${at}`, macro_sql: sqlOf(at).slice(0, 1300), depends_on: { macros: [] } },
  ]),
);

/** Members or items of many parts as the text of one object or list. */
function* joined(open: string, parts: Iterable<string>, close: string): Generator<string> {
  yield open;
  let first = true;
  for (const part of parts) {
    const inner = part.slice(1, -1);
    if (inner === "") continue;
    yield first ? inner : `,${inner}`;
    first = false;
  }
  yield close;
}

/** A project of so many models, in parts, so that it is never in memory as a whole. */
function* parts(models: number): Generator<readonly [part: DbtArtifacts, from: number]> {
  for (let from = 0; from < models; from += perPart) {
    const length = Math.min(perPart, models - from);
    const described = Array.from({ length }, (_, at) => modelOf(from + at));
    yield [dbtProject({ name: "big", database: "warehouse", models: described }), from];
  }
}

function* each(models: number, of: (part: DbtArtifacts, from: number) => unknown): Generator<string> {
  for (const [part, from] of parts(models)) yield JSON.stringify(of(part, from));
}

const whole = dbtProject({ name: "big" });
const metadata = (artifact: Members): string => `{"metadata":${JSON.stringify(artifact["metadata"])}`;

function* manifestOf(models: number): Generator<string> {
  yield metadata(whole.manifest({ adapter, version }));
  yield* joined(',"nodes":{', each(models, nodesOf), "}");
  yield `,"sources":{},"macros":${JSON.stringify(macros)},"docs":{},"disabled":{}`;
  const parents = (part: DbtArtifacts) => part.manifest({ adapter, version })["parent_map"];
  yield* joined(',"parent_map":{', each(models, parents), "}}");
}

function* catalogOf(models: number): Generator<string> {
  yield metadata(whole.catalog({ adapter }));
  yield* joined(
    ',"nodes":{',
    each(models, (part) => part.catalog({ adapter })["nodes"]),
    "}",
  );
  yield ',"sources":{},"errors":null}';
}

function* runResultsOf(models: number): Generator<string> {
  yield metadata(whole.runResults({ which: "build" }));
  yield* joined(
    ',"results":[',
    each(models, (part) => part.runResults({ which: "build" })["results"]),
    "]",
  );
  yield ',"args":{"which":"build"}}';
}

/** Writes the artifacts of a project of so many models, shaped like real ones: some eight kilobytes a model. */
export async function writeBigProject(directory: string, models: number): Promise<BigArtifacts> {
  const write = async (name: string, text: Iterable<string>): Promise<string> => {
    const file = join(directory, name);
    await pipeline(Readable.from(text), createWriteStream(file));
    return file;
  };
  const manifest = await write("manifest.json", manifestOf(models));
  return {
    manifest,
    catalog: await write("catalog.json", catalogOf(models)),
    runResults: await write("run_results.json", runResultsOf(models)),
    size: (await stat(manifest)).size,
  };
}
