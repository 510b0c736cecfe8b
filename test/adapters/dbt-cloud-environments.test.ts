import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { clientOf, impatient, secretKey, type TestClient } from "./dbt-cloud-client.ts";

const ours = { projectId: "10", environmentId: "100" };
const standIn = new DbtCloudStandIn({ apiKey: secretKey });
let client: TestClient;

beforeAll(async () => {
  await standIn.start();
  client = clientOf(standIn);
});
afterAll(() => standIn.stop());
afterEach(() => standIn.heal());

const environment = (of = ours) => client.cloud.environment(client.access, of, impatient());
const answered = (path: RegExp, body: unknown) =>
  standIn.fault({ path, times: 1, fault: { fault: "replaced", body: JSON.stringify(body) } });

describe("an environment", () => {
  it("is told with its name and what it is for", async () => {
    expect(await environment()).toEqual({
      id: "100",
      projectId: "10",
      name: "Production",
      deploymentType: "production",
      type: "deployment",
    });
    expect(standIn.log[0]).toMatchObject({
      method: "GET",
      path: "/api/v3/accounts/1/projects/10/environments/100/",
    });
  });

  it("that is not there, or not of that project, is null", async () => {
    standIn.addEnvironment({ id: "101", projectId: "11" });
    expect(await environment({ projectId: "10", environmentId: "999" })).toBeNull();
    expect(await environment({ projectId: "10", environmentId: "101" })).toBeNull();
    answered(/environments/, { data: { id: 100, project_id: 11 } });
    expect(await environment()).toBeNull();
  });

  it("is looked for among its project's where it cannot be asked for by itself", async () => {
    const itself = { path: /environments\/\d+\/$/, fault: { fault: "status", status: 404 } } as const;
    standIn.fault(itself);
    expect(await environment()).toMatchObject({ id: "100", name: "Production" });
    expect(await environment({ projectId: "10", environmentId: "999" })).toBeNull();
    standIn.heal();
    standIn.fault(itself);
    const page = (from: number) => ({
      data: Array.from({ length: 100 }, (_, index) => ({ id: from + index, project_id: 10 })),
      extra: { pagination: { count: 100, total_count: 201 } },
    });
    answered(/offset=0$/, page(1000));
    answered(/offset=100$/, page(1100));
    answered(/offset=200$/, { data: [{ id: 100 }], extra: { pagination: { total_count: 201 } } });
    expect(await environment()).toMatchObject({ id: "100", projectId: "10" });
  });

  it("is looked for in the account's list where its project has none, and there must say its project", async () => {
    const ofAccount = (data: unknown) => {
      standIn.heal();
      standIn.fault({ path: /projects\/\d+\/environments/, fault: { fault: "status", status: 404 } });
      answered(/v2\/accounts\/1\/environments\/\?/, { data });
    };
    ofAccount([
      { id: 99, project_id: 10 },
      { id: "100", project_id: "10", name: "Production" },
    ]);
    expect(await environment()).toMatchObject({ id: "100", projectId: "10", name: "Production" });
    ofAccount([{ id: 100, project_id: 11 }]);
    expect(await environment()).toBeNull();
    ofAccount([{ id: 100 }]);
    expect(await environment()).toBeNull();
  });

  it("is looked for in the list where a list is what comes of asking for it", async () => {
    answered(/environments\/\d+\/$/, { data: [{ id: 100, project_id: 10 }] });
    expect(await environment()).toMatchObject({ id: "100", name: "Production" });
  });

  it("is read with whatever is missing or new", async () => {
    answered(/environments/, { data: { id: "100", surprise: [1], deployment_type: "canary", name: null } });
    expect(await environment()).toEqual({
      id: "100",
      projectId: "10",
      name: "",
      deploymentType: "canary",
      type: null,
    });
  });
});
