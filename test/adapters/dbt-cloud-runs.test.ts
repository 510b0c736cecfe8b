import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { all, clientOf, impatient, secretKey, type TestClient } from "./dbt-cloud-client.ts";

const ours = { projectId: "10", environmentId: "100" };
const standIn = new DbtCloudStandIn({ apiKey: secretKey });
let client: TestClient;

beforeAll(async () => {
  await standIn.start();
  client = clientOf(standIn);
});
afterAll(() => standIn.stop());
afterEach(() => {
  standIn.heal();
  standIn.account.runs.clear();
  standIn.account.honoursFilters = true;
  standIn.account.tellsJobs = true;
  standIn.account.forbids = false;
});

const finishedRuns = (of = ours) => all(client.cloud.finishedRuns(client.access, of, impatient()));
const answered = (path: RegExp, body: unknown) =>
  standIn.fault({ path, times: 1, fault: { fault: "replaced", body: JSON.stringify(body) } });

describe("the finished runs of an environment", () => {
  const minute = (at: number): Date => new Date(Date.parse("2026-03-01T00:00:00Z") + at * 60_000);

  it("come page by page, each once, those that finished last first", async () => {
    const made = Array.from({ length: 230 }, (_, at) => standIn.finishRun({ finishedAt: minute(at) }));
    const found = await finishedRuns();
    expect(found.map(({ id }) => id)).toEqual(made.map(({ id }) => id).toReversed());
    const pages = standIn.log.map(({ path }) => new URLSearchParams(path.split("?")[1]));
    expect(pages.map((page) => [page.get("limit"), page.get("offset"), page.get("order_by")])).toEqual([
      ["100", "0", "-finished_at"],
      ["100", "100", "-finished_at"],
      ["100", "200", "-finished_at"],
    ]);
  });

  it("are asked for as they are taken, no further", async () => {
    for (let at = 0; at < 150; at += 1) standIn.finishRun({ finishedAt: minute(at) });
    for await (const newest of client.cloud.finishedRuns(client.access, ours, impatient())) {
      expect(newest).toMatchObject({
        finishedAt: minute(149).toISOString(),
        jobType: "scheduled",
        steps: [],
      });
      break;
    }
    expect(standIn.log).toHaveLength(1);
  });

  it("are each given once where others finish meanwhile", async () => {
    for (let at = 0; at < 120; at += 1) standIn.finishRun({ finishedAt: minute(at) });
    const found: string[] = [];
    for await (const { id } of client.cloud.finishedRuns(client.access, ours, impatient())) {
      if (found.length === 50) standIn.finishRun({ finishedAt: minute(500) });
      found.push(id);
    }
    expect(found).toHaveLength(120);
    expect(new Set(found).size).toBe(120);
  });

  it("are neither unfinished nor others', even where the other side knows no filters and no pages", async () => {
    standIn.addEnvironment({ id: "101", projectId: "10" });
    standIn.addEnvironment({ id: "200", projectId: "20" });
    standIn.finishRun({ environmentId: "101" });
    standIn.finishRun({ projectId: "20", environmentId: "200" });
    standIn.finishRun({ projectId: "20", environmentId: "100" });
    standIn.finishRun({ status: 3, finishedAt: null });
    standIn.finishRun({ status: 1, finishedAt: null });
    // Where it ran is told by the run itself, if not by the list.
    const untold = standIn.finishRun({ fields: { environment_id: undefined } }).id;
    const wanted = [untold, ...[10, 20, 30].map((status) => standIn.finishRun({ status }).id)];
    for (const honours of [true, false]) {
      standIn.account.honoursFilters = honours;
      expect((await finishedRuns()).map(({ id }) => id).toSorted()).toEqual(wanted);
    }
    for (let more = 0; more < 120; more += 1) standIn.finishRun({ environmentId: "101" });
    standIn.log.length = 0;
    expect(await finishedRuns()).toHaveLength(4);
    expect(standIn.log.length).toBeLessThanOrEqual(2);
  });

  it("are none where there are none, or where the account is not there", async () => {
    expect(await finishedRuns()).toEqual([]);
    const access = { ...client.access, accountId: "2" };
    expect(await all(client.cloud.finishedRuns(access, ours, impatient()))).toEqual([]);
  });

  it("come to an end where the other side knows no pages and does not tell how many there are", async () => {
    const row = { id: 8, project_id: 10, environment_id: 100, status: 10 };
    const body = JSON.stringify({ data: [row] });
    standIn.fault({ path: /runs/, fault: { fault: "replaced", body } });
    expect(await finishedRuns()).toHaveLength(1);
    expect(standIn.log).toHaveLength(2);
  });

  it("pass over rows that are no runs, and go on behind them", async () => {
    const { id } = standIn.finishRun();
    const row = { id: Number(id), project_id: "10", environment_id: 100, status: 20 };
    answered(/runs\/\?/, {
      data: [null, 7, { name: "no id" }, row],
      extra: { pagination: { total_count: 4 } },
    });
    expect(await finishedRuns()).toMatchObject([{ id, status: "error", finishedAt: null }]);
  });
});
