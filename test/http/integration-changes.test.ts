import { describe, expect, it, onTestFinished } from "vitest";
import type { Job } from "#core/jobs/job.ts";
import { newJob } from "#core/jobs/new-job.ts";
import { integrationName } from "#core/dbt/integration.ts";
import { aDbtApp, aDelivery, pathOf, type Key } from "#test/support/dbt-app.ts";
import { aRunRecord } from "#test/support/dbt-records.ts";
import { aPersona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { allItems, auditOf } from "#test/support/table-items.ts";

const { app, standIn, admin, integrate, record, deliver } = await aDbtApp();
const owner = await aPersona(app);
const stranger = await aPersona(app, { permissions: ["GOVERNANCE", "USER_ADMIN", "CREATE_DATA_SOURCE"] });
const owned = () => integrate({ owners: [{ type: "user", id: owner.user.id }] });
const put = (key: Key, body: unknown, headers: Readonly<Record<string, string>> = {}, as = owner) =>
  app.call("PUT", pathOf(key), { as, body, headers });
const remove = (key: Key, headers: Readonly<Record<string, string>> = {}, as = owner) =>
  app.call("DELETE", pathOf(key), { as, headers });
const sync = (key: Key, body: unknown = {}, as = owner) =>
  app.call("POST", `${pathOf(key)}/sync`, { as, body });
const secretsOf = async (key: Key) => await app.secrets.get((await record(key)).secretRef);
const jobOf = (reply: { readonly body: unknown }) => reply.body as Job;

describe("PUT /dbt/{accountId}/{projectId}/{environmentId}", () => {
  it("with a key alone replaces the key, which is tried first, and leaves the webhook's secret", async () => {
    const key = await owned();
    const before = await secretsOf(key);
    const { secretRef } = await record(key);
    const apiKey = unique("dbtc_new-");
    const former = standIn.account.apiKey;
    onTestFinished(() => void Object.assign(standIn.account, { apiKey: former }));
    expect(await put(key, { apiKey })).toMatchObject({
      status: 422,
      body: { code: "dbt-cloud-key-refused" },
    });
    expect(await secretsOf(key)).toEqual(before);
    Object.assign(standIn.account, { apiKey });
    const reply = await put(key, { apiKey });
    expect(reply).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { version: 2 } });
    expect(await secretsOf(key)).toEqual({ ...before, apiKey });
    expect((await record(key)).secretRef).not.toBe(secretRef);
    expect(reply.text).not.toContain(apiKey);
    expect(JSON.stringify(await allItems(app))).not.toContain(apiKey);
    const { id } = await record(key);
    expect(await auditOf(app, "integration", id)).toEqual(["integration:create", "integration:update"]);
  });

  it("with another secret believes the one before for a day", async () => {
    const key = await owned();
    const old = (await secretsOf(key))?.["webhookSecret"] ?? "";
    const now = unique("whsec_new-");
    expect((await put(key, { webhookSecret: now })).status).toBe(200);
    const send = async (secret: string) =>
      (await deliver(key, aDelivery(key, { secret, eventType: "job.run.started" }))).status;
    expect([await send(old), await send(now)]).toEqual([202, 202]);
    app.clock.advance(24 * 3_600_000 - 1);
    expect([await send(old), await send(now)]).toEqual([202, 202]);
    app.clock.advance(1);
    expect([await send(old), await send(now)]).toEqual([401, 202]);
  });

  it("with the secret that it has already does not shorten the life of the one before", async () => {
    const key = await owned();
    const secret = unique("whsec_same-");
    await put(key, { webhookSecret: secret });
    const kept = await secretsOf(key);
    await put(key, { webhookSecret: secret });
    expect(await secretsOf(key)).toEqual(kept);
  });

  it("gives an integration without a secret its first one", async () => {
    const key = await integrate({ webhookSecret: undefined });
    expect(key.webhookSecretSet).toBe(false);
    const secret = unique("whsec_first-");
    const delivery = aDelivery(key, { secret, eventType: "job.run.started" });
    expect((await deliver(key, delivery)).status).toBe(401);
    expect(await put(key, { webhookSecret: secret }, {}, admin)).toMatchObject({
      body: { webhookSecretSet: true },
    });
    expect((await deliver(key, delivery)).status).toBe(202);
  });

  it.each([
    ["nothing", {}, 400],
    ["a field that there is not", { host: "cloud.getdbt.com" }, 400],
    ["a key of nothing", { apiKey: " " }, 400],
  ])("refuses %s", async (_, body, status) => {
    expect((await put(await owned(), body)).status).toBe(status);
  });

  it("honours If-Match", async () => {
    const key = await owned();
    const body = { webhookSecret: unique("whsec_") };
    expect(await put(key, body, { "if-match": '"7"' })).toMatchObject({ status: 412 });
    expect(await put(key, body, { "if-match": '"1"' })).toMatchObject({ status: 200, body: { version: 2 } });
  });

  it("by two at once leaves what one of them wrote, and both secrets believed", async () => {
    const key = await owned();
    const secrets = [unique("whsec_"), unique("whsec_")];
    const replies = await Promise.all(secrets.map((webhookSecret) => put(key, { webhookSecret })));
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    const kept = await secretsOf(key);
    expect([kept?.["webhookSecret"], kept?.["previousWebhookSecret"]].toSorted()).toEqual(secrets.toSorted());
  });

  it("is for owners and APPLICATION_ADMIN, and nobody else learns that it is there", async () => {
    const key = await owned();
    const body = { webhookSecret: unique("whsec_") };
    expect((await put(key, body, {}, stranger)).status).toBe(404);
    expect((await remove(key, {}, stranger)).status).toBe(404);
    expect((await sync(key, {}, stranger)).status).toBe(404);
    expect((await put(key, body, {}, admin)).status).toBe(200);
  });
});

describe("DELETE /dbt/{accountId}/{projectId}/{environmentId}", () => {
  it("answers the job that removes it, the same each time, and changes nothing more meanwhile", async () => {
    const key = await owned();
    const { id } = await record(key);
    const first = await remove(key);
    expect(first).toMatchObject({
      status: 202,
      body: {
        type: "dbt-removal",
        state: "queued",
        subject: { type: "integration", id: integrationName(key), name: integrationName(key) },
      },
    });
    expect(app.outbox.jobIds).toContain(jobOf(first).id);
    expect((await remove(key, { "if-match": '"1"' })).body).toMatchObject({ id: jobOf(first).id });
    expect(await app.call("GET", pathOf(key), { as: owner })).toMatchObject({ body: { state: "deleting" } });
    const deleting = { status: 409, body: { code: "integration-deleting" } };
    expect(await put(key, { webhookSecret: "whsec_1" })).toMatchObject(deleting);
    expect(await sync(key)).toMatchObject(deleting);
    const input = (await app.store.job(jobOf(first).id))?.input;
    const { accountId, projectId, environmentId } = key;
    expect(input).toEqual({ accountId, projectId, environmentId, integrationId: id });
    expect(await auditOf(app, "integration", id)).toEqual(["integration:create", "integration:delete"]);
  });

  it("asked for ten times at once makes one job", async () => {
    const key = await owned();
    const replies = await Promise.all(Array.from({ length: 10 }, () => remove(key)));
    expect(new Set(replies.map(({ status, body }) => `${status} ${(body as Job).id}`)).size).toBe(1);
  });

  it("ends the sync that waits for a person", async () => {
    const key = await owned();
    const kept = await record(key);
    const waiting: Job = {
      ...newJob(
        app.ids,
        { by: owner.user.id, at: app.clock.now(), correlationId: "req_1" },
        {
          type: "dbt-sync",
          line: kept.id,
          subject: { type: "integration", id: integrationName(key), name: integrationName(key) },
          input: {},
          total: 0,
        },
      ),
      state: "awaiting-approval",
    };
    await app.store.commit([
      { write: "enqueue", job: waiting },
      {
        write: "put",
        kind: "integration",
        record: { ...kept, waiting: { jobId: waiting.id, runId: "7", finishedAt: null } },
      },
    ]);
    expect((await remove(key)).status).toBe(202);
    expect((await app.store.job(waiting.id))?.state).toBe("cancelled");
    expect((await record(key)).waiting).toBeNull();
  });
});

describe("POST /dbt/{accountId}/{projectId}/{environmentId}/sync", () => {
  it("queues a sync of the newest run, of one run, or of none that changes anything", async () => {
    const key = await owned();
    const { id } = await record(key);
    const asked = async (body?: unknown) => {
      const reply = await app.call("POST", `${pathOf(key)}/sync`, {
        as: owner,
        ...(body === undefined ? {} : { body }),
      });
      expect(reply).toMatchObject({ status: 202, body: { type: "dbt-sync", createdBy: owner.user.id } });
      return (await app.store.job(jobOf(reply).id))?.input;
    };
    const { accountId, projectId, environmentId } = key;
    const of = { accountId, projectId, environmentId, integrationId: id };
    expect(await asked()).toEqual({ ...of, runId: null, dryRun: false });
    expect(await asked({ runId: 70403122785100 })).toEqual({ ...of, runId: "70403122785100", dryRun: false });
    expect(await asked({ dryRun: true })).toEqual({ ...of, runId: null, dryRun: true });
  });

  it("lets jobs of one integration go one after the other", async () => {
    const key = await owned();
    const ids = [];
    for (let count = 0; count < 3; count += 1) ids.push(jobOf(await sync(key)).id);
    const jobs = await Promise.all(ids.map((id) => app.store.job(id)));
    expect(jobs.map((job) => job?.admittedAt !== null)).toEqual([true, false, false]);
  });

  it.each([{ runId: "x" }, { runId: -1 }, { dryRun: "yes" }, { run: 1 }])("refuses %j", async (body) => {
    expect(await sync(await owned(), body)).toMatchObject({ status: 400 });
  });
});

describe("GET /dbt/{accountId}/{projectId}/{environmentId}/runs", () => {
  it("tells what became of runs, newest first, and how the job stands that is at one", async () => {
    const key = await owned();
    const { id: integrationId } = await record(key);
    const { id: jobId } = jobOf(await sync(key));
    const at = app.clock.now().toISOString();
    const runs = [
      aRunRecord({ integrationId, runId: "9", jobId: null, at }),
      aRunRecord({ integrationId, runId: "10", jobId, outcome: null, reason: "", at }),
      aRunRecord({ integrationId, runId: "100", jobId: "job_gone", outcome: "applied", created: 3, at }),
    ];
    await app.store.commit(runs.map((record) => ({ write: "put", kind: "dbt-run", record })));
    const params = { accountId: key.accountId, projectId: key.projectId, environmentId: key.environmentId };
    const { items } = await owner.api.listDbtRuns({ params });
    expect(items).toMatchObject([
      { runId: "100", state: null, outcome: "applied", created: 3 },
      { runId: "10", jobId, state: "queued", outcome: null },
      { runId: "9", jobId: null, state: null, outcome: "ignored" },
    ]);
    expect((await owner.api.getIntegration({ params })).lastRun).toEqual(items[0]);
    const first = await owner.api.listDbtRuns({ params, query: { limit: 2 } });
    const second = await owner.api.listDbtRuns({
      params,
      query: { limit: 2, cursor: first.nextCursor ?? "" },
    });
    expect([...first.items, ...second.items]).toEqual(items);
  });
});

describe("a job about an integration", () => {
  it("is for those who may manage it, and not for who merely asked for it once", async () => {
    const key = await owned();
    const { id } = jobOf(await sync(key));
    const kept = await record(key);
    const get = (as = owner) => app.call("GET", `/jobs/${id}`, { as });
    const cancel = (as = owner) => app.call("POST", `/jobs/${id}/cancel`, { as });
    expect((await get()).status).toBe(200);
    expect((await get(stranger)).status).toBe(404);
    expect((await get(admin)).status).toBe(200);
    const others = { ...kept, owners: [{ type: "user" as const, id: admin.user.id }] };
    await app.store.commit([{ write: "put", kind: "integration", record: others }]);
    expect((await get()).status).toBe(404);
    expect((await cancel()).status).toBe(404);
    expect(
      (await owner.api.listJobs({ query: { type: ["dbt-sync"] } })).items.map((job) => job.id),
    ).not.toContain(id);
    await app.store.commit([{ write: "put", kind: "integration", record: kept }]);
    expect(
      (await owner.api.listJobs({ query: { type: ["dbt-sync"] } })).items.map((job) => job.id),
    ).toContain(id);
    expect((await cancel()).status).toBe(202);
  });

  it("of one that is gone is for who had it removed, to read, and for nobody else", async () => {
    const key = await owned();
    const { id } = jobOf(await sync(key));
    const removal = jobOf(await remove(key));
    await app.store.commit([{ write: "remove", kind: "integration", record: await record(key) }]);
    const status = async (method: string, path: string, as = owner) =>
      (await app.call(method, path, { as })).status;
    expect(await status("GET", `/jobs/${removal.id}`)).toBe(200);
    expect(await status("POST", `/jobs/${removal.id}/cancel`)).toBe(404);
    expect(await status("GET", `/jobs/${id}`)).toBe(404);
    expect(await status("GET", `/jobs/${removal.id}`, stranger)).toBe(404);
    expect(await status("GET", `/jobs/${id}`, admin)).toBe(200);
  });
});
