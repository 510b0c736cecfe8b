import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { dbtRuns } from "#functions/operations/dbt-runs.ts";
import type { Reply } from "#test/support/check-reply.ts";
import { aDbtApp, aDelivery, pathOf, type Key } from "#test/support/dbt-app.ts";
import { allItems } from "#test/support/table-items.ts";

vi.hoisted(() => {
  process.env["POWERTOOLS_LOG_LEVEL"] = "DEBUG";
});

/** Everything that this process writes from here on. */
const written: string[] = [];
for (const stream of [process.stdout, process.stderr]) {
  vi.spyOn(stream, "write").mockImplementation((chunk) => {
    written.push(String(chunk));
    return true;
  });
}

const { app, standIn, admin, body, deliver } = await aDbtApp();
const secrets = {
  key: "dbtc_distinctive-key",
  wrong: "dbtc_distinctive-wrong",
  webhook: "whsec_distinctive",
  next: "whsec_distinctive-next",
};
Object.assign(standIn.account, { apiKey: secrets.key });

const replies: Reply[] = [];
async function call(method: string, path: string, sent?: unknown, headers = {}): Promise<Reply> {
  const given = sent === undefined ? {} : { body: sent };
  const reply = await app.call(method, path, { as: admin, headers, ...given });
  replies.push(reply);
  return reply;
}

/** dbt Cloud answers with what it was sent, as a proxy on the way might. */
async function echoed(method: string, path: string, sent: unknown): Promise<void> {
  const echo = { data: null, status: { user_message: `Token ${secrets.key} is wrong` } };
  standIn.fault({ path: /api/, fault: { fault: "replaced", body: JSON.stringify(echo) } });
  await call(method, path, sent);
  standIn.heal();
  standIn.fault({ path: /api/, fault: { fault: "status", status: 500, body: JSON.stringify(echo) } });
  await call(method, path, sent);
  standIn.heal();
}

/** Deliveries that are proven, that are not, and that hold a secret by mistake. */
async function deliveries(key: Key): Promise<void> {
  const overrides = { data: { jobName: secrets.key } };
  for (const secret of [secrets.webhook, secrets.wrong]) {
    replies.push(await deliver(key, aDelivery(key, { secret, overrides })));
  }
  replies.push(await deliver(key, { body: secrets.webhook, headers: { authorization: secrets.webhook } }));
}

/** A whole story: an integration is refused, made, given another key and secret, hears of runs, and goes. */
async function story(): Promise<void> {
  const given = { ...body(), apiKey: secrets.key, webhookSecret: secrets.webhook };
  await call("POST", "/dbt", { ...given, apiKey: secrets.wrong });
  await call("POST", "/dbt", { ...given, apiKey: [secrets.key], surplus: secrets.webhook });
  await echoed("POST", "/dbt", given);
  const once = { "Idempotency-Key": "dbt-once" };
  await call("POST", "/dbt", given, once);
  await call("POST", "/dbt", given, once);
  const path = pathOf(given);
  for (const one of [path, "/dbt", `${path}/runs`]) await call("GET", one);
  await deliveries(given);
  await call("PUT", path, { apiKey: secrets.wrong });
  await echoed("PUT", path, { apiKey: secrets.key });
  await call("PUT", path, { apiKey: secrets.key, webhookSecret: secrets.next });
  await deliveries(given);
  standIn.finishRun({ ...given });
  await dbtRuns(app.parts)();
  Object.assign(standIn.account, { apiKey: "dbtc_another" });
  await dbtRuns(app.parts)().catch(() => {});
  await call("POST", `${path}/sync`);
  await call("DELETE", path);
  await call("GET", "/jobs");
  await app.sweep();
}

await story();
const items = await allItems(app);
vi.restoreAllMocks();

describe("after a whole story of dbt Cloud", () => {
  const spellings = Object.values(secrets).flatMap((secret) => [
    secret,
    Buffer.from(secret).toString("base64").replaceAll("=", ""),
  ]);
  const holding = (texts: readonly string[]) =>
    texts.filter((text) => spellings.some((secret) => text.includes(secret)));

  it("the story was what it claims", () => {
    const statuses = new Set(replies.map(({ status }) => status));
    expect([...statuses].toSorted()).toEqual([200, 201, 202, 400, 401, 422]);
    const codes = ["dbt-cloud-key-refused", "dbt-cloud-unreachable", "webhook-signature-invalid"];
    for (const code of codes) expect(replies.some(({ text }) => text.includes(code))).toBe(true);
    expect(app.log.lines.some(({ message }) => message === "took word of a run")).toBe(true);
    expect(app.log.lines.some(({ level }) => level === "error")).toBe(true);
  });

  it("no reply holds a key or a webhook's secret", () => {
    expect(holding(replies.map(({ text, headers }) => text + JSON.stringify(headers)))).toEqual([]);
  });

  it("no item of the table does, nor a kept reply, unpacked", async () => {
    expect(holding(items.map((item) => inspect(item, { depth: 9, maxStringLength: null })))).toEqual([]);
    const kept = await app.store.keptReply(admin.user.id, "dbt-once");
    expect(kept?.body).toContain("webhookUrl");
    expect(holding([kept?.body ?? ""])).toEqual([]);
  });

  it("no line of a log does, nor a message of the queue", () => {
    expect(holding(written)).toEqual([]);
    expect(holding(app.log.lines.map((line) => inspect(line, { depth: 9, maxStringLength: null })))).toEqual(
      [],
    );
    expect(holding(app.outbox.waiting.map((message) => JSON.stringify(message)))).toEqual([]);
  });

  it("no answer names a place that leads to them", () => {
    expect(replies.filter(({ text }) => text.includes("integrations/"))).toEqual([]);
  });
});
