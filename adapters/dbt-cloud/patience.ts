import type { Clock } from "#core/ports/clock.ts";
import type { DbtCloudError, Patience } from "#core/ports/dbt-cloud.ts";

/** What an attempt that failed came to. */
export interface Failed {
  readonly error: DbtCloudError;
  /** Whether it may go better: never, some time, or after so many milliseconds. */
  readonly again: "never" | "some-time" | { readonly afterMs: number };
}

/** What an attempt came to. */
export type Attempt<T> = { readonly value: T } | Failed;

/** Time and chance, so that tests decide both. */
export interface Pacing {
  readonly clock: Clock;
  /** Comes back after so many milliseconds, or fails once the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** From 0 to less than 1. */
  readonly random: () => number;
}

/** A second try of what a person waits for. */
const soonMs = 300;
/** The first wait is random up to this, each later one up to twice as much as the one before. */
const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
/** So that neither chance nor a server can make waiting into none. */
const shortestWaitMs = 100;

/** Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
function backOff(tries: number, random: () => number): number {
  return Math.max(shortestWaitMs, random() * Math.min(longestWaitMs, firstWaitMs * 2 ** tries));
}

/** How long to wait before the next try; null where there is none. */
function pause(
  again: Failed["again"],
  tries: number,
  { until }: Patience,
  { clock, random }: Pacing,
): number | null {
  if (again === "never") return null;
  if (until === null) {
    return again === "some-time" && tries === 0 ? soonMs + random() * soonMs : null;
  }
  const ms = again === "some-time" ? backOff(tries, random) : Math.max(shortestWaitMs, again.afterMs);
  return clock.now().getTime() + ms < until.getTime() ? ms : null;
}

/**
 * Tries until it works, will never work, or the time is up: then throws what failed last, at once rather than after a
 * wait that would end too late. An aborted signal throws its reason.
 */
export async function patiently<T>(
  attempt: () => Promise<Attempt<T>>,
  patience: Patience,
  pacing: Pacing,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    patience.signal.throwIfAborted();
    const came = await attempt();
    if ("value" in came) return came.value;
    patience.signal.throwIfAborted();
    const ms = pause(came.again, tries, patience, pacing);
    if (ms === null) throw came.error;
    try {
      await pacing.wait(ms, patience.signal);
    } catch (error) {
      patience.signal.throwIfAborted();
      throw error;
    }
  }
}
