import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { dbtProgram } from "./dbt/environment.ts";
import { DbtProject } from "./dbt/project.ts";
import { sampleRuns } from "./dbt/sample-runs.ts";
import { trimArtifact } from "./dbt/trim-artifacts.ts";
import { warehouseSql } from "./dbt/warehouse-sql.ts";
import { startBuildWarehouse, type BuildWarehouse } from "./dbt/warehouse.ts";

const artifacts = resolve(import.meta.dirname, "../sample/dbt-artifacts");
const steps = [["build"], ["docs", "generate"]] as const;

async function must(project: DbtProject, command: readonly string[]): Promise<void> {
  const { code, output } = await project.run(command);
  if (code !== 0) throw new Error(`dbt ${command.join(" ")} failed:\n${output}`);
}

/** Every column of every relation in the schemas that dbt made, with its type and the kind of relation. */
const shapeOf = async ({ query }: BuildWarehouse): Promise<string> =>
  JSON.stringify(
    await query(
      `select nspname, relname, relkind, attname, format_type(atttypid, atttypmod) as type, attnotnull
         from pg_class join pg_namespace n on n.oid = relnamespace join pg_attribute on attrelid = pg_class.oid
        where nspname in ('staging', 'marts', 'reference', 'history') and attnum > 0 and not attisdropped
          and relkind in ('r', 'v', 'm')
        order by nspname, relname, attname`,
    ),
  );

/** Runs plain SQL in the warehouse of nobody else, and demands that it makes what dbt made. */
async function demandSame(sql: string, built: BuildWarehouse, plain: BuildWarehouse): Promise<void> {
  await plain.query(sql);
  const [expected, found] = [await shapeOf(built), await shapeOf(plain)];
  if (expected !== found) throw new Error(`the SQL makes\n${found}\nwhere dbt made\n${expected}`);
}

async function keepSteps(project: DbtProject, folder: string, scratch: string): Promise<void> {
  for (const [at, command] of steps.entries()) {
    await project.forgetArtifacts();
    await must(project, command);
    const raw = join(scratch, String(at + 1));
    await project.keepArtifacts(raw);
    const kept = join(folder, String(at + 1));
    await mkdir(kept, { recursive: true });
    for (const name of await readdir(raw)) {
      await writeFile(join(kept, name), trimArtifact(name, await readFile(join(raw, name), "utf8")));
    }
  }
  const told = { steps: steps.map((command) => ({ name: `Invoke dbt with \`dbt ${command.join(" ")}\`` })) };
  await writeFile(join(folder, "run.json"), `${JSON.stringify(told, null, 1)}\n`);
}

/** Runs the sample's project by real dbt, run by run, and writes what `npm start` plays back without it. */
async function writeSample(scratch: string): Promise<void> {
  const program = await dbtProgram();
  const built = await startBuildWarehouse();
  const plain = await startBuildWarehouse();
  const project = await DbtProject.copy(program, built.dbt);
  try {
    await rm(artifacts, { recursive: true, force: true });
    for (const { name, change } of sampleRuns) {
      await change(project);
      // A model that is no more leaves its relation behind; the sample begins each run anew.
      await built.query("drop schema if exists staging, marts, reference, history cascade");
      const folder = join(artifacts, name);
      await keepSteps(project, folder, join(scratch, name));
      await must(project, ["compile", "--full-refresh"]);
      const sql = await warehouseSql(built, join(project.directory, "target"));
      await demandSame(sql, built, plain);
      await writeFile(join(folder, "warehouse.sql"), sql);
    }
  } finally {
    await project.remove();
    await plain.stop();
    await built.stop();
  }
}

const scratch = await mkdtemp(join(tmpdir(), "reeve-dbt-artifacts-"));
try {
  await writeSample(scratch);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
