/** What a webhook's body says, as far as anything is made of it. Nothing of it is believed but which run to ask about. */
export interface Told {
  readonly eventId: string | null;
  readonly eventType: string;
  readonly accountId: string | null;
  readonly environmentId: string | null;
  readonly runId: string | null;
}

const nothing: Told = { eventId: null, eventType: "", accountId: null, environmentId: null, runId: null };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Ids come as numbers or as text; what is neither, or no id, is none. */
function idOf(value: unknown): string | null {
  if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? String(value) : null;
  return typeof value === "string" && /^[1-9]\d{0,18}$/.test(value) ? value : null;
}

const textOf = (value: unknown, most: number): string | null =>
  typeof value === "string" && value.length > 0 && value.length <= most ? value : null;

/**
 * Reads a body as tolerantly as it can be: what dbt Cloud sends has changed over the years
 * (https://docs.getdbt.com/docs/deploy/webhooks), fields come and go, and its test deliveries have invented values.
 */
export function toldBy(bytes: Uint8Array): Told {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return nothing;
  }
  if (!isObject(body)) return nothing;
  const data = isObject(body["data"]) ? body["data"] : {};
  return {
    eventId: textOf(body["eventId"], 200),
    eventType: textOf(body["eventType"], 100) ?? "",
    accountId: idOf(body["accountId"]),
    environmentId: idOf(data["environmentId"]),
    runId: idOf(data["runId"]),
  };
}

/** A failed run is told twice, as errored and as completed: either may be the one that arrives. */
const ends: readonly string[] = ["job.run.completed", "job.run.errored"];

/** What a delivery is about. */
export type Verdict = "no-run" | "other-account" | "not-a-completed-run" | "other-environment" | "run";

/** Whether a delivery tells of a run of this environment that has come to its end, or why it does not. */
export function verdictOn(
  { eventType, accountId, environmentId, runId }: Told,
  of: { readonly accountId: string; readonly environmentId: string },
): Verdict {
  if (accountId !== null && accountId !== of.accountId) return "other-account";
  if (runId === null) return "no-run";
  if (!ends.includes(eventType)) return "not-a-completed-run";
  if (environmentId !== null && environmentId !== of.environmentId) return "other-environment";
  return "run";
}
