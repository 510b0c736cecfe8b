import type { IncomingMessage } from "node:http";
import { DbtCloudError } from "#core/ports/dbt-cloud.ts";
import type { NoReply } from "../network/exchange.ts";
import type { Failed } from "./patience.ts";
import { addressRefused } from "../network/public-addresses.ts";

/**
 * How long a rate limit holds that does not say so itself:
 * https://docs.getdbt.com/docs/dbt-apis/rate-limits (a cool-down of five minutes).
 */
const coolDownMs = 300_000;

/** What is said of a request that nobody answered. `again`: whether it does no harm to make it twice. */
export function unanswered(error: NoReply, host: string, again: boolean): Failed {
  if (error.code === addressRefused) {
    const message = `${host} lies at an address that is not public, and is not listed`;
    return { error: new DbtCloudError("unreachable", message), again: "never" };
  }
  return {
    error: new DbtCloudError("unreachable", `could not reach ${host} (${error.code})`),
    again: again || !error.sent ? "some-time" : "never",
  };
}

/** How long a server wants to be left alone, in milliseconds; null where it does not say. */
function retryAfterMs(response: IncomingMessage, now: Date): number | null {
  const given = response.headers["retry-after"]?.trim() ?? "";
  if (/^\d{1,9}$/.test(given)) return Number(given) * 1_000;
  const at = Date.parse(given);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

const keyRefusals: ReadonlySet<number> = new Set([401, 403]);

const isAnswer = (status: number): boolean => (status >= 200 && status < 300) || status === 404;

/** 408 and what failed on the other side may pass. */
const mayPass = (status: number): boolean => status === 408 || (status >= 500 && status < 600);

function whyBad(status: number): string {
  if (status >= 300 && status < 400) return "redirects, which is not followed";
  return mayPass(status) ? "failed" : "does not answer as dbt Cloud does";
}

/**
 * What a reply comes to that is neither a success nor a 404; null for those. Nothing that it holds is repeated.
 * `again`: whether it does no harm to ask the same twice.
 */
export function refusal(response: IncomingMessage, host: string, again: boolean, now: Date): Failed | null {
  const status = response.statusCode ?? 0;
  if (isAnswer(status)) return null;
  if (keyRefusals.has(status)) {
    const error = new DbtCloudError("key-refused", `${host} refused the API key (${status})`);
    return { error, again: "never" };
  }
  const afterMs = retryAfterMs(response, now);
  if (status === 429) {
    const error = new DbtCloudError("rate-limited", `${host} takes no more requests for now (429)`);
    return { error, again: { afterMs: afterMs ?? coolDownMs } };
  }
  const error = new DbtCloudError("bad-reply", `${host} ${whyBad(status)} (${status})`);
  if (!again || !mayPass(status)) return { error, again: "never" };
  return { error, again: afterMs === null ? "some-time" : { afterMs } };
}
