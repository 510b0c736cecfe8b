import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aDataSource, aPersona, aRegistrar, makeMember, type Persona } from "#test/support/personas.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const administrator = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });

/** A data source that is measured, and a job of it that waits for its message. */
async function aQueuedJob() {
  const source = await aDataSource(owner, connection);
  await app.drain();
  const job = await owner.api.runChecks({
    params: { dataSourceId: source.id },
    body: { checks: ["row-count"] },
  });
  return { source, job, params: { jobId: job.id } };
}
const steer = (jobId: string, verb: string, as = owner) => app.call("POST", `/jobs/${jobId}/${verb}`, { as });

describe("GET /jobs", () => {
  it("lists jobs newest first, a page at a time, by type, state and data source", async () => {
    const source = await aDataSource(owner, connection);
    await app.drain();
    const params = { dataSourceId: source.id };
    const queued = [];
    for (let count = 0; count < 3; count += 1)
      queued.push((await owner.api.runChecks({ params, body: {} })).id);
    const list = (query: object) => owner.api.listJobs({ query: { dataSourceId: source.id, ...query } });
    const ids = async (query: object) => (await list(query)).items.map(({ id }) => id);
    const all = await ids({});
    expect(all).toHaveLength(4);
    expect(all.slice(0, 3)).toEqual(queued.toReversed());
    expect(await ids({ state: "queued" })).toEqual(queued.toReversed());
    expect(await ids({ state: ["succeeded", "failed"] })).toEqual(all.slice(3));
    expect(await ids({ type: "health-check" })).toEqual(all);
    const first = await list({ limit: 3 });
    expect(first.items).toHaveLength(3);
    expect(await ids({ limit: 3, cursor: first.nextCursor })).toEqual(all.slice(3));
    const everywhere = (await owner.api.listJobs({ query: { limit: 200 } })).items.map(({ id }) => id);
    expect(everywhere.slice(0, 4)).toEqual(all);
  });

  it("lists the jobs of any of several data sources, newest first over pages of any size, each once", async () => {
    const made = await Promise.all([1, 2, 3].map(() => aDataSource(owner, connection)));
    await app.drain();
    const queued: string[] = [];
    for (const turn of [0, 1, 2, 2, 0, 1, 0]) {
      app.clock.advance(1000);
      const params = { dataSourceId: made[turn]?.id ?? "" };
      if (turn < 2) queued.push((await owner.api.runChecks({ params })).id);
      else await owner.api.runChecks({ params });
    }
    const [one = "", two = ""] = made.map(({ id }) => id);
    const dataSourceId = [one, two, one];
    const newestFirst = queued.toReversed();
    for (const limit of [1, 2, 3, 5, 200]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await owner.api.listJobs({ query: { dataSourceId, state: "queued", limit, cursor } });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen, `pages of ${limit}`).toEqual(newestFirst);
    }
    const subscriber = await aPersona(app);
    await makeMember(app, { id: two }, subscriber, "subscriber");
    const { items } = await subscriber.api.listJobs({ query: { dataSourceId } });
    expect(new Set(items.map(({ subject }) => subject.id))).toEqual(new Set([two]));
  });

  it("takes at most 20 data sources at once", async () => {
    const asked = (count: number) =>
      app.call("GET", "/jobs", {
        as: owner,
        query: { dataSourceId: Array.from({ length: count }, (_, index) => `ds_none${index}`) },
      });
    expect(await asked(20)).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
    expect(await asked(21)).toMatchObject({
      status: 400,
      body: { code: "invalid-request", errors: [{ in: "query", pointer: "/dataSourceId" }] },
    });
  });

  it("holds what the caller may see: their own, their data sources', or all for an administrator", async () => {
    const { source, job } = await aQueuedJob();
    const subscriber = await aPersona(app);
    await makeMember(app, source, subscriber, "subscriber");
    const outsider = await aPersona(app, { permissions: ["CREATE_DATA_SOURCE", "AUDIT", "USER_ADMIN"] });
    const seen = async (as: Persona) =>
      (await as.api.listJobs({ query: { limit: 200 } })).items.some(({ id }) => id === job.id);
    expect(await Promise.all([owner, subscriber, administrator, outsider].map(seen))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(await outsider.api.listJobs({})).toEqual({ items: [], nextCursor: null });
  });
});

describe("GET /jobs/{id}", () => {
  it("shows the job, and nothing of its lease or place in line", async () => {
    const { source, job } = await aQueuedJob();
    expect((await app.call("GET", `/jobs/${job.id}`, { as: owner })).body).toEqual({
      id: job.id,
      type: "health-check",
      state: "queued",
      progress: { done: 0, total: 1 },
      subject: { type: "data-source", id: source.id, name: source.name },
      attempts: 0,
      error: null,
      createdBy: owner.user.id,
      createdAt: app.clock.now().toISOString(),
      startedAt: null,
      finishedAt: null,
      result: null,
    });
  });

  it("is 404 to outsiders, and 403 for members who would steer it", async () => {
    const { source, job } = await aQueuedJob();
    const [outsider, subscriber] = [await aPersona(app), await aPersona(app)];
    await makeMember(app, source, subscriber, "subscriber");
    expect((await app.call("GET", `/jobs/${job.id}`, { as: outsider })).status).toBe(404);
    expect((await app.call("GET", `/jobs/${job.id}`, { as: subscriber })).status).toBe(200);
    for (const verb of ["retry", "approve", "cancel"]) {
      expect((await steer(job.id, verb, outsider)).status).toBe(404);
      expect((await steer(job.id, verb, subscriber)).status).toBe(403);
    }
    expect((await steer(job.id, "cancel", administrator)).status).toBe(202);
  });
});

describe("POST /data-sources/{id}/checks", () => {
  it("runs all that can be run by default, and names what cannot", async () => {
    const { id } = await aDataSource(owner, connection);
    const path = `/data-sources/${id}/checks`;
    expect(await app.call("POST", path, { as: owner, body: {} })).toMatchObject({
      status: 202,
      body: { state: "queued", progress: { done: 0, total: 5 } },
    });
    const body = { checks: ["row-count", "policy-enforcement", "schema-detection"] };
    expect(await app.call("POST", path, { as: owner, body })).toMatchObject({
      status: 422,
      body: { code: "check-not-available", errors: [{ pointer: "/checks/1" }, { pointer: "/checks/2" }] },
    });
    for (const checks of [[], ["nonsense"], "row-count"]) {
      expect((await app.call("POST", path, { as: owner, body: { checks } })).status).toBe(400);
    }
  });
});

describe("the state of a job", () => {
  it("queued can be cancelled, which is the end of it, and sent again", async () => {
    const { job, params } = await aQueuedJob();
    expect(await steer(job.id, "cancel")).toMatchObject({
      status: 202,
      body: { id: job.id, state: "cancelled", finishedAt: app.clock.now().toISOString() },
    });
    await app.drain();
    expect((await owner.api.getJob({ params })).state).toBe("cancelled");
    expect(await steer(job.id, "retry")).toMatchObject({
      status: 202,
      body: { state: "queued", finishedAt: null },
    });
    await app.drain();
    expect((await owner.api.getJob({ params })).state).toBe("succeeded");
    expect(await auditOf(app, "job", job.id)).toEqual(["job:cancelled", "job:retried", "job:succeeded"]);
  });

  it("finished long ago, and sent again, keeps its places in the lists as long as it is kept itself", async () => {
    const { job } = await aQueuedJob();
    await steer(job.id, "cancel");
    const day = 24 * 60 * 60_000;
    app.clock.advance(80 * day);
    await steer(job.id, "retry");
    await app.drain();
    const stored = await itemsOf(app, "job", "job-in-month", "job-of-data-source");
    const items = stored.filter((item) => [item["id"], item["jobId"]].includes(job.id));
    const expiry = new Map(items.map(({ kind, ttl }) => [kind, Number(ttl)]));
    const end = expiry.get("job") ?? 0;
    expect(end).toBe(Math.floor(app.clock.now().getTime() / 1000) + 90 * 24 * 60 * 60);
    expect(expiry.get("job-in-month")).toBeGreaterThan(end);
    expect(expiry.get("job-of-data-source")).toBeGreaterThan(end);
    app.clock.advance(-80 * day);
  });

  it("decides what can be done: everything else is 409 and changes nothing", async () => {
    const { job, params } = await aQueuedJob();
    const refused = async (...verbs: readonly string[]) => {
      const before = await owner.api.getJob({ params });
      for (const verb of verbs) {
        expect(await steer(job.id, verb)).toMatchObject({ status: 409, body: { code: "job-state" } });
      }
      expect(await owner.api.getJob({ params })).toEqual(before);
    };
    await refused("retry", "approve");
    await app.drain();
    await refused("retry", "approve", "cancel");
  });

  it("cancelled by many at once is cancelled once", async () => {
    const { job } = await aQueuedJob();
    const replies = await Promise.all(Array.from({ length: 5 }, () => steer(job.id, "cancel")));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([202, 409, 409, 409, 409]);
    expect(await auditOf(app, "job", job.id)).toEqual(["job:cancelled"]);
  });

  it("leaves no place in line and no slot behind", async () => {
    const { job } = await aQueuedJob();
    await steer(job.id, "cancel");
    const places = await itemsOf(app, "slot", "waiting-job");
    expect(places.filter(({ jobId }) => jobId === job.id)).toEqual([]);
  });
});
