import * as fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DbtCloudError } from "#core/ports/dbt-cloud.ts";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { all, clientOf, failure, impatient, secretKey } from "./dbt-cloud-client.ts";

const ours = { projectId: "10", environmentId: "100" };
const standIn = new DbtCloudStandIn({ apiKey: secretKey });

beforeAll(() => standIn.start());
afterAll(() => standIn.stop());
afterEach(() => standIn.heal());

const hour = 3_600_000;
const failing = (status: number, times?: number, retryAfter?: string): void =>
  standIn.fault({
    path: /environments/,
    ...(times === undefined ? {} : { times }),
    fault: { fault: "status", status, ...(retryAfter === undefined ? {} : { retryAfter }) },
  });

describe("while a person waits", () => {
  it("a server that fails is asked once more, and soon", async () => {
    const { cloud, access, waits } = clientOf(standIn);
    failing(503, 1);
    expect(await cloud.environment(access, ours, impatient())).not.toBeNull();
    expect(waits).toEqual([450]);
    failing(500);
    const error = await failure(cloud.environment(access, ours, impatient()));
    expect([error.reason, error.message]).toEqual(["bad-reply", `${standIn.host} failed (500)`]);
    expect(waits).toEqual([450, 450]);
    expect(standIn.log).toHaveLength(4);
  });

  it("a connection that breaks is made once more", async () => {
    const { cloud, access, waits } = clientOf(standIn);
    standIn.fault({ path: /environments/, times: 1, fault: { fault: "reset" } });
    expect(await cloud.environment(access, ours, impatient())).not.toBeNull();
    standIn.fault({ path: /environments/, times: 1, fault: { fault: "truncate", bytes: 20 } });
    expect(await cloud.environment(access, ours, impatient())).not.toBeNull();
    expect(waits).toHaveLength(2);
  });

  it("a rate limit is told at once", async () => {
    const { cloud, access, waits } = clientOf(standIn);
    failing(429, undefined, "1");
    const error = await failure(cloud.environment(access, ours, impatient()));
    expect([error.reason, waits, standIn.log.length]).toEqual(["rate-limited", [], 1]);
  });

  it.each(["hang", "drip", "stall"] as const)(
    "a server that says nothing, or too slowly, ends in time: %s",
    async (kind) => {
      const { cloud, access } = clientOf(standIn, { bounds: { replyMs: 150 } });
      const fault =
        kind === "hang"
          ? { fault: kind }
          : kind === "stall"
            ? { fault: kind, bytes: 9 }
            : { fault: kind, bytes: 1, everyMs: 20 };
      standIn.fault({ path: /environments/, fault });
      const began = performance.now();
      const error = await failure(cloud.environment(access, ours, impatient()));
      expect(error.reason).toBe("unreachable");
      expect(performance.now() - began).toBeLessThan(5_000);
      expect(standIn.log).toHaveLength(2);
    },
  );

  it("nobody listening is unreachable", async () => {
    const gone = new DbtCloudStandIn();
    await gone.start();
    const { cloud, access } = clientOf(gone);
    await gone.stop();
    const error = await failure(cloud.environment(access, ours, impatient()));
    expect([error.reason, error.message]).toEqual([
      "unreachable",
      `could not reach ${access.host} (ECONNREFUSED)`,
    ]);
  });
});

describe("while nobody waits", () => {
  it("a rate limit's cool-down of five minutes is waited for", async () => {
    const { cloud, access, waits, patient } = clientOf(standIn);
    failing(429, 2);
    expect(await cloud.environment(access, ours, patient(hour))).not.toBeNull();
    expect(waits).toEqual([300_000, 300_000]);
  });

  it("a server that says for how long is left alone for so long: seconds, or until a date", async () => {
    const { cloud, access, waits, patient, now } = clientOf(standIn);
    failing(429, 1, "17");
    failing(503, 1, "3");
    failing(429, 1, new Date(now().getTime() + 20_000 + 60_000).toUTCString());
    failing(429, 1, "nonsense");
    expect(await cloud.environment(access, ours, patient(hour))).not.toBeNull();
    expect(waits).toEqual([17_000, 3_000, 60_000, 300_000]);
  });

  it("a cool-down that ends too late is not waited for", async () => {
    const { cloud, access, waits, patient } = clientOf(standIn);
    failing(429);
    const error = await failure(cloud.environment(access, ours, patient(299_000)));
    expect([error.reason, waits]).toEqual(["rate-limited", []]);
  });

  it("a server that fails is asked again after waits that grow up to a minute, with full jitter", async () => {
    const { cloud, access, waits, patient } = clientOf(standIn, { random: () => 0.999 });
    failing(502);
    const error = await failure(cloud.environment(access, ours, patient(600_000)));
    expect(error.reason).toBe("bad-reply");
    expect(waits.slice(0, 8)).toEqual([999, 1_998, 3_996, 7_992, 15_984, 31_968, 59_940, 59_940]);
  });

  it("waiting never ends later than allowed, and is never nothing, whatever chance and servers say", async () => {
    const after = fc.option(fc.constantFrom("0", "1", "40", "9999", "Wed, 21 Oct 2015 07:28:00 GMT"), {
      nil: undefined,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 400_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.array(fc.tuple(fc.constantFrom(429, 500, 503), after), { maxLength: 6 }),
        async (ms, chance, faults) => {
          standIn.heal();
          for (const [status, retryAfter] of faults) failing(status, 1, retryAfter);
          const { cloud, access, waits, patient } = clientOf(standIn, { random: () => chance });
          const asked = cloud.environment(access, ours, patient(ms));
          const came = await asked.then(
            () => "told",
            (error: unknown) => (error instanceof DbtCloudError ? error.reason : error),
          );
          expect(["told", "rate-limited", "bad-reply", "unreachable"]).toContain(came);
          expect(waits.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(ms);
          expect(Math.min(100, ...waits)).toBe(100);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ["an unknown request", { fault: "status", status: 400 }],
    ["a redirect", { fault: "redirect", to: "http://127.0.0.1:9/" }],
    ["a web page", { fault: "html" }],
    ["what is no JSON", { fault: "replaced", body: "{" }],
    ["JSON without an envelope", { fault: "replaced", body: "[1]" }],
    [
      "packing that nobody asked for",
      { fault: "replaced", body: "{}", headers: { "content-encoding": "zstd" } },
    ],
    ["packing that is none", { fault: "replaced", body: "{}", headers: { "content-encoding": "gzip" } }],
  ] as const)("%s is a bad reply at once", async (_what, fault) => {
    const { cloud, access, waits, patient } = clientOf(standIn);
    standIn.fault({ path: /runs/, fault });
    const error = await failure(cloud.run(access, "1", patient(hour)));
    expect([error.reason, waits]).toEqual(["bad-reply", []]);
    expect(standIn.log).toHaveLength(1);
  });

  it("a page of a list is asked for again, and what was given is not given twice", async () => {
    for (let at = 0; at < 150; at += 1) standIn.finishRun();
    const { cloud, access, waits, patient } = clientOf(standIn);
    standIn.fault({ path: /offset=100/, times: 1, fault: { fault: "status", status: 429 } });
    expect(await all(cloud.finishedRuns(access, ours, patient(hour)))).toHaveLength(150);
    expect(waits).toEqual([300_000]);
  });

  it("a webhook is made after a cool-down, for then nothing was done", async () => {
    const { cloud, access, waits, patient } = clientOf(standIn);
    standIn.fault({ path: /subscriptions/, times: 1, fault: { fault: "status", status: 429 } });
    await cloud.createWebhook(access, { name: "Reeve", url: "http://127.0.0.1:9" }, patient(hour));
    expect([waits, standIn.account.subscriptions.size]).toEqual([[300_000], 1]);
  });
});

describe("a signal", () => {
  const reason = new Error("the worker's time is over");

  it("ends a wait with its reason", async () => {
    const aborting = new AbortController();
    const { cloud, access, patient } = clientOf(standIn, { onWait: () => aborting.abort(reason) });
    failing(503);
    await expect(cloud.environment(access, ours, patient(hour, aborting.signal))).rejects.toBe(reason);
    expect(standIn.log).toHaveLength(1);
  });

  it("ends a request with its reason", async () => {
    const aborting = new AbortController();
    const { cloud, access, patient } = clientOf(standIn);
    standIn.fault({ path: /environments/, fault: { fault: "hang" } });
    const asked = cloud.environment(access, ours, patient(hour, aborting.signal));
    while (standIn.log.length === 0) await new Promise((resolve) => setImmediate(resolve));
    aborting.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });

  it("that is aborted before keeps anything from being asked", async () => {
    const { cloud, access, patient } = clientOf(standIn);
    await expect(cloud.environment(access, ours, patient(hour, AbortSignal.abort(reason)))).rejects.toBe(
      reason,
    );
    expect(standIn.log).toEqual([]);
  });
});

describe("a reply in JSON", () => {
  it("may be packed", async () => {
    const { cloud, access } = clientOf(standIn);
    for (const fault of ["gzip", "br"] as const) {
      standIn.heal();
      standIn.fault({ path: /environments/, fault: { fault } });
      expect(await cloud.environment(access, ours, impatient())).toMatchObject({ id: "100" });
    }
    expect(standIn.log[0]?.headers["accept-encoding"]).toBe("gzip");
  });

  it("that is too long is not read to its end, whether it says so or not", async () => {
    const { cloud, access, waits } = clientOf(standIn, { bounds: { jsonBytes: 1_000 } });
    const body = JSON.stringify({ data: { id: 1, name: "x".repeat(100_000) } });
    for (const headers of [{}, { "content-length": String(body.length) }] as const) {
      standIn.fault({ path: /runs/, times: 1, fault: { fault: "replaced", body, headers } });
      expect((await failure(cloud.run(access, "1", impatient()))).reason).toBe("too-large");
    }
    const { id } = standIn.finishRun({ fields: { note: "x".repeat(100_000) } });
    standIn.fault({ path: /runs/, fault: { fault: "gzip" } });
    expect((await failure(cloud.run(access, id, impatient()))).reason).toBe("too-large");
    expect(waits).toEqual([]);
  });
});
