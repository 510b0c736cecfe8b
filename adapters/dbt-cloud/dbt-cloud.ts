import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "#core/ports/clock.ts";
import {
  type DbtCloud,
  type DbtCloudAccess,
  DbtCloudError,
  type DbtEnvironment,
  type DbtRun,
  type DbtWebhook,
  type Patience,
} from "#core/ports/dbt-cloud.ts";
import { type Asking, type AskingBounds, ask, askJson } from "./ask.ts";
import { bytesOf } from "./body.ts";
import { hostOf, type ListedHosts } from "./hosts.ts";
import {
  accountEnvironmentsPath,
  artifactPath,
  artifactsPath,
  environmentPath,
  environmentsPath,
  jobPath,
  runPath,
  runsPath,
  webhookPath,
  webhooksPath,
} from "./paths.ts";
import type { Pacing } from "./patience.ts";
import { type Resolve, systemResolve } from "../network/public-addresses.ts";
import { environmentOf, jobTypeOf, pathsOf, rowsOf, runOf, totalOf, webhookOf } from "./replies.ts";

const usual: AskingBounds = {
  connectMs: 5_000,
  replyMs: 8_000,
  patientReplyMs: 30_000,
  idleMs: 30_000,
  jsonBytes: 8 * 1024 * 1024,
  artifactBytes: 1024 * 1024 * 1024,
};

/** What the adapter is made of; all but the first two are for tests. */
export interface DbtCloudOptions {
  /** As `parseDbtHosts` gave them. */
  readonly listed: ListedHosts;
  readonly clock: Clock;
  readonly wait?: Pacing["wait"];
  readonly random?: Pacing["random"];
  readonly resolve?: Resolve;
  readonly bounds?: Partial<AskingBounds>;
}

const get = (access: DbtCloudAccess, path: string) => ({ access, path, method: "GET" }) as const;

/** The job's type, which some replies keep for the job alone; null where the job is gone. */
async function withJobType(
  asking: Asking,
  access: DbtCloudAccess,
  run: DbtRun,
  patience: Patience,
): Promise<DbtRun> {
  if (run.jobType !== null || run.jobId === null) return run;
  const reply = await askJson(asking, get(access, jobPath(access, run.jobId)), patience);
  return { ...run, jobType: reply === null ? null : jobTypeOf(reply.data) };
}

async function oneRun(
  asking: Asking,
  access: DbtCloudAccess,
  runId: string,
  patience: Patience,
): Promise<DbtRun | null> {
  const reply = await askJson(asking, get(access, runPath(access, runId)), patience);
  if (reply === null) return null;
  const run = runOf(reply.data);
  if (run?.id !== runId) throw new DbtCloudError("bad-reply", `${access.host} told of no run ${runId}`);
  return withJobType(asking, access, run, patience);
}

const finished: ReadonlySet<string> = new Set(["success", "error", "cancelled"]);

/**
 * What a query asked for is looked at again: a filter that the other side does not know must do no harm. What a run does
 * not tell speaks for it.
 */
const isOf = (run: DbtRun, of: { readonly projectId: string; readonly environmentId: string }): boolean =>
  (run.projectId ?? of.projectId) === of.projectId &&
  (run.environmentId ?? of.environmentId) === of.environmentId;

async function* finishedRuns(
  asking: Asking,
  access: DbtCloudAccess,
  of: { readonly projectId: string; readonly environmentId: string },
  patience: Patience,
): AsyncGenerator<DbtRun> {
  // A run that finishes meanwhile moves the others on by one: each is given once.
  const seen = new Set<string>();
  for (let offset = 0; ;) {
    const reply = await askJson(asking, get(access, runsPath(access, of, offset)), patience);
    if (reply === null) return;
    const page = rowsOf(reply);
    const fresh = page.flatMap((row) => {
      const run = runOf(row);
      return run === null || seen.has(run.id) ? [] : [run];
    });
    for (const run of fresh) {
      seen.add(run.id);
      if (isOf(run, of) && finished.has(run.status)) yield run;
    }
    offset += page.length;
    // A page without news comes from a side that knows no offsets.
    if (fresh.length === 0 || offset >= (totalOf(reply) ?? Number.POSITIVE_INFINITY)) return;
  }
}

/**
 * An environment by itself or, where the other side knows no such route, from the list of its project's, which is the
 * documented one, or else from the older list of the account's.
 */
async function oneEnvironment(
  asking: Asking,
  access: DbtCloudAccess,
  of: { readonly projectId: string; readonly environmentId: string },
  patience: Patience,
): Promise<DbtEnvironment | null> {
  const reply = await askJson(asking, get(access, environmentPath(access, of)), patience);
  const isItself = reply !== null && !Array.isArray(reply.data);
  const told = isItself
    ? environmentOf(reply.data)
    : ((await listedEnvironment(asking, access, of, environmentsPath, patience)) ??
      ofProject(await listedEnvironment(asking, access, of, accountEnvironmentsPath, patience)));
  if (told === null && !isItself) return null;
  if (told?.id !== of.environmentId) {
    throw new DbtCloudError("bad-reply", `${access.host} told of no environment ${of.environmentId}`);
  }
  const projectId = told.projectId ?? of.projectId;
  return projectId === of.projectId ? { ...told, projectId } : null;
}

/** In a list of all projects' one that does not say which it is of may be of any. */
const ofProject = (found: ReturnType<typeof environmentOf>): typeof found =>
  found?.projectId === null ? null : found;

async function listedEnvironment(
  asking: Asking,
  access: DbtCloudAccess,
  of: { readonly projectId: string; readonly environmentId: string },
  pathOf: typeof environmentsPath,
  patience: Patience,
): Promise<ReturnType<typeof environmentOf>> {
  const seen = new Set<string>();
  for (let offset = 0; ;) {
    const reply = await askJson(asking, get(access, pathOf(access, of, offset)), patience);
    if (reply === null) return null;
    const page = rowsOf(reply).flatMap((row) => environmentOf(row) ?? []);
    const found = page.find(({ id }) => id === of.environmentId);
    if (found !== undefined) return found;
    const before = seen.size;
    for (const { id } of page) seen.add(id);
    offset += page.length;
    // A page without news is the last one, or comes from a side that knows no offsets.
    if (seen.size === before || offset >= (totalOf(reply) ?? Number.POSITIVE_INFINITY)) return null;
  }
}

/** A page to log in at, say, where a file in JSON should be. */
const isWebPage = (path: string, { headers }: IncomingMessage): boolean =>
  path.endsWith(".json") && /^text\/html\b/i.test(headers["content-type"] ?? "");

function artifact(
  asking: Asking,
  access: DbtCloudAccess,
  of: { readonly runId: string; readonly path: string; readonly step?: number | undefined },
  patience: Patience,
): Promise<AsyncIterable<Uint8Array> | null> {
  const request = { ...get(access, artifactPath(access, of)), accept: "*/*" };
  return ask<AsyncIterable<Uint8Array> | null>(asking, request, patience, async (response) => {
    if (response.statusCode === 404) {
      response.destroy();
      return { value: null };
    }
    if (response.statusCode !== 200 || isWebPage(of.path, response)) {
      response.destroy();
      const error = new DbtCloudError("bad-reply", `${access.host} sent no artifact ${of.path}`);
      return { error, again: "never" };
    }
    const { bounds, pacing } = asking;
    const left = (): number =>
      patience.until === null
        ? bounds.idleMs
        : Math.min(bounds.idleMs, patience.until.getTime() - pacing.clock.now().getTime());
    return {
      value: bytesOf(response, {
        what: `${of.path} of run ${of.runId}`,
        maxBytes: bounds.artifactBytes,
        patienceMs: left,
        signal: patience.signal,
      }),
    };
  });
}

async function createWebhook(
  asking: Asking,
  access: DbtCloudAccess,
  { name, url }: { readonly name: string; readonly url: string },
  patience: Patience,
): Promise<DbtWebhook> {
  // No jobs named: all of the account's, those to come among them. Which environment it was is told by each delivery.
  const wish = { event_types: ["job.run.completed"], client_url: url, name, active: true, job_ids: [] };
  const body = JSON.stringify(wish);
  const reply = await askJson(asking, { access, path: webhooksPath(access), method: "POST", body }, patience);
  const made = webhookOf(reply?.data);
  if (made === null) throw new DbtCloudError("bad-reply", `${access.host} made no webhook`);
  return made;
}

/** Nothing of a reply to a deletion is read but its status. */
async function deleteWebhook(
  asking: Asking,
  access: DbtCloudAccess,
  webhookId: string,
  patience: Patience,
): Promise<void> {
  const request = {
    access,
    path: webhookPath(access, webhookId),
    method: "DELETE",
    accept: "application/json",
  } as const;
  await ask(asking, request, patience, async (response) => {
    response.destroy();
    return { value: null };
  });
}

/** dbt Cloud's Admin API over HTTPS. See the port for what each method promises. */
export function dbtCloud({ listed, clock, wait, random, resolve, bounds }: DbtCloudOptions): DbtCloud {
  const asking: Asking = {
    listed,
    resolve: resolve ?? systemResolve,
    pacing: {
      clock,
      wait: wait ?? ((ms, signal) => sleep(ms, undefined, { signal })),
      random: random ?? Math.random,
    },
    bounds: { ...usual, ...bounds },
  };
  return {
    hostOf: (given) => hostOf(given, listed),
    environment: async (access, of, patience) => oneEnvironment(asking, access, of, patience),
    run: (access, runId, patience) => oneRun(asking, access, runId, patience),
    finishedRuns: (access, of, patience) => finishedRuns(asking, access, of, patience),
    async artifacts(access, runId, patience) {
      const reply = await askJson(asking, get(access, artifactsPath(access, runId)), patience);
      return reply === null ? [] : pathsOf(reply);
    },
    artifact: async (access, of, patience) => artifact(asking, access, of, patience),
    createWebhook: (access, of, patience) => createWebhook(asking, access, of, patience),
    deleteWebhook: (access, webhookId, patience) => deleteWebhook(asking, access, webhookId, patience),
  };
}
