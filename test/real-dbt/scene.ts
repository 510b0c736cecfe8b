import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll } from "vitest";
import { job } from "#contracts/resources/job.ts";
import { reportEntry } from "#contracts/resources/job-report.ts";
import { dbtRun, integration } from "#contracts/resources/dbt.ts";
import * as z from "zod";
import { dbtProgram } from "#root/scripts/dbt/environment.ts";
import { DbtProject } from "#root/scripts/dbt/project.ts";
import { startBuildWarehouse, type BuildWarehouse } from "#root/scripts/dbt/warehouse.ts";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import type { Run, StepGiven } from "#test/dbt-cloud/model.ts";
import { caller, startReeveFor, type Ask } from "#test/support/local-reeve.ts";
import { Catalog } from "./catalog.ts";

const key = "the-operator-chose-this-key-for-dbt";
const environment = "/dbt/1/10/100";

export type RunTold = z.infer<typeof dbtRun>;
export type Entry = z.infer<typeof reportEntry>;

/** How a run is made. */
export interface RunOptions {
  /** One command of dbt each, in this order; by default it builds everything, and documentation last. */
  readonly steps?: readonly (readonly string[])[];
  /** As dbt Cloud counts; by default 10, success. */
  readonly status?: number;
  /** What becomes of the artifacts on their way to dbt Cloud. */
  readonly transform?: (folder: string) => Promise<void>;
}

const everything: readonly (readonly string[])[] = [["build"], ["docs", "generate"]];

/** Real dbt over a real warehouse, a stand-in for dbt Cloud between, and Reeve as a process of its own. */
export class Scene {
  readonly project: DbtProject;
  readonly warehouse: BuildWarehouse;
  readonly cloud: DbtCloudStandIn;
  readonly ask: Ask;
  readonly catalog: Catalog;
  private readonly scratch: string;
  /** The end of what Reeve logged. */
  private readonly talk: () => string;
  private nextRun = 70_403_122_785_200;

  private constructor(
    parts: Pick<Scene, "project" | "warehouse" | "cloud" | "ask"> & { scratch: string; talk: () => string },
  ) {
    this.project = parts.project;
    this.warehouse = parts.warehouse;
    this.cloud = parts.cloud;
    this.ask = parts.ask;
    this.scratch = parts.scratch;
    this.talk = parts.talk;
    this.catalog = new Catalog(parts.ask);
  }

  /** Starts all of it; it ends with the file's tests. */
  static async begin(): Promise<Scene> {
    const program = await dbtProgram();
    const scratch = await mkdtemp(join(tmpdir(), "reeve-real-dbt-"));
    afterAll(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
    await chmod(scratch, 0o711);
    const warehouse = await startBuildWarehouse();
    afterAll(warehouse.stop);
    const project = await DbtProject.copy(program, warehouse.dbt);
    afterAll(() => project.remove());
    const cloud = new DbtCloudStandIn();
    const base = await cloud.start();
    afterAll(() => cloud.stop());
    const reeve = startReeveFor(afterAll, join(scratch, "data"), {
      REEVE_ADMIN_API_KEY: key,
      REEVE_DBT_HOSTS: base,
    });
    const ask = caller(await reeve.ready(), key);
    return new Scene({ project, warehouse, cloud, ask, scratch, talk: () => reeve.talk.slice(-3000) });
  }

  /** Makes a connection to the warehouse with the login that may only read; gives its id. */
  async connect(): Promise<string> {
    const { port, reader } = this.warehouse.warehouse;
    const body = {
      name: "warehouse",
      technology: "postgresql",
      config: { host: "127.0.0.1", port, database: this.warehouse.dbt.database, tls: "disable" },
      credentials: reader,
    };
    return z.object({ id: z.string() }).parse((await this.demand("POST", "/connections", body, 201)).body).id;
  }

  /** Integrates the stand-in's environment; Reeve makes the webhook itself. */
  async integrate(connectionId: string): Promise<void> {
    const body = {
      host: this.cloud.url,
      accountId: 1,
      projectId: 10,
      environmentId: 100,
      apiKey: this.cloud.account.apiKey,
      createWebhook: true,
      connectionId,
    };
    await this.demand("POST", "/dbt", body, 201);
  }

  async integration(): Promise<z.infer<typeof integration>> {
    return integration.parse((await this.demand("GET", environment, undefined, 200)).body);
  }

  /** Runs dbt, step by step, as dbt Cloud would; then the run is over, and word of it is sent. */
  async run({ steps = everything, status = 10, transform }: RunOptions = {}): Promise<RunTold> {
    this.nextRun += 1;
    const id = String(this.nextRun);
    const told: StepGiven[] = [];
    await this.project.startAfresh();
    for (const [at, command] of steps.entries()) {
      await this.project.forgetArtifacts();
      const variables = { DBT_ENV_CUSTOM_ENV_DBT_CLOUD_RUN_ID: id };
      const { code, output } = await this.project.run(command, variables);
      const fine = code === 0;
      if (!fine && status === 10) throw new Error(`dbt ${command.join(" ")} failed:\n${output}`);
      const folder = join(this.scratch, id, String(at + 1));
      await this.project.keepArtifacts(folder);
      await transform?.(folder);
      told.push({
        name: `Invoke dbt with \`dbt ${command.join(" ")}\``,
        status: fine ? 10 : 20,
        artifacts: folder,
      });
      if (!fine) break;
    }
    return await this.end(this.cloud.finishRun({ id, status, steps: told }));
  }

  /** Sends word of a run, and waits for what becomes of it. */
  async end(run: Run): Promise<RunTold> {
    const replies = await this.cloud.deliver(run);
    if (replies.join() !== "202") throw new Error(`the webhook was answered by ${replies.join()}`);
    return await this.outcome(run.id);
  }

  /** What the list of runs tells of one, once its job has come to something; here none may fail. */
  async outcome(runId: string): Promise<RunTold> {
    const page = z.object({ items: z.array(dbtRun) });
    for (const until = Date.now() + 60_000; Date.now() < until; await wait(50)) {
      const { items } = page.parse((await this.demand("GET", `${environment}/runs`, undefined, 200)).body);
      const found = items.find((each) => each.runId === runId);
      if (found?.outcome === "failed")
        throw new Error(`run ${runId} failed: ${found.reason}\n${this.talk()}`);
      if (found !== undefined && found.outcome !== null) return found;
    }
    throw new Error(`nothing became of run ${runId}`);
  }

  /** Waits until a job is in a state that it does not leave by itself. */
  async job(jobId: string): Promise<z.infer<typeof job>> {
    for (const until = Date.now() + 60_000; Date.now() < until; await wait(50)) {
      const found = job.parse((await this.demand("GET", `/jobs/${jobId}`, undefined, 200)).body);
      if (!["queued", "running"].includes(found.state)) return found;
    }
    throw new Error(`job ${jobId} does not end`);
  }

  async report(jobId: string | null): Promise<readonly Entry[]> {
    const { body } = await this.demand("GET", `/jobs/${jobId ?? ""}/report?limit=200`, undefined, 200);
    return z.object({ items: z.array(reportEntry) }).parse(body).items;
  }

  /** Asks Reeve, and fails by what it said where it answers otherwise than expected. */
  async demand(method: string, path: string, body: unknown, status: number) {
    const answer = await this.ask(method, path, body);
    if (answer.status === status) return answer;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
}
