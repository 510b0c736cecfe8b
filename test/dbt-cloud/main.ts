import { join } from "node:path";
import { parseArgs } from "node:util";
import { runFromFolder, runsIn } from "./folder-runs.ts";
import type { RunGiven } from "./model.ts";
import { type Control, DbtCloudStandIn } from "./stand-in.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    artifacts: { type: "string" },
    finished: { type: "string", multiple: true, default: [] },
    account: { type: "string", default: "1" },
    project: { type: "string", default: "10" },
    environment: { type: "string", default: "100" },
    key: { type: "string", default: process.env["STAND_IN_KEY"] ?? "stand-in-key" },
    "webhook-url": { type: "string" },
    "webhook-secret": { type: "string", default: process.env["STAND_IN_WEBHOOK_SECRET"] ?? "" },
  },
});

const { artifacts } = values;
const done = new Set<string>();

/** The named run of the folder, or the first that was not registered yet. */
function fromFolder(name: string | undefined): RunGiven {
  if (artifacts === undefined) throw new Error("--artifacts names no folder");
  const known = runsIn(artifacts);
  const chosen = name ?? known.find((each) => !done.has(each));
  if (chosen === undefined) throw new Error("every run of the folder is registered");
  if (!known.includes(chosen)) throw new Error(`no run ${chosen}: there are ${known.join(", ")}`);
  done.add(chosen);
  return runFromFolder(join(artifacts, chosen));
}

function textIn(body: unknown, name: string): string | undefined {
  const value: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === "string" ? value : undefined;
}

/** When a run finished; by default now. */
const endedAt = (time: string | undefined): Pick<RunGiven, "finishedAt"> =>
  time === undefined ? {} : { finishedAt: new Date(time) };

/**
 * `{"run": "<name>"}`, `{"target": "<folder>"}` or nothing, which is the next run of `--artifacts`; `"finishedAt"` says
 * when it finished.
 */
const control: Control = async (method, path, body) => {
  if (path !== "/stand-in/runs" || method !== "POST") return null;
  const target = textIn(body, "target");
  const given = target === undefined ? fromFolder(textIn(body, "run")) : runFromFolder(target);
  const run = standIn.finishRun({ ...given, ...endedAt(textIn(body, "finishedAt")) });
  return { runId: run.id, delivered: await standIn.deliver(run) };
};

const standIn = new DbtCloudStandIn({
  accountId: values.account,
  projectId: values.project,
  environmentId: values.environment,
  apiKey: values.key,
  port: Number(values.port),
  control,
});

const { "webhook-url": clientUrl, "webhook-secret": secret } = values;
if (clientUrl !== undefined && secret !== "") {
  const eventTypes = ["job.run.completed"];
  const given = {
    id: "wsu_configured",
    name: "Reeve",
    clientUrl,
    secret,
    eventTypes,
    jobIds: [],
    active: true,
  };
  standIn.account.subscriptions.set(given.id, given);
}
for (const finished of values.finished) {
  const [name, time] = finished.split("@");
  standIn.finishRun({ ...fromFolder(name), ...endedAt(time) });
}

const end = (): void => process.exit(0);
process.once("SIGTERM", end);
process.once("SIGINT", end);
const parent = process.ppid;
setInterval(() => {
  // Nobody passes on `kill -9`.
  if (process.ppid !== parent) end();
}, 200).unref();

process.stdout.write(`${await standIn.start()}\n`);
