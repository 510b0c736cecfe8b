import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { all, clientOf, failure, impatient, secretKey, type TestClient } from "./dbt-cloud-client.ts";

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

const environment = (of = ours) => client.cloud.environment(client.access, of, impatient());
const run = (id: string) => client.cloud.run(client.access, id, impatient());
const finishedRuns = (of = ours) => all(client.cloud.finishedRuns(client.access, of, impatient()));
const answered = (path: RegExp, body: unknown) =>
  standIn.fault({ path, times: 1, fault: { fault: "replaced", body: JSON.stringify(body) } });

describe("a run", () => {
  it("comes with its job's type, its trigger and its steps", async () => {
    const { id } = standIn.finishRun({
      finishedAt: new Date("2026-03-01T09:59:32.123Z"),
      trigger: { schema_override: "", target_name_override: "qa" },
      steps: [{ name: "Clone git repository" }, { name: "Invoke dbt with `dbt build`", status: 20 }],
    });
    expect(id).toMatch(/^\d{14}$/);
    expect(await run(id)).toEqual({
      id,
      jobId: "1000",
      ...ours,
      status: "success",
      createdAt: "2026-03-01T09:58:32.123Z",
      finishedAt: "2026-03-01T09:59:32.123Z",
      jobType: "scheduled",
      pullRequest: false,
      schemaOverride: null,
      targetOverride: "qa",
      steps: [
        { index: 1, name: "Clone git repository", status: "success" },
        { index: 2, name: "Invoke dbt with `dbt build`", status: "error" },
      ],
    });
    expect(standIn.log).toHaveLength(1);
    expect(decodeURIComponent(standIn.log[0]?.path ?? "")).toBe(
      `/api/v2/accounts/1/runs/${id}/?include_related=["trigger","job","run_steps"]`,
    );
  });

  it("that is not there is null", async () => {
    expect(await run("7")).toBeNull();
  });

  it.each([
    "github_pull_request_id",
    "gitlab_merge_request_id",
    "azure_pull_request_id",
    "azure_devops_pull_request_id",
    "non_native_pull_request_id",
  ])("is a pull request's where its trigger has a %s", async (name) => {
    const { id } = standIn.finishRun({ trigger: { [name]: 17 } });
    expect((await run(id))?.pullRequest).toBe(true);
    const none = standIn.finishRun({ trigger: { [name]: 0 } });
    expect((await run(none.id))?.pullRequest).toBe(false);
  });

  it("asks for its job where the reply leaves it out, and for no more than that", async () => {
    standIn.account.tellsJobs = false;
    standIn.addJob({ id: "1001", ...ours, jobType: "ci" });
    expect((await run(standIn.finishRun({ jobId: "1001" }).id))?.jobType).toBe("ci");
    expect(standIn.log.map(({ path }) => path.split("?")[0])).toEqual([
      expect.stringMatching(/runs\/\d+\/$/),
      "/api/v2/accounts/1/jobs/1001/",
    ]);
    const gone = standIn.finishRun({ jobId: "4711", ...ours });
    expect((await run(gone.id))?.jobType).toBeNull();
  });

  it.each([
    [1, "queued"],
    [2, "starting"],
    [3, "running"],
    [10, "success"],
    [20, "error"],
    [30, "cancelled"],
    [77, "unknown"],
  ])("of status %i is %s", async (status, word) => {
    expect((await run(standIn.finishRun({ status }).id))?.status).toBe(word);
  });

  it("is read with whatever is missing, of another type or new", async () => {
    answered(/runs\/8/, {
      data: {
        id: "8",
        status: "10",
        job_definition_id: null,
        project_id: -4,
        environment_id: { id: 3 },
        created_at: "soon",
        finished_at: "2026-03-01T10:00:00+0200",
        trigger: "none",
        run_steps: [{ index: "2", status: 10 }, { name: "without an index" }, 7, { index: 1, name: "first" }],
        surprise: {},
      },
      extra: "nothing",
    });
    expect(await run("8")).toEqual({
      id: "8",
      jobId: null,
      projectId: null,
      environmentId: null,
      status: "success",
      createdAt: null,
      finishedAt: "2026-03-01T08:00:00.000Z",
      jobType: null,
      pullRequest: false,
      schemaOverride: null,
      targetOverride: null,
      steps: [
        { index: 1, name: "first", status: "unknown" },
        { index: 2, name: "", status: "success" },
      ],
    });
  });

  it("that is another than the one asked for is a bad reply", async () => {
    answered(/runs\/8/, { data: { id: 9 } });
    expect((await failure(run("8"))).reason).toBe("bad-reply");
    answered(/runs\/8/, { data: null });
    expect((await failure(run("8"))).reason).toBe("bad-reply");
  });
});

describe("the key", () => {
  it("stands in the Authorization header alone", async () => {
    await environment();
    expect(standIn.log).toMatchObject([{ authorized: true }]);
    expect(JSON.stringify(standIn.log)).not.toContain(secretKey);
  });

  it.each([401, 403])("that is refused with %i is said to be", async (status) => {
    standIn.account.forbids = status === 403;
    const access = { ...client.access, apiKey: `${secretKey}-old` };
    const error = await failure(client.cloud.environment(access, ours, client.patient(60_000)));
    expect([error.reason, error.message]).toEqual([
      "key-refused",
      `${standIn.host} refused the API key (${status})`,
    ]);
    expect(standIn.log).toHaveLength(1);
  });

  it.each([`${secretKey}\r\nx-evil: 1`, `${secretKey}é`, `${secretKey} 2`, ""])(
    "that no header could carry is refused unasked",
    async (apiKey) => {
      const error = await failure(client.cloud.run({ ...client.access, apiKey }, "1", impatient()));
      expect(error.reason).toBe("key-refused");
      expect(standIn.log).toEqual([]);
    },
  );

  it("is in no error, even where the other side repeats it", async () => {
    const status = 400;
    for (const body of [
      secretKey,
      JSON.stringify({ data: secretKey, status: { user_message: secretKey } }),
    ]) {
      standIn.fault({ path: /runs/, times: 1, fault: { fault: "status", status, body } });
      expect((await failure(run("1"))).reason).toBe("bad-reply");
      standIn.fault({ path: /runs/, times: 1, fault: { fault: "replaced", body: `${body}{` } });
      expect((await failure(run("1"))).reason).toBe("bad-reply");
    }
    standIn.fault({ path: /runs/, times: 1, fault: { fault: "redirect", to: `http://x/${secretKey}` } });
    expect((await failure(run("1"))).reason).toBe("bad-reply");
  });
});

describe("ids", () => {
  it.each(["", "0", "-1", "1.5", "1e3", " 1", "1/../2", "..", "1?x", "1%2f", "١", "12345678901234567890"])(
    "%j does not get into an address",
    async (id) => {
      const patience = impatient();
      const { cloud, access } = client;
      await expect(cloud.run(access, id, patience)).rejects.toThrow(RangeError);
      await expect(cloud.run({ ...access, accountId: id }, "1", patience)).rejects.toThrow(RangeError);
      await expect(environment({ projectId: id, environmentId: "1" })).rejects.toThrow(RangeError);
      await expect(environment({ projectId: "1", environmentId: id })).rejects.toThrow(RangeError);
      await expect(finishedRuns({ projectId: "1", environmentId: id })).rejects.toThrow(RangeError);
      await expect(cloud.artifacts(access, id, patience)).rejects.toThrow(RangeError);
      expect(standIn.log).toEqual([]);
    },
  );
});

describe("a webhook", () => {
  const create = () =>
    client.cloud.createWebhook(client.access, { name: "Reeve", url: "http://127.0.0.1:9/hook" }, impatient());

  it("is made for the completed runs of the whole account, and its secret is told", async () => {
    const made = await create();
    const [kept] = standIn.account.subscriptions.values();
    expect(made).toEqual({ id: kept?.id, secret: kept?.secret });
    expect(kept).toMatchObject({
      name: "Reeve",
      clientUrl: "http://127.0.0.1:9/hook",
      eventTypes: ["job.run.completed"],
      jobIds: [],
      active: true,
    });
  });

  it("is taken away, and one that is not there is no error", async () => {
    const { id } = await create();
    await client.cloud.deleteWebhook(client.access, id, impatient());
    expect(standIn.account.subscriptions.has(id)).toBe(false);
    await client.cloud.deleteWebhook(client.access, id, impatient());
    await expect(client.cloud.deleteWebhook(client.access, "../../x", impatient())).rejects.toThrow(
      RangeError,
    );
  });

  it("is not made twice because a reply was lost or the other side failed", async () => {
    const lost = clientOf(standIn, { bounds: { replyMs: 200, patientReplyMs: 200 } });
    const faults = [{ fault: "hang" }, { fault: "status", status: 502 }, { fault: "reset" }] as const;
    for (const fault of faults) {
      standIn.heal();
      standIn.fault({ path: /subscriptions/, fault });
      const of = { name: "Reeve", url: "http://127.0.0.1:9/hook" };
      await failure(lost.cloud.createWebhook(lost.access, of, lost.patient(600_000)));
      expect(standIn.log, fault.fault).toHaveLength(1);
    }
  });

  it("whose reply lacks the secret is a bad reply", async () => {
    answered(/subscriptions/, { data: { id: "wsu_1" } });
    expect((await failure(create())).reason).toBe("bad-reply");
  });
});
