import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { bytesOf, sent } from "./artifacts.ts";
import { type FaultRule, isCarriedOut, misbehave, type Whole } from "./faults.ts";
import type { Account, Environment, Job, Reply, Run, RunGiven } from "./model.ts";
import { answer } from "./routes.ts";
import { runFrom } from "./runs.ts";
import { sendWebhook } from "./webhooks.ts";

/** A request as it came; never its key. */
export interface Logged {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly authorized: boolean;
  readonly headers: IncomingMessage["headers"];
}

/** Answers requests outside of the API; what it answers is sent as JSON. */
export type Control = (method: string, path: string, body: unknown) => Promise<object | null>;

export interface StandInOptions {
  readonly accountId?: string;
  readonly projectId?: string;
  readonly environmentId?: string;
  readonly apiKey?: string;
  readonly port?: number;
  readonly now?: () => Date;
  readonly control?: Control;
  /** PEM of a certificate for 127.0.0.1: with it the stand-in speaks TLS alone. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  if (text === "") return null;
  try {
    const body: unknown = JSON.parse(text);
    return body;
  } catch {
    return null;
  }
}

const jsonOf = (reply: Extract<Reply, { status: number }>): Buffer =>
  Buffer.from(
    JSON.stringify({
      status: {
        code: reply.status,
        is_success: reply.status < 400,
        user_message: reply.status < 400 ? "Success!" : "The request could not be completed.",
        developer_message: "",
      },
      data: reply.data,
      extra:
        reply.pagination === undefined ? {} : { pagination: reply.pagination, filters: {}, order_by: null },
    }),
  );

const typeOf = (path: string): string =>
  path.endsWith(".json") ? "application/json" : "application/octet-stream";

const wholeOf = (reply: Reply): Whole =>
  "artifact" in reply
    ? { status: 200, type: typeOf(reply.path), body: bytesOf(reply.artifact) }
    : { status: reply.status, type: "application/json", body: jsonOf(reply) };

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  if (!("artifact" in reply)) {
    const { status, type, body } = wholeOf(reply);
    response.writeHead(status, { "content-type": type, "content-length": body.byteLength }).end(body);
    return;
  }
  const { length, body } = sent(reply.artifact);
  response.writeHead(200, { "content-type": typeOf(reply.path), "content-length": length });
  if (body instanceof Readable) await pipeline(body, response);
  else response.end(body);
}

/**
 * One account of dbt Cloud, over real HTTP on loopback, with one production environment and its job. A stand-in:
 * dbt Cloud itself runs nowhere but at its vendor's. Only what the Admin API documents, and what may go wrong with it.
 */
export class DbtCloudStandIn {
  readonly account: Account;
  readonly log: Logged[] = [];
  private readonly faults: FaultRule[] = [];
  private readonly server: Server;
  private readonly scheme: "http" | "https";
  private readonly port: number;
  private readonly control: Control | undefined;
  private nextRun = 70_403_122_785_100;

  constructor(options: StandInOptions = {}) {
    const { accountId = "1", projectId = "10", environmentId = "100" } = options;
    this.account = {
      id: accountId,
      apiKey: options.apiKey ?? "stand-in-key",
      forbids: false,
      environments: new Map(),
      jobs: new Map(),
      runs: new Map(),
      subscriptions: new Map(),
      honoursFilters: true,
      tellsJobs: true,
      now: options.now ?? (() => new Date()),
    };
    this.port = options.port ?? 0;
    this.control = options.control;
    this.addEnvironment({ id: environmentId, projectId });
    this.addJob({ id: "1000", projectId, environmentId });
    const listen = (request: IncomingMessage, response: ServerResponse): void =>
      void this.serve(request, response);
    const { tls } = options;
    this.scheme = tls === undefined ? "http" : "https";
    this.server = tls === undefined ? createServer(listen) : createSecureServer(tls, listen);
  }

  /** Listens; gives the base URL. */
  async start(): Promise<string> {
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
    return this.url;
  }

  get url(): string {
    return `${this.scheme}://${this.host}`;
  }

  /** As `REEVE_DBT_HOSTS` lists it, without the scheme. */
  get host(): string {
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("not started");
    return `127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  /** How many connections are open. */
  connections(): Promise<number> {
    return new Promise((done, fail) => {
      this.server.getConnections((error, count) => (error === null ? done(count) : fail(error)));
    });
  }

  addEnvironment(given: Partial<Environment> & Pick<Environment, "id" | "projectId">): void {
    const usual = { name: "Production", deploymentType: "production", type: "deployment" };
    this.account.environments.set(given.id, { ...usual, ...given });
  }

  addJob(given: Partial<Job> & Pick<Job, "id" | "projectId" | "environmentId">): void {
    this.account.jobs.set(given.id, { name: "Daily build", jobType: "scheduled", ...given });
  }

  /** Registers a run, by default a successful one that finished now; the account's ids have fourteen digits. */
  finishRun(given: RunGiven = {}): Run {
    this.nextRun += 1;
    const run = runFrom(this.account, given.id ?? String(this.nextRun), given);
    this.account.runs.set(run.id, run);
    return run;
  }

  /** Tells every subscription that wants to know that a run is complete; gives the replies' status codes. */
  async deliver(run: Run): Promise<readonly number[]> {
    const wanted = [...this.account.subscriptions.values()].filter(
      ({ active, eventTypes, jobIds }) =>
        active &&
        eventTypes.includes("job.run.completed") &&
        (jobIds.length === 0 || jobIds.includes(run.jobId)),
    );
    const sent = wanted.map(({ clientUrl, secret, id }) =>
      sendWebhook(clientUrl, { run, secret, webhookId: id }),
    );
    return (await Promise.all(sent)).map(({ status }) => status);
  }

  /** From now on a fault meets the requests of its rule, the first rule that fits. */
  fault(rule: FaultRule): void {
    this.faults.push(rule);
  }

  /** Ends all faults and forgets the log. */
  heal(): void {
    this.faults.length = 0;
    this.log.length = 0;
  }

  private authorized({ headers }: IncomingMessage): boolean {
    const [, key] = /^(?:Token|Bearer) (.+)$/.exec(headers.authorization ?? "") ?? [];
    return key === this.account.apiKey;
  }

  private faultFor(method: string, path: string): FaultRule | undefined {
    const rule = this.faults.find(
      (each) => (each.method ?? method) === method && each.path.test(path) && (each.times ?? 1) > 0,
    );
    if (rule?.times !== undefined) rule.times -= 1;
    return rule;
  }

  private async reply(request: IncomingMessage, authorized: boolean, body: unknown): Promise<Reply> {
    if (!authorized) return { status: this.account.forbids ? 403 : 401, data: null };
    const { method = "GET", url = "/" } = request;
    const found = await answer(this.account, method, new URL(url, this.url), body);
    const controlled =
      "status" in found && found.status === 404 ? await this.control?.(method, url, body) : null;
    return controlled === null || controlled === undefined ? found : { status: 200, data: controlled };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    const authorized = this.authorized(request);
    const { authorization: _key, ...told } = headers;
    this.log.push({ method, path: url, authorized, headers: told });
    try {
      const fault = this.faultFor(method, url)?.fault;
      const body = await readBody(request);
      const reply: Reply =
        fault === undefined || isCarriedOut(fault)
          ? await this.reply(request, authorized, body)
          : { status: 200, data: null };
      await (fault === undefined ? send(response, reply) : misbehave(response, fault, wholeOf(reply)));
    } catch (error) {
      // Whoever asked went away, or the stand-in was asked for what it cannot do.
      const message = error instanceof Error ? error.message : "failed";
      if (!response.headersSent) await send(response, { status: 500, data: { message } });
      else response.destroy();
    }
  }
}
