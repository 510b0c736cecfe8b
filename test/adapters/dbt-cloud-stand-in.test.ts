import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { sendWebhook, signedDelivery } from "#test/dbt-cloud/webhooks.ts";
import { type ScriptedServer, startScriptedServer } from "#test/support/scripted-server.ts";

const program = join(import.meta.dirname, "../dbt-cloud/main.ts");
const told = { id: "70403122785101", accountId: "1", projectId: "10", environmentId: "100" };
const signature = (body: string, secret: string): string =>
  createHmac("sha256", secret).update(Buffer.from(body, "utf8")).digest("hex");

let receiver: ScriptedServer;
beforeAll(async () => {
  receiver = await startScriptedServer(() => ({ status: 202, body: { received: true } }));
});
afterEach(() => {
  receiver.received.length = 0;
});
afterAll(() => receiver.stop());

describe("a delivery of the stand-in", () => {
  it("is signed over its bytes, in lower-case hexadecimal, without a prefix", () => {
    const { headers, body } = signedDelivery({ run: told, secret: "s3cret" });
    expect(headers["authorization"]).toBe(signature(body, "s3cret"));
    expect(headers["authorization"]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("has the types, the ids and the times that dbt Cloud's have", () => {
    const payload: unknown = JSON.parse(signedDelivery({ run: told, secret: "s" }).body);
    expect(payload).toMatchObject({
      accountId: 1,
      webhookId: expect.stringMatching(/^wsu_\w+$/),
      eventId: expect.stringMatching(/^wev_\w{27}$/),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/),
      eventType: "job.run.completed",
      data: {
        runId: told.id,
        projectId: "10",
        environmentId: "100",
        jobId: "1000",
        runStatus: "Success",
        runStatusCode: 10,
        runFinishedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
    });
  });

  it("can be spelled and changed as real ones differ", () => {
    const overrides = { accountId: undefined, data: { projectId: undefined, dbtVersion: "" } };
    const run = { ...told, status: 20 };
    const { body } = signedDelivery({
      run,
      secret: "s",
      spelling: "webhooksID",
      eventType: "job.run.errored",
      overrides,
    });
    const payload: unknown = JSON.parse(body);
    expect(payload).toMatchObject({
      webhooksID: "wsu_12345abcde",
      data: { runStatus: "Errored", dbtVersion: "" },
    });
    for (const gone of ["accountId", "webhookId"]) expect(payload).not.toHaveProperty(gone);
    expect(payload).not.toHaveProperty("data.projectId");
    expect(payload).toHaveProperty("data.runErroredAt");
  });

  it("goes over the wire as it was signed", async () => {
    const { status, body } = await sendWebhook(`${receiver.url}/hook`, { run: told, secret: "s3cret" });
    expect([status, JSON.parse(body)]).toEqual([202, { received: true }]);
    const [came] = receiver.received;
    expect(came?.headers.authorization).toBe(signature(came?.body ?? "", "s3cret"));
  });
});

describe("the stand-in's API", () => {
  const standIn = new DbtCloudStandIn({ apiKey: "k" });
  let url: string;
  beforeAll(async () => {
    url = await standIn.start();
  });
  afterAll(() => standIn.stop());

  const call = async (path: string, authorization: string | null, init: RequestInit = {}) => {
    const headers = {
      "content-type": "application/json",
      ...(authorization === null ? {} : { authorization }),
    };
    const reply = await fetch(`${url}/api${path}`, { ...init, headers });
    const body: unknown = await reply.json();
    return { status: reply.status, body };
  };

  it.each([
    ["Token k", 200],
    ["Bearer k", 200],
    ["k", 401],
    ["Token other", 401],
    [null, 401],
  ])("answers %s with %i", async (authorization, status) => {
    const reply = await call("/v3/accounts/1/projects/10/environments/", authorization);
    expect(reply.status).toBe(status);
    expect(reply.body).toMatchObject({ status: { code: status, is_success: status === 200 } });
  });

  it("gives at most 100 of a list", async () => {
    for (let at = 0; at < 101; at += 1) standIn.finishRun();
    const { body } = await call("/v2/accounts/1/runs/?limit=1000", "Token k");
    expect(body).toMatchObject({ extra: { pagination: { count: 100, total_count: 101 } } });
  });

  it("filters and orders runs as it is told", async () => {
    const { id } = standIn.finishRun({ status: 20, finishedAt: new Date("2020-01-01T00:00:00Z") });
    const { body } = await call(
      "/v2/accounts/1/runs/?status__in=[20,30]&order_by=finished_at&limit=1",
      "Token k",
    );
    expect(body).toMatchObject({
      data: [{ id: Number(id), status: 20, finished_at: "2020-01-01 00:00:00.000000+00:00" }],
    });
  });

  it("tells a webhook's secret once, tests it with ids of nobody's, and delivers to it until it is taken away", async () => {
    const wish = {
      name: "n",
      client_url: `${receiver.url}/hook`,
      event_types: ["job.run.completed"],
      job_ids: [],
    };
    const made = await call("/v3/accounts/1/webhooks/subscriptions", "Token k", {
      method: "POST",
      body: JSON.stringify(wish),
    });
    const [kept] = standIn.account.subscriptions.values();
    expect(made.body).toMatchObject({ data: { id: kept?.id, hmac_secret: kept?.secret } });
    const one = `/v3/accounts/1/webhooks/subscription/${kept?.id}`;
    expect((await call(one, "Token k")).body).not.toHaveProperty("data.hmac_secret");
    expect((await call(`${one}/test`, "Token k")).body).toMatchObject({
      data: { verification_status_code: "202" },
    });
    expect(await standIn.deliver(standIn.finishRun())).toEqual([202]);
    for (const { headers, body } of receiver.received) {
      expect(headers.authorization).toBe(signature(body, kept?.secret ?? ""));
    }
    expect(receiver.received).toHaveLength(2);
    expect((await call(one, "Token k", { method: "DELETE" })).status).toBe(200);
    expect((await call(one, "Token k")).status).toBe(404);
    expect(await standIn.deliver(standIn.finishRun())).toEqual([]);
  });
});

describe("the stand-in as a program", () => {
  const folder = mkdtempSync(join(tmpdir(), "reeve-stand-in-"));
  const started: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of started) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const over = once(child, "exit");
      child.kill("SIGKILL");
      await over;
    }
    rmSync(folder, { recursive: true });
  });

  const write = (path: string, content: object): void => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), JSON.stringify(content));
  };

  const start = async (...options: readonly string[]) => {
    const child = spawn(process.execPath, [program, "--artifacts", folder, ...options], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    started.push(child);
    const [url] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    return { child, url };
  };

  const ask = async (url: string, path: string, body?: object) => {
    const reply = await fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: "Token stand-in-key", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const read: unknown = await reply.json();
    return { status: reply.status, body: read };
  };

  it("registers the runs of its folder one after the other, sends word of each, and ends when it is told to", async () => {
    write("1-first/manifest.json", { of: "first" });
    write("2-second/run.json", {
      status: 20,
      steps: [{ name: "dbt build" }],
      finishedAt: "2026-01-01T00:00:00Z",
    });
    write("2-second/1/manifest.json", { of: "second" });
    write("2-second/2/catalog.json", { of: "docs" });
    const hook = ["--webhook-url", `${receiver.url}/hook`, "--webhook-secret", "s3cret"];
    const { child, url } = await start("--finished", "1-first", ...hook);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await ask(url, "/api/v2/accounts/1/runs/")).body).toMatchObject({ data: [{ status: 10 }] });

    const { body } = await ask(url, "/stand-in/runs", {});
    expect(body).toMatchObject({ data: { delivered: [202] } });
    const [came] = receiver.received;
    const runId = /"runId":"(\d+)"/.exec(came?.body ?? "")?.[1] ?? "";
    expect(came?.headers.authorization).toBe(signature(came?.body ?? "", "s3cret"));
    expect(
      (await ask(url, `/api/v2/accounts/1/runs/${runId}/?include_related=["run_steps"]`)).body,
    ).toMatchObject({
      data: {
        status: 20,
        finished_at: "2026-01-01 00:00:00.000000+00:00",
        run_steps: [{ name: "dbt build" }, { index: 2 }],
      },
    });
    expect((await ask(url, `/api/v2/accounts/1/runs/${runId}/artifacts/manifest.json?step=1`)).body).toEqual({
      of: "second",
    });
    expect((await ask(url, "/stand-in/runs", {})).status).toBe(500);
    expect((await ask(url, "/stand-in/runs", { run: "1-first" })).body).toMatchObject({
      data: { delivered: [202] },
    });
    expect((await ask(url, "/stand-in/runs", { target: join(folder, "1-first") })).status).toBe(200);

    const over = once(child, "exit");
    child.kill("SIGTERM");
    expect(await over).toEqual([0, null]);
  });

  it("ends with whoever started it, even by a signal that nobody can pass on", async () => {
    write("1-first/manifest.json", { of: "first" });
    const script = `
      const { spawn } = require("node:child_process");
      const child = spawn(process.execPath, ${JSON.stringify([program, "--artifacts", folder])}, { stdio: ["ignore", "pipe", "ignore"] });
      child.stdout.once("data", (line) => process.stdout.write(line));
    `;
    const between = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    started.push(between);
    const [url] = (await once(createInterface({ input: between.stdout }), "line")) as [string];
    expect((await ask(url, "/api/v2/accounts/1/runs/")).status).toBe(200);
    between.kill("SIGKILL");
    await expect
      .poll(
        () =>
          ask(url, "/api/v2/accounts/1/runs/").then(
            () => "there",
            () => "gone",
          ),
        { timeout: 10_000 },
      )
      .toBe("gone");
  });
});
