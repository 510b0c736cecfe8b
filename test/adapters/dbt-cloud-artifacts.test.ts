import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Fault } from "#test/dbt-cloud/faults.ts";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { type ClientGiven, clientOf, failure, impatient, secretKey, whole } from "./dbt-cloud-client.ts";

const standIn = new DbtCloudStandIn({ apiKey: secretKey });
const folder = mkdtempSync(join(tmpdir(), "reeve-artifacts-"));

beforeAll(() => standIn.start());
afterAll(async () => {
  await standIn.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => standIn.heal());

const take = async (
  of: { readonly runId: string; readonly path: string; readonly step?: number },
  given: ClientGiven = {},
): Promise<string | null> => {
  const { cloud, access } = clientOf(standIn, given);
  const bytes = await cloud.artifact(access, of, impatient());
  return bytes === null ? null : whole(bytes);
};

const manifest = { metadata: { project_name: "naïve — ☃" }, nodes: "n".repeat(300_000) };
const text = JSON.stringify(manifest);
const one = (): { readonly runId: string; readonly path: string } => ({
  runId: standIn.finishRun({ steps: [{ artifacts: { "manifest.json": manifest } }] }).id,
  path: "manifest.json",
});

describe("a run's artifacts", () => {
  it("are listed, of whatever step", async () => {
    const { cloud, access } = clientOf(standIn);
    const { id } = standIn.finishRun({
      steps: [
        { artifacts: { "manifest.json": {}, "run_results.json": {} } },
        { artifacts: { "manifest.json": {}, "compiled/shop/models/a b.sql": Buffer.from("select 1") } },
      ],
    });
    expect(await cloud.artifacts(access, id, impatient())).toEqual([
      "compiled/shop/models/a b.sql",
      "manifest.json",
      "run_results.json",
    ]);
  });

  it("are none where the run has none, or is not there", async () => {
    const { cloud, access } = clientOf(standIn);
    expect(await cloud.artifacts(access, standIn.finishRun().id, impatient())).toEqual([]);
    expect(await cloud.artifacts(access, "7", impatient())).toEqual([]);
  });

  it("are those of a step, or of the last one", async () => {
    const { id: runId } = standIn.finishRun({
      steps: [
        { name: "Clone git repository" },
        { artifacts: { "run_results.json": { args: { which: "build" } } } },
        { artifacts: { "run_results.json": { args: { which: "generate" } }, "catalog.json": {} } },
      ],
    });
    const path = "run_results.json";
    expect(await take({ runId, path, step: 2 })).toBe('{"args":{"which":"build"}}');
    expect(await take({ runId, path, step: 3 })).toBe('{"args":{"which":"generate"}}');
    expect(await take({ runId, path })).toBe('{"args":{"which":"generate"}}');
    expect(await take({ runId, path, step: 1 })).toBeNull();
    expect(await take({ runId, path: "catalog.json", step: 2 })).toBeNull();
  });

  it("that are not there are null", async () => {
    expect(await take({ ...one(), path: "sources.json" })).toBeNull();
    expect(await take({ runId: "7", path: "manifest.json" })).toBeNull();
  });

  it("come as they are, byte by byte, files among them, packed or not", async () => {
    expect(await take(one())).toBe(text);
    const file = join(folder, "catalog.json");
    writeFileSync(file, text);
    const { id: runId } = standIn.finishRun({ steps: [{ artifacts: { "catalog.json": { file } } }] });
    expect(await take({ runId, path: "catalog.json" })).toBe(text);
    expect(
      await take({ runId: standIn.finishRun({ steps: [{ artifacts: folder }] }).id, path: "catalog.json" }),
    ).toBe(text);
    for (const fault of ["gzip", "br"] as const) {
      standIn.heal();
      standIn.fault({ path: /artifacts/, fault: { fault } });
      expect(await take(one()), fault).toBe(text);
    }
  });

  it("have paths that are encoded piece by piece", async () => {
    const path = "compiled/shop/models/50% & more?#ü.sql";
    const { id: runId } = standIn.finishRun({ steps: [{ artifacts: { [path]: Buffer.from("select 1") } }] });
    expect(await take({ runId, path })).toBe("select 1");
    expect(standIn.log.at(-1)?.path).toContain(
      "/artifacts/compiled/shop/models/50%25%20%26%20more%3F%23%C3%BC.sql",
    );
  });

  it.each([
    "",
    "/",
    "..",
    "../1/artifacts/x",
    "a/../b",
    "a/./b",
    "a//b",
    "/a",
    "a/",
    "a\\..\\b",
    "a\0b",
    "a\nb",
    "\ud800",
  ])("have no path %j", async (path) => {
    await expect(take({ runId: "1", path })).rejects.toThrow(RangeError);
    expect(standIn.log).toEqual([]);
  });

  it.each([0, -1, 1.5, Number.NaN])("have no step %d", async (step) => {
    await expect(take({ runId: "1", path: "manifest.json", step })).rejects.toThrow(RangeError);
  });
});

describe("an artifact that does not come whole", () => {
  it.each<[string, Fault]>([
    ["ends before its announced length", { fault: "truncate", bytes: 100_000 }],
    ["ends in the middle of its chunks", { fault: "truncate", bytes: 100_000, chunked: true }],
    ["is packed and ends before its announced length", { fault: "truncate", bytes: 200, packed: "gzip" }],
    [
      "is packed and ends in the middle of its chunks",
      { fault: "truncate", bytes: 200, packed: "gzip", chunked: true },
    ],
    ["is packed and was cut before it was sent", { fault: "short-gzip", bytes: 200 }],
    ["stops coming", { fault: "stall", bytes: 100_000 }],
  ])("is an error, never a short file: it %s", async (_how, fault) => {
    const of = one();
    standIn.fault({ path: /artifacts/, times: 1, fault });
    const error = await failure(take(of, { bounds: { idleMs: 200 } }));
    expect(error.reason).toBe("unreachable");
    expect(error.message).toMatch(/^manifest\.json of run \d+ (?:broke off|stopped coming)/);
    expect(await take(of)).toBe(text);
  });

  it("is refused where its end could not be told from a break", async () => {
    standIn.fault({ path: /artifacts/, fault: { fault: "endless" } });
    const error = await failure(take(one()));
    expect([error.reason, error.message]).toEqual([
      "bad-reply",
      expect.stringMatching(/does not say where it ends$/),
    ]);
  });

  it("is refused where it is packed wrongly, or is a web page", async () => {
    const headers = { "content-encoding": "gzip" };
    standIn.fault({ path: /artifacts/, times: 1, fault: { fault: "replaced", body: "{}", headers } });
    standIn.fault({ path: /artifacts/, times: 1, fault: { fault: "html" } });
    expect((await failure(take(one()))).reason).toBe("bad-reply");
    expect((await failure(take(one()))).reason).toBe("bad-reply");
  });

  it("but slowly, is waited for as long as something comes", async () => {
    standIn.fault({ path: /artifacts/, fault: { fault: "drip", bytes: 30_000, everyMs: 30 } });
    expect(await take(one(), { bounds: { idleMs: 250, replyMs: 250 } })).toBe(text);
  });
});

describe("an artifact that is too large", () => {
  it("is not begun where its length is told", async () => {
    const error = await failure(take(one(), { bounds: { artifactBytes: 100_000 } }));
    expect([error.reason, error.message]).toEqual([
      "too-large",
      expect.stringMatching(/^manifest\.json of run \d+ has more than 100000 bytes$/),
    ]);
  });

  it("is left at the limit where it unpacks to more than was sent", async () => {
    standIn.fault({ path: /artifacts/, fault: { fault: "gzip" } });
    expect((await failure(take(one(), { bounds: { artifactBytes: 100_000 } }))).reason).toBe("too-large");
  });

  it("is one byte larger than what is taken", async () => {
    const artifactBytes = Buffer.byteLength(text);
    expect(await take(one(), { bounds: { artifactBytes } })).toBe(text);
    expect((await failure(take(one(), { bounds: { artifactBytes: artifactBytes - 1 } }))).reason).toBe(
      "too-large",
    );
  });
});

describe("taking an artifact", () => {
  it("waits for its beginning as for anything else", async () => {
    const { cloud, access, waits, patient } = clientOf(standIn);
    standIn.fault({ path: /artifacts/, times: 1, fault: { fault: "status", status: 429 } });
    standIn.fault({ path: /artifacts/, times: 1, fault: { fault: "reset" } });
    expect(await whole(await cloud.artifact(access, one(), patient(3_600_000)))).toBe(text);
    expect(waits).toEqual([300_000, 1_000]);
  });

  it("ends with the reason of its signal", async () => {
    const { cloud, access, patient } = clientOf(standIn);
    const aborting = new AbortController();
    const reason = new Error("the worker's time is over");
    standIn.fault({ path: /artifacts/, fault: { fault: "stall", bytes: 100_000 } });
    const bytes = await cloud.artifact(access, one(), patient(3_600_000, aborting.signal));
    const taking = (async () => {
      for await (const _ of bytes ?? []) aborting.abort(reason);
    })();
    await expect(taking).rejects.toBe(reason);
  });

  it("closes the connection where the taker stops early", async () => {
    const { cloud, access } = clientOf(standIn);
    standIn.fault({ path: /artifacts/, fault: { fault: "stall", bytes: 100_000 } });
    const bytes = await cloud.artifact(access, one(), impatient());
    for await (const chunk of bytes ?? []) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
    await expect.poll(() => standIn.connections()).toBe(0);
  });
});
