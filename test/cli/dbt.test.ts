import { afterAll, expect, it } from "vitest";
import { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";
import { standInCloud } from "#test/support/dbt-app.ts";
import { aRunRecord } from "#test/support/dbt-records.ts";
import { aConnection, aPersona, registering } from "#test/support/personas.ts";
import { configDirectory, runReeve } from "./run-reeve.ts";
import { aServedApp } from "./served-app.ts";

const standIn = new DbtCloudStandIn();
await standIn.start();
afterAll(() => standIn.stop());
const { app, url } = await aServedApp(({ clock }) => ({ cloud: standInCloud(standIn, clock) }));
const admin = await aPersona(app, { permissions: [...registering, "APPLICATION_ADMIN"] });
const home = configDirectory();
const { apiKey } = standIn.account;

const reeve = (args: readonly string[], input = "", env: Readonly<Record<string, string>> = {}) =>
  runReeve(args, {
    input,
    env: { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: admin.key, ...env },
  });
const place = ["--account", "1", "--project", "10", "--environment", "100"];
const template = "/dbt/{accountId}/{projectId}/{environmentId}";
const params = ["-P", "accountId=1", "-P", "projectId=10", "-P", "environmentId=100"];
const key = { accountId: "1", projectId: "10", environmentId: "100" };

it("connects an environment with a key that is piped in, and says what comes next, without the key", async () => {
  const connection = await aConnection(admin);
  const args = ["dbt", "connect", "--host", standIn.host, ...place, "--connection", connection.name];
  const more = [
    "--schema",
    "marts_*",
    "--name-template",
    "<tablename>",
    "--no-packages",
    "--owner",
    admin.user.id,
  ];
  const ended = await reeve([...args, ...more], `${apiKey}\n`);
  expect(ended).toMatchObject({ code: 0 });
  expect(JSON.parse(ended.stdout)).toMatchObject({
    ...key,
    connectionId: connection.id,
    schemas: ["marts_*"],
    nameTemplate: "<tablename>",
    includePackages: false,
    includeSources: true,
    owners: [{ type: "user", id: admin.user.id }],
    webhookUrl: `${url}/dbt/1/10/100/webhook`,
    webhookSecretSet: false,
  });
  expect(ended.stderr).toContain(`to ${url}/dbt/1/10/100/webhook, then hand over its secret:\n`);
  expect(ended.stderr).toContain(`reeve api ${template} -X PUT ${params.join(" ")} -d webhookSecret=@-`);
  expect(ended.stdout + ended.stderr).not.toContain(apiKey);
});

it("says what is wrong with a key, and does not repeat it", async () => {
  standIn.addEnvironment({ id: "101", projectId: "10" });
  const args = ["dbt", "connect", "--host", standIn.host, ...place.slice(0, -1), "101"];
  const ended = await reeve(args, "", { REEVE_DBT_API_KEY: "dbtc_wrong-key" });
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toContain("dbt-cloud-key-refused");
  expect(ended.stderr).not.toContain("dbtc_wrong-key");
  const without = await reeve(args);
  expect(without).toMatchObject({ code: 2 });
  expect(without.stderr).toContain("API key of dbt Cloud is needed");
});

it("refuses what is wrong before it asks for the key", async () => {
  const ended = await reeve(["dbt", "connect", "--host", standIn.host, ...place.slice(0, -1), "x"]);
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toContain("environmentId");
});

it("tells how the only integration stands, with both commands filled in and what a removal takes", async () => {
  const ended = await reeve(["dbt", "status", "-o", "tsv"]);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  const lines = ended.stdout.split("\n");
  expect(lines).toContain("integration\t1/10/100");
  expect(lines).toContain(`a new key\treeve api ${template} -X PUT ${params.join(" ")} -d apiKey=@-`);
  expect(lines).toContain(`to remove it\treeve api ${template} -X DELETE ${params.join(" ")}`);
  expect(lines).toContain("that removes\tthe integration and the 0 data sources that it made");
  expect(await reeve(["dbt", "status", "1/10/100", "-o", "tsv"])).toMatchObject({ stdout: ended.stdout });
});

it.each(["7", "1/10", "1/10/100/1", "a/b/c"])("says of %s that it names no integration", async (name) => {
  const ended = await reeve(["dbt", "status", name]);
  expect(ended).toMatchObject({ code: 2 });
  expect(ended.stderr).toContain("account/project/environment");
});

it("lists what became of runs", async () => {
  const integrationId = (await app.store.integration(key))?.id ?? "";
  const at = app.clock.now().toISOString();
  const record = aRunRecord({ integrationId, runId: "7", outcome: "applied", reason: "", created: 3, at });
  await app.store.commit([{ write: "put", kind: "dbt-run", record }]);
  const ended = await reeve(["dbt", "runs", "-o", "tsv"]);
  expect(ended.stdout).toBe(
    `run\toutcome\tcreated\tupdated\tdeleted\tat\treason\tjob\n7\tapplied\t3\t0\t0\t${at}\t\tjob_1\n`,
  );
});

it("queues a sync of a run, or only tells what it would do", async () => {
  const ended = await reeve(["dbt", "sync", "--run", "70403122785100", "--dry-run", "--no-wait"]);
  expect(ended).toMatchObject({ code: 0 });
  const job = JSON.parse(ended.stdout) as { id: string };
  expect(await app.store.job(job.id)).toMatchObject({ input: { runId: "70403122785100", dryRun: true } });
  expect(await reeve(["dbt", "sync", "--run", "seven", "--no-wait"])).toMatchObject({ code: 2 });
});

it("replaces the key by the very command that the task names", async () => {
  const before = (await app.store.integration(key))?.secretRef ?? "";
  const ended = await reeve(["api", template, "-X", "PUT", ...params, "-d", `apiKey=${apiKey}`]);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(ended.stdout)).toMatchObject({ ...key, state: "active" });
  expect(ended.stdout).not.toContain(apiKey);
  const after = (await app.store.integration(key))?.secretRef ?? "";
  expect(after).not.toBe(before);
  expect(await app.secrets.get(after)).toEqual({ apiKey });
  const piped = await reeve(["api", template, "-X", "PUT", ...params, "-d", "webhookSecret=@-"], "whsec_1\n");
  expect(JSON.parse(piped.stdout)).toMatchObject({ webhookSecretSet: true });
});

it("removes nothing unless a person has agreed", async () => {
  const ended = await reeve(["dbt", "disconnect"]);
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toContain(
    "This removes the integration and the 0 data sources that it made: add --yes.",
  );
  expect((await app.store.integration(key))?.state).toBe("active");
});

it("removes an integration, by its own command and by the request that the task names", async () => {
  const ended = await reeve(["dbt", "disconnect", "1/10/100", "--yes", "--no-wait"]);
  expect(ended).toMatchObject({ code: 0 });
  const job = JSON.parse(ended.stdout) as { id: string };
  expect(job).toMatchObject({ type: "dbt-removal", subject: { name: "1/10/100" } });
  const asked = await reeve(["api", template, "-X", "DELETE", ...params]);
  expect(asked).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(asked.stdout)).toMatchObject({ id: job.id });
});
