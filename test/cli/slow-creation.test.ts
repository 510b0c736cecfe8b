import { beforeAll, describe, expect, it } from "vitest";
import { RemoteError } from "#core/ports/remote.ts";
import type { App } from "#test/support/app.ts";
import {
  aPersona,
  aRemoteTable,
  postgresConfig,
  postgresCredentials,
  registering,
  type Persona,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { failing, hurriedRemote } from "#test/support/slow-remote.ts";
import { configDirectory, startReeve, type Ended } from "./run-reeve.ts";
import { aServedApp } from "./served-app.ts";

let app: App;
let url: string;
let owner: Persona;
const home = configDirectory();
const shop = unique("shop ");

beforeAll(async () => {
  ({ app, url } = await aServedApp((served) => ({ remote: hurriedRemote(served) })));
  owner = await aPersona(app, { permissions: registering });
});

/** Runs a command whose request is answered with a job, and has that come to its end meanwhile. */
async function reeve(args: readonly string[], input = "", worker = app.worker()): Promise<Ended> {
  const env = { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: owner.key };
  const running = startReeve(args, { input, env });
  await running.says("needs longer to answer");
  await app.outbox.drain(worker);
  return await running.ended;
}

const createConnection = (name: string, worker = app.worker()): Promise<Ended> => {
  const config = Object.entries(postgresConfig()).flatMap(([field, value]) => [
    "--config",
    `${field}=${value}`,
  ]);
  const { username, password } = postgresCredentials();
  const named = ["--name", name, "--technology", "postgresql", "--username", username, ...config];
  return reeve(["connection", "create", ...named, "-o", "json"], `${password}\n`, worker);
};

describe("where the remote database needs longer to answer", () => {
  it("reeve connection create follows the job, then prints the connection and nothing else", async () => {
    const ended = await createConnection(shop);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/job job_\w+ waits for it\.\n(?:.*connection-creation of .*\n)*Job job_/);
    expect(ended.stderr).toMatch(/Job job_\w+ succeeded\.\n$/);
    expect(JSON.parse(ended.stdout)).toMatchObject({ name: shop, technology: "postgresql", version: 1 });
  });

  it("reeve data-source create follows the job, then prints the data source", async () => {
    const { schema, table } = await aRemoteTable();
    const place = ["--connection", shop, "--schema", schema, "--table", table];
    const ended = await reeve(["data-source", "create", ...place, "-o", "json"]);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain("succeeded.");
    expect(JSON.parse(ended.stdout)).toMatchObject({ name: `${schema}.${table}`, remote: { schema, table } });
  });

  it("ends with 1 and the reason where the job failed, and prints nothing", async () => {
    const sessions = failing(new RemoteError("query-failed", "the warehouse does not wake"));
    const ended = await createConnection(unique("asleep "), app.worker({ sessions }));
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/Job job_\w+ failed\. the warehouse does not wake \(connection-failed\)/);
  });
});
