import { once } from "node:events";
import { createServer, type Server } from "node:net";
import type { Server as HttpServer } from "node:http";
import { parseDbtHosts, type ListedHosts } from "#adapters/dbt-cloud/hosts.ts";
import { processLog } from "#adapters/observability/observability.ts";
import { intervalTimers } from "#adapters/timers/interval-timers.ts";
import type { LocalEnvironment } from "#contracts/local-environment.ts";
import { quarterMs } from "#core/identity/ldap/cron.ts";
import { administratorKey, installAdministrator } from "./administrator.ts";
import { patiently, type Closing } from "./closing.ts";
import { compose } from "./composition.ts";
import { openDataDirectory, randomText, type DataDirectory } from "./data-directory.ts";
import { startLocalTable, type LocalTable } from "./dynamodb/local-table.ts";
import { demandJava } from "./dynamodb/start-dynamodb.ts";
import { startGuardian } from "./processes/guardian.ts";
import { keepSample, prepareSample, type SampleDeps } from "./sample/sample.ts";
import { startSchedule } from "./scheduler/scheduler.ts";
import { startHttpServer } from "./server/http-server.ts";
import { StartError } from "./start-error.ts";

const sweepEveryMs = 60_000;
/** What has begun in a night is not begun again: a machine that was off then makes up for it soon after its start. */
const nightlyEveryMs = 30 * 60_000;
const compactEveryMs = 15 * 60_000;
/** A machine that was off makes up for it soon after its start; where an hour has not ended, it looks and goes. */
const exportEveryMs = 10 * 60_000;
/** No webhook of dbt Cloud's reaches a machine behind a firewall: what it would have told is found soon all the same. */
const askForRunsEveryMs = 60_000;
/** How long a request or a job may go on once the end has begun; a job is taken up again by the next start. */
const lastMomentsMs = 2000;

/**
 * Starts Reeve on one machine, and returns when it can answer. The sample comes about behind it. `fail` is
 * told what goes wrong for good later on.
 */
export async function run(
  environment: LocalEnvironment,
  closing: Closing,
  say: (line: string) => void,
  fail: (error: unknown) => void,
): Promise<void> {
  await demandJava().catch((error: unknown) => {
    throw error instanceof Error ? new StartError(error.message) : error;
  });
  const directory = await openDataDirectory(environment.REEVE_DATA_DIR);
  closing.on("directory", directory.unlock);
  await demandPort(environment.PORT);
  const guardian = startGuardian();
  closing.on("directory", () => guardian.release());
  const sample: SampleDeps = { directory, guardian, closing, log: processLog };
  const [table, prepared] = await Promise.all([
    openTable(sample),
    environment.REEVE_SAMPLE ? prepareSample(sample) : null,
  ]);
  void table.ended.then(() => fail(new StartError("DynamoDB Local has ended, and the table with it")));
  const dbtHosts = hostsWith(environment.REEVE_DBT_HOSTS, prepared?.standIn.url);
  const reeve = await openReeve({ directory, table, dbtHosts }, closing);
  const { key, notice } = await administratorKey(directory, environment.REEVE_ADMIN_API_KEY);
  await installAdministrator(reeve.parts, directory, key);
  const url = await openDoor(environment.PORT, reeve.functions, closing);
  if (notice !== "") say(notice);
  say(`ready ${url}`);
  if (prepared !== null) void keepSample(sample, { url, key }, prepared, say);
}

/** The listed hosts, and the sample's stand-in for dbt Cloud where there is one. */
function hostsWith(listed: string, standIn: string | undefined): ListedHosts {
  const own = parseDbtHosts(listed);
  return standIn === undefined ? own : new Map([...parseDbtHosts(standIn), ...own]);
}

async function openTable({ directory, guardian, closing }: SampleDeps): Promise<LocalTable> {
  const table = await startLocalTable(directory, guardian);
  closing.on("table", table.stop);
  return table;
}

/** What it is opened with. */
interface OpenReeve {
  readonly directory: DataDirectory;
  readonly table: LocalTable;
  readonly dbtHosts: ListedHosts;
}

/** Composes it, and takes up what an earlier run left: whoever worked then is dead, and their jobs go on. */
async function openReeve({ directory, table, dbtHosts }: OpenReeve, closing: Closing) {
  const { text: rootSecret } = await directory.kept("root-secret", () => randomText(32, "base64url"));
  const reeve = compose({
    table,
    secretsDirectory: directory.at("secrets"),
    segmentsDirectory: directory.at("segments"),
    exportsDirectory: directory.at("exports"),
    rootSecret,
    dbtHosts,
  });
  closing.on("work", () => patiently(reeve.stopWorkers(), lastMomentsMs));
  await reeve.sweep(true).catch((error: unknown) => {
    processLog.error("the first sweep failed; the next one repairs", { error });
  });
  const schedules = [
    { name: "sweep", everyMs: sweepEveryMs, task: () => reeve.sweep() },
    { name: "nightly", everyMs: nightlyEveryMs, task: () => reeve.nightly() },
    { name: "compaction", everyMs: compactEveryMs, task: () => reeve.compact() },
    { name: "export of the audit", everyMs: exportEveryMs, task: () => reeve.exportAudit() },
    { name: "directories", everyMs: quarterMs, task: () => reeve.identitySyncs() },
    { name: "dbt runs", everyMs: askForRunsEveryMs, task: () => reeve.dbtRuns() },
  ];
  for (const schedule of schedules) {
    const stop = startSchedule(schedule, intervalTimers, processLog);
    closing.on("work", () => patiently(stop(), lastMomentsMs));
  }
  return reeve;
}

async function openDoor(
  port: number,
  functions: Parameters<typeof startHttpServer>[1],
  closing: Closing,
): Promise<string> {
  const { url, server } = await startHttpServer(port, functions, processLog).catch((error: unknown) => {
    throw portError(port, error);
  });
  closing.on("intake", () => closeDoor(server));
  return url;
}

/** Takes no more requests, and lets those that are there come to their end. */
async function closeDoor(server: HttpServer): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  await patiently(closed, lastMomentsMs);
  server.closeAllConnections();
}

/** Looks before anything is started; the door is opened last. */
async function demandPort(port: number): Promise<void> {
  const server: Server = createServer();
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    throw portError(port, error);
  }
  server.close();
  await once(server, "close");
}

function portError(port: number, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return new StartError(`PORT ${port} is taken by another program: end it, or set PORT to another one`);
  }
  if (code === "EACCES") return new StartError(`PORT ${port} may not be used: set PORT to one above 1023`);
  return error;
}
