import { createHmac, randomBytes } from "node:crypto";

export type WebhookEvent = "job.run.started" | "job.run.completed" | "job.run.errored";

/** The run that a delivery tells of; a registered one will do. */
export interface RunTold {
  readonly id: string;
  readonly accountId: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly jobId?: string;
  /** 10 success, 20 error, 30 cancelled; by default 10. */
  readonly status?: number;
  readonly finishedAt?: Date | null;
}

/** A delivery to be. */
export interface DeliveryGiven {
  readonly run: RunTold;
  readonly secret: string;
  readonly eventType?: WebhookEvent;
  /** Real deliveries have the one, the documentation has the other. */
  readonly spelling?: "webhookId" | "webhooksID";
  readonly webhookId?: string;
  /** In place of what is there; undefined takes a field away. */
  readonly overrides?: Readonly<Record<string, unknown>> & {
    readonly data?: Readonly<Record<string, unknown>>;
  };
}

/** A delivery as it goes over the wire. */
export interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly eventId: string;
}

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** As dbt Cloud's ids of events and subscriptions look. */
export const randomId = (prefix: "wev" | "wsu", length: number): string =>
  `${prefix}_${[...randomBytes(length)].map((byte) => digits.charAt(byte % digits.length)).join("")}`;

const words: ReadonlyMap<number, string> = new Map([
  [1, "Queued"],
  [2, "Starting"],
  [3, "Running"],
  [10, "Success"],
  [20, "Errored"],
  [30, "Cancelled"],
]);

/** With nanoseconds, as dbt Cloud writes the time of an event. */
const nanoseconds = (at: Date): string => at.toISOString().replace("Z", "843678Z");

const seconds = (at: Date): string => at.toISOString().replace(/\.\d{3}Z$/, "Z");

function dataOf(run: RunTold, eventType: WebhookEvent, at: Date): Record<string, unknown> {
  const code = eventType === "job.run.started" ? 3 : (run.status ?? 10);
  const ended = seconds(run.finishedAt ?? at);
  return {
    jobId: run.jobId ?? "1000",
    jobName: "Daily build",
    runId: run.id,
    environmentId: run.environmentId,
    environmentName: "Production",
    dbtVersion: "1.10.0",
    projectName: "Warehouse",
    projectId: run.projectId,
    runStatus: words.get(code) ?? "Unknown",
    runStatusCode: code,
    runStatusMessage: "None",
    runReason: "scheduled",
    runStartedAt: seconds(new Date(Date.parse(ended) - 60_000)),
    ...(eventType === "job.run.completed" ? { runFinishedAt: ended } : {}),
    ...(eventType === "job.run.errored" ? { runErroredAt: ended } : {}),
  };
}

/** The signature of a delivery: HMAC-SHA256 of its bytes, in hexadecimal. */
const signatureOf = (body: string, secret: string): string =>
  createHmac("sha256", secret).update(body).digest("hex");

/** A delivery as dbt Cloud sends it: the account's id is a number, all others are text. */
export function signedDelivery(given: DeliveryGiven): SignedDelivery {
  const { run, secret, eventType = "job.run.completed", spelling = "webhookId", overrides = {} } = given;
  const at = new Date();
  const eventId = randomId("wev", 27);
  const { data, ...top } = overrides;
  const payload = {
    accountId: Number(run.accountId),
    [spelling]: given.webhookId ?? "wsu_12345abcde",
    eventId,
    timestamp: nanoseconds(at),
    eventType,
    webhookName: "Reeve",
    data: { ...dataOf(run, eventType, at), ...data },
    ...top,
  };
  const body = JSON.stringify(payload);
  return {
    headers: {
      "content-type": "application/json",
      "user-agent": "dbt-cloud",
      authorization: signatureOf(body, secret),
    },
    body,
    eventId,
  };
}

/** Sends a delivery, and gives what came of it; like dbt Cloud it waits for ten seconds. */
export async function sendWebhook(
  url: string,
  given: DeliveryGiven,
): Promise<{ readonly status: number; readonly body: string; readonly delivery: SignedDelivery }> {
  const delivery = signedDelivery(given);
  const reply = await fetch(url, {
    method: "POST",
    headers: delivery.headers,
    body: delivery.body,
    redirect: "manual",
    signal: AbortSignal.timeout(10_000),
  });
  return { status: reply.status, body: await reply.text(), delivery };
}
