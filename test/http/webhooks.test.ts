import { createHmac, randomBytes } from "node:crypto";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { caller } from "#test/support/app.ts";
import { aDbtApp, aDelivery, aRunId, pathOf, type Key } from "#test/support/dbt-app.ts";
import { allItems, itemsOf } from "#test/support/table-items.ts";

const { app, standIn, admin, integrate, listening, deliver } = await aDbtApp();

const sign = (secret: string, bytes: string | Buffer): string =>
  createHmac("sha256", secret).update(bytes).digest("hex");

/** Sends bytes as they are, signed. */
const send = (
  key: Key,
  secret: string,
  raw: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
) => deliver(key, { body: raw, headers: { authorization: sign(secret, raw), ...headers } });

const deliveriesOf = async (id: string) =>
  (await itemsOf(app, "dbt-delivery")).filter(({ integrationId }) => integrationId === id);
const jobsOf = async (id: string) => (await itemsOf(app, "job")).filter(({ line }) => line === id);
const received = { status: 202, body: { received: true } };
const refused = { status: 401, body: { code: "webhook-signature-invalid" } };

describe("POST …/webhook", () => {
  it("takes word of a completed run: a job, a run and a delivery, and word to the workers", async () => {
    const { key, secret, id } = await listening();
    const runId = aRunId();
    const delivery = aDelivery(key, { secret, runId });
    expect(await deliver(key, delivery)).toMatchObject(received);
    const [job] = await jobsOf(id);
    const { accountId, projectId, environmentId } = key;
    expect(job).toMatchObject({
      type: "dbt-sync",
      state: "queued",
      createdBy: "system",
      input: { accountId, projectId, environmentId, integrationId: id, runId, dryRun: false },
    });
    expect(app.outbox.jobIds).toContain(job?.["id"]);
    expect(await app.store.runRecord(id, runId)).toMatchObject({
      jobId: job?.["id"],
      outcome: null,
      reason: "",
    });
    expect(await app.store.delivery(id, delivery.eventId)).toMatchObject({
      runId,
      eventType: "job.run.completed",
      outcome: "accepted",
    });
    const [kept] = await deliveriesOf(id);
    const days = (Number(kept?.["ttl"]) - app.clock.now().getTime() / 1000) / 86_400;
    expect(Math.round(days)).toBe(30);
    expect(JSON.stringify(await allItems(app))).not.toContain(secret);
  });

  it("believes nothing but the run's id: dbt Cloud is not asked, whatever state it is in", async () => {
    const { key, secret, id } = await listening();
    const asked = standIn.log.length;
    const overrides = { data: { runStatus: "Errored", runStatusCode: 20, projectId: "999", jobId: "1" } };
    expect(await deliver(key, aDelivery(key, { secret, overrides }))).toMatchObject(received);
    expect(standIn.log.length).toBe(asked);
    expect(await jobsOf(id)).toHaveLength(1);
  });

  it.each([
    ["as the documentation spells its id", { spelling: "webhooksID" as const }],
    ["with numbers where there is text", { overrides: { data: { runId: 7040312, environmentId: null } } }],
    [
      "without all that is not needed",
      { overrides: { timestamp: undefined, webhookName: undefined, eventId: undefined } },
    ],
    ["without its account", { overrides: { accountId: undefined } }],
    ["with text where there is a number", { overrides: { accountId: "1" } }],
    ["with fields that nobody knows", { overrides: { extra: { deep: [1] }, data: { more: true } } }],
    ["with an event's id that is too long", { overrides: { eventId: "x".repeat(5000) } }],
    ["of an error", { eventType: "job.run.errored" as const }],
  ])("takes a delivery %s", async (_, given) => {
    const { key, secret, id } = await listening();
    expect(await deliver(key, aDelivery(key, { secret, ...given }))).toMatchObject(received);
    expect(await jobsOf(id)).toHaveLength(1);
    expect(await deliveriesOf(id)).toHaveLength(1);
  });

  it.each([
    ["that has only begun", { eventType: "job.run.started" as const }, "not-a-completed-run"],
    ["that is invented: a test of dbt Cloud's", { overrides: { accountId: 123 } }, "other-account"],
    ["without an id", { overrides: { data: { runId: undefined } } }, "no-run"],
    ["whose id is none", { overrides: { data: { runId: "1/../2" } } }, "no-run"],
    ["whose id has lost its digits", { overrides: { data: { runId: 2 ** 60 } } }, "no-run"],
    ["of an event that nobody knows", { overrides: { eventType: "job.run.dreamt" } }, "not-a-completed-run"],
    ["without an event", { overrides: { eventType: undefined } }, "not-a-completed-run"],
  ])("only keeps the delivery of a run %s", async (_, given, outcome) => {
    const { key, secret, id } = await listening();
    expect(await deliver(key, aDelivery(key, { secret, ...given }))).toMatchObject(received);
    expect(await deliveriesOf(id)).toMatchObject([{ outcome }]);
    expect(await jobsOf(id)).toEqual([]);
    expect((await app.store.runRecords(id, null, 10)).items).toEqual([]);
  });

  it("keeps a run of another environment as one that is none of its own", async () => {
    const { key, secret, id } = await listening();
    const runId = aRunId();
    const other = aDelivery(key, { secret, runId, overrides: { data: { environmentId: "4711" } } });
    expect(await deliver(key, other)).toMatchObject(received);
    expect(await app.store.runRecord(id, runId)).toMatchObject({
      outcome: "ignored",
      reason: "other-environment: it ran in environment 4711",
      jobId: null,
    });
    expect(await jobsOf(id)).toEqual([]);
  });

  it.each([
    ["text that is no JSON", "run 7 is done"],
    ["JSON that is no object", "[1, 2]"],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00])],
    ["nothing", ""],
    ["half of JSON", '{"accountId":1,'],
  ])("takes %s that is signed, and keeps that it came", async (_, raw) => {
    const { key, secret, id } = await listening();
    const base64 = typeof raw !== "string";
    const delivery = { body: raw, headers: { authorization: sign(secret, raw) } };
    expect(await deliver(key, delivery, base64)).toMatchObject(received);
    expect(await deliver(key, delivery, base64)).toMatchObject(received);
    expect(await deliveriesOf(id)).toMatchObject([{ outcome: "no-run", runId: null }]);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8", "x"])(
    "takes the content type %s",
    async (type) => {
      const { key, secret } = await listening();
      const { body: raw } = aDelivery(key, { secret });
      expect(await send(key, secret, raw, { "content-type": type })).toMatchObject(received);
    },
  );

  it("checks the bytes, not what they mean: as base64 too, and with letters beyond ASCII", async () => {
    const { key, secret, id } = await listening();
    const delivery = aDelivery(key, { secret, overrides: { webhookName: "Größe — 模型" } });
    expect(await deliver(key, delivery, true)).toMatchObject(received);
    const spaced = ` ${delivery.body}`;
    expect(await deliver(key, { body: spaced, headers: delivery.headers })).toMatchObject(refused);
    expect(await deliveriesOf(id)).toHaveLength(1);
  });

  it("refuses more than 256 KiB before anything is made of it, and takes as much", async () => {
    const { key, secret } = await listening();
    const most = JSON.stringify({ x: "y".repeat(262_144 - 8) });
    expect(most.length).toBe(262_144);
    expect(await send(key, secret, most)).toMatchObject(received);
    const reply = await deliver(key, { body: `${most} `, headers: { authorization: "none" } });
    expect(reply).toMatchObject({ status: 413, body: { code: "body-too-large" } });
  });
});

describe("a delivery that is not proven", () => {
  it("is refused alike, whether the signature, the integration or its secret is missing", async () => {
    const { key, secret } = await listening();
    const silent = await integrate({ webhookSecret: undefined });
    const going = await listening();
    await app.call("DELETE", pathOf(going.key), { as: admin });
    const raw = aDelivery(key, { secret }).body;
    const signed = { authorization: sign(secret, raw) };
    const replies = await Promise.all([
      deliver(key, { body: raw, headers: { authorization: sign("whsec_other", raw) } }),
      deliver(key, { body: raw, headers: {} }),
      deliver(key, { body: raw, headers: { authorization: `Bearer ${sign(secret, raw)}` } }),
      deliver(key, { body: raw, headers: { authorization: sign(secret, raw).toUpperCase() } }),
      deliver(silent, { body: raw, headers: signed }),
      deliver(going.key, { body: raw, headers: { authorization: sign(going.secret, raw) } }),
      deliver({ ...key, environmentId: "4711" }, { body: raw, headers: signed }),
      deliver({ accountId: "x", projectId: "y", environmentId: "z" }, { body: raw, headers: signed }),
    ]);
    for (const reply of replies) expect(reply).toMatchObject(refused);
    const told = replies.map(({ text, headers }) => text.replaceAll(headers["x-request-id"] ?? "", "…"));
    expect(new Set(told).size).toBe(1);
  });

  it("costs as much whether there is an integration or not: one read of the table and one of a secret", async () => {
    const { key } = await listening();
    const reads: string[] = [];
    const call = caller({
      ...app.parts,
      store: {
        ...app.parts.store,
        integration: (of) => {
          reads.push("table");
          return app.parts.store.integration(of);
        },
      },
      secrets: {
        ...app.parts.secrets,
        get: (ref) => {
          reads.push("secret");
          return app.parts.secrets.get(ref);
        },
      },
    });
    const path = async (of: Key) => {
      reads.length = 0;
      await call("POST", `${pathOf(of)}/webhook`, { raw: "x", headers: { authorization: "y" } });
      return reads.join(" ");
    };
    const absent = { ...key, environmentId: "4712" };
    expect([await path(key), await path(absent)]).toEqual(["table secret", "table secret"]);
    expect([await path(key), await path(absent)]).toEqual(["table", "table"]);
  });

  it("is no other body, secret or signature than the one that was signed, whatever changes in it", async () => {
    const { key, secret, id } = await listening();
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), async (given, at, by) => {
        const raw = Buffer.from(given);
        const changed = Buffer.from(raw);
        const place = at % raw.length;
        changed.writeUInt8(raw.readUInt8(place) ^ by, place);
        const headers = { authorization: sign(secret, raw) };
        const reply = await deliver(key, { body: changed, headers }, true);
        expect(reply).toMatchObject(refused);
        const other = { authorization: sign(secret + "x", raw) };
        expect(await deliver(key, { body: raw, headers: other }, true)).toMatchObject(refused);
        expect(await deliver(key, { body: raw, headers }, true)).toMatchObject(received);
      }),
      { numRuns: 15 },
    );
    expect(await jobsOf(id)).toEqual([]);
  });

  it("says nothing of the secret in what it answers or logs", async () => {
    const { key, secret } = await listening();
    await deliver(key, { body: "x", headers: { authorization: randomBytes(32).toString("hex") } });
    await deliver(key, aDelivery(key, { secret }));
    expect(inspect(app.log.lines, { depth: 9 })).not.toContain(secret);
  });
});
