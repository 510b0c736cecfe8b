import { randomBytes } from "node:crypto";
import type { Account, Call, Handler, Reply, Subscription } from "./model.ts";
import { notFound } from "./model.ts";
import { getArtifact, getRun, jobJson, listArtifacts, listRuns } from "./runs.ts";
import { randomId, sendWebhook } from "./webhooks.ts";

interface Route {
  readonly method: string;
  /** Behind `/api/<version>/accounts/<account>`. */
  readonly path: RegExp;
  readonly version: "v2" | "v3";
  readonly handle: Handler;
}

function environmentJson(account: Account, id: string): Record<string, unknown> | null {
  const environment = account.environments.get(id);
  if (environment === undefined) return null;
  return {
    id: Number(id),
    account_id: Number(account.id),
    project_id: Number(environment.projectId),
    name: environment.name,
    deployment_type: environment.deploymentType,
    type: environment.type,
    state: 1,
  };
}

const listed = (data: readonly unknown[]): Reply => ({
  status: 200,
  data,
  pagination: { count: data.length, total_count: data.length },
});

function listEnvironments({ account, ids }: Call): Reply {
  const mine = [...account.environments.values()].filter(({ projectId }) => projectId === ids[0]);
  return listed(mine.map(({ id }) => environmentJson(account, id)));
}

function getEnvironment({ account, ids }: Call): Reply {
  const [projectId = "", id = ""] = ids;
  const known = account.environments.get(id)?.projectId === projectId;
  return known ? { status: 200, data: environmentJson(account, id) } : notFound;
}

function getJob({ account, ids }: Call): Reply {
  const data = jobJson(account, ids[0] ?? "");
  return data === null ? notFound : { status: 200, data };
}

/** The secret is told once, to whoever makes it. */
const subscriptionJson = (one: Subscription, secret = false): Record<string, unknown> => ({
  id: one.id,
  name: one.name,
  client_url: one.clientUrl,
  event_types: one.eventTypes,
  job_ids: one.jobIds,
  active: one.active,
  ...(secret ? { hmac_secret: one.secret } : {}),
});

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null ? { ...body } : {};
}

const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

function subscribe({ account, body }: Call): Reply {
  const { name, client_url: clientUrl, event_types: eventTypes, job_ids: jobIds, active } = fieldsOf(body);
  if (typeof name !== "string" || typeof clientUrl !== "string" || textsOf(eventTypes).length === 0) {
    return { status: 400, data: null };
  }
  const made: Subscription = {
    id: randomId("wsu", 10),
    name,
    clientUrl,
    eventTypes: textsOf(eventTypes),
    jobIds: textsOf(jobIds),
    active: active !== false,
    secret: randomBytes(24).toString("base64url"),
  };
  account.subscriptions.set(made.id, made);
  return { status: 201, data: subscriptionJson(made, true) };
}

function getSubscription({ account, ids }: Call): Reply {
  const found = account.subscriptions.get(ids[0] ?? "");
  return found === undefined ? notFound : { status: 200, data: subscriptionJson(found) };
}

function unsubscribe({ account, ids }: Call): Reply {
  return account.subscriptions.delete(ids[0] ?? "") ? { status: 200, data: null } : notFound;
}

/** Sends a delivery whose ids are nobody's, as dbt Cloud does. */
async function testSubscription({ account, ids }: Call): Promise<Reply> {
  const found = account.subscriptions.get(ids[0] ?? "");
  if (found === undefined) return notFound;
  const run = { id: "12345", accountId: "1", projectId: "167194", environmentId: "1234", jobId: "123" };
  const { status } = await sendWebhook(found.clientUrl, { run, secret: found.secret });
  return { status: 200, data: { verification_error: null, verification_status_code: String(status) } };
}

const routes: readonly Route[] = [
  { method: "GET", version: "v3", path: /^\/projects\/(\d+)\/environments\/$/, handle: listEnvironments },
  {
    method: "GET",
    version: "v3",
    path: /^\/projects\/(\d+)\/environments\/(\d+)\/$/,
    handle: getEnvironment,
  },
  { method: "GET", version: "v2", path: /^\/jobs\/(\d+)\/$/, handle: getJob },
  { method: "GET", version: "v2", path: /^\/runs\/$/, handle: listRuns },
  { method: "GET", version: "v2", path: /^\/runs\/(\d+)\/$/, handle: getRun },
  { method: "GET", version: "v2", path: /^\/runs\/(\d+)\/artifacts\/$/, handle: listArtifacts },
  { method: "GET", version: "v2", path: /^\/runs\/(\d+)\/artifacts\/(.+)$/, handle: getArtifact },
  { method: "POST", version: "v3", path: /^\/webhooks\/subscriptions$/, handle: subscribe },
  {
    method: "GET",
    version: "v3",
    path: /^\/webhooks\/subscriptions$/,
    handle: ({ account }) => listed([...account.subscriptions.values()].map((one) => subscriptionJson(one))),
  },
  { method: "GET", version: "v3", path: /^\/webhooks\/subscription\/(\w+)$/, handle: getSubscription },
  { method: "DELETE", version: "v3", path: /^\/webhooks\/subscription\/(\w+)$/, handle: unsubscribe },
  { method: "GET", version: "v3", path: /^\/webhooks\/subscription\/(\w+)\/test$/, handle: testSubscription },
];

/** Answers a request that was let in. */
export async function answer(account: Account, method: string, url: URL, body: unknown): Promise<Reply> {
  const match = /^\/api\/(v2|v3)\/accounts\/(\d+)(\/.*)$/.exec(url.pathname);
  if (match === null || match[2] !== account.id) return notFound;
  for (const { method: expected, version, path, handle } of routes) {
    const found = method === expected && version === match[1] ? path.exec(match[3] ?? "") : null;
    if (found !== null) return handle({ account, ids: found.slice(1), query: url.searchParams, body });
  }
  return notFound;
}
