import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { writeDurably } from "#adapters/secrets/durable-file.ts";
import { randomText, readKept, type DataDirectory } from "../../data-directory.ts";
import { endChild } from "../../processes/end-process.ts";
import { freePort } from "../../processes/free-port.ts";
import type { Guardian } from "../../processes/guardian.ts";
import { artifactsFolder, sampleEnvironment } from "./dbt-plan.ts";
import { finishedRuns, printRun } from "./finished-runs.ts";

const program = fileURLToPath(new URL("../../../test/dbt-cloud/main.ts", import.meta.url));
const portFile = "sample-dbt-port";
const keyFile = "sample-dbt-key";
const webhookSecretFile = "sample-dbt-webhook-secret";

/** Where the stand-in for dbt Cloud answers, and what opens it. */
export interface StandIn {
  readonly url: string;
  readonly apiKey: string;
  /** The key of its webhook's signatures. */
  readonly webhookSecret: string;
}

const secret = (): string => randomText(24, "base64url");

/**
 * The address at which the sample's stand-in answers, or will: Reeve must be told before it runs. It stays, because an
 * integration's host does not change.
 */
export async function standInAt(directory: Pick<DataDirectory, "at" | "kept">): Promise<StandIn> {
  const kept = Number((await readKept(directory.at(portFile))) ?? "");
  const port = kept > 0 ? kept : await freePort();
  return {
    url: `http://127.0.0.1:${port}`,
    apiKey: (await directory.kept(keyFile, secret)).text,
    webhookSecret: (await directory.kept(webhookSecretFile, secret)).text,
  };
}

/** The same where it ran before; null where it did not. */
export async function keptStandIn(at: DataDirectory["at"]): Promise<StandIn | null> {
  const [port, apiKey, webhookSecret] = await Promise.all(
    [portFile, keyFile, webhookSecretFile].map((name) => readKept(at(name))),
  );
  if (!port || !apiKey || !webhookSecret) return null;
  return { url: `http://127.0.0.1:${port}`, apiKey, webhookSecret };
}

/** What a stand-in needs to run. */
export interface StandInDeps {
  readonly directory: DataDirectory;
  readonly guardian: Guardian;
  /** Reeve's own API. */
  readonly reeve: string;
}

/** Starts the stand-in with the runs that it had; fails where its port is taken. Gives what ends it. */
export async function startStandIn(
  { directory, guardian, reeve }: StandInDeps,
  { url, apiKey, webhookSecret }: StandIn,
): Promise<() => Promise<void>> {
  const { port } = new URL(url);
  const { accountId, projectId, environmentId } = sampleEnvironment;
  const runs = await finishedRuns(directory);
  const webhook = `${reeve}/dbt/${accountId}/${projectId}/${environmentId}/webhook`;
  const options = {
    port,
    artifacts: artifactsFolder,
    account: accountId,
    project: projectId,
    environment: environmentId,
    "webhook-url": webhook,
  };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const finished = runs.flatMap((run) => ["--finished", printRun(run)]);
  const child = spawn(process.execPath, [program, ...words, ...finished], {
    // Whoever lists processes sees what they were called with, but not their environment.
    env: { PATH: process.env["PATH"], STAND_IN_KEY: apiKey, STAND_IN_WEBHOOK_SECRET: webhookSecret },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  child.on("error", () => {});
  guardian.guard(child, "TERM");
  await answering(child);
  await writeDurably(directory.at(portFile), `${port}\n`);
  return () => endChild(child, "SIGTERM");
}

/** Its first line is its address. */
async function answering(child: ChildProcess): Promise<void> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2000)));
  const failed = once(child, "exit").then(() => {
    throw new Error(`the stand-in for dbt Cloud did not start: ${said.trim()}`);
  });
  if (child.stdout !== null) await Promise.race([once(child.stdout, "data"), failed]);
  child.stdout?.resume();
}
