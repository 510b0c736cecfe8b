import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it, vi } from "vitest";
import { connection } from "#contracts/resources/connection.ts";
import { dataSource } from "#contracts/resources/data-source.ts";
import { job } from "#contracts/resources/job.ts";
import {
  aDataDirectory,
  caller,
  keyIn,
  runningOf,
  startByNpm,
  startReeve,
  untilGone,
  type Ask,
} from "#test/support/local-reeve.ts";
import { aLogin, aSchema, pgClient, runSql } from "#test/support/postgres-client.ts";

const minute = { timeout: 60_000 };

/** A schema of the run's PostgreSQL with one table of 300 orders, and a login that may read it. */
async function aShop() {
  const schema = await aSchema();
  const login = await aLogin();
  await runSql(
    `create table ${schema}.orders (id integer primary key, country text)`,
    `insert into ${schema}.orders select i, case when i % 2 = 0 then 'DE' else 'FR' end from generate_series(1, 300) i`,
    `grant usage on schema ${schema} to ${login.username}`,
    `grant select on ${schema}.orders to ${login.username}`,
  );
  const { host, port, database } = inject("postgres");
  return { schema, credentials: login, config: { host, port, database } };
}

async function register(ask: Ask, shop: Awaited<ReturnType<typeof aShop>>): Promise<string> {
  const { schema, credentials, config } = shop;
  const made = await ask("POST", "/connections", {
    name: "shop",
    technology: "postgresql",
    config,
    credentials,
  });
  expect(made.status).toBe(201);
  const { id: connectionId } = connection.parse(made.body);
  const source = await ask("POST", "/data-sources", { connectionId, schema, table: "orders" });
  expect(source.status).toBe(201);
  return dataSource.parse(source.body).id;
}

const read = async (ask: Ask, id: string) => dataSource.parse((await ask("GET", `/data-sources/${id}`)).body);

/** The data source once its row count has been taken. */
const measured = (ask: Ask, id: string) =>
  vi.waitFor(
    async () => {
      const found = await read(ask, id);
      expect(found.statistics.fingerprintAt).not.toBeNull();
      return found;
    },
    { timeout: 15_000, interval: 50 },
  );

const jobOf = async (ask: Ask, id: string) => job.parse((await ask("GET", `/jobs/${id}`)).body);

describe("the administrator's key", minute, () => {
  it("is printed once, before `ready`, each alone on its line; later only where it is, until an operator states another", async () => {
    const directory = await aDataDirectory();
    const first = startReeve(directory, { POWERTOOLS_LOG_LEVEL: "INFO" });
    const url = await first.ready();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const key = keyIn(first);
    expect(key).toMatch(/^rv_[A-Za-z0-9]+_[A-Za-z0-9_-]{43}$/);
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: "ok" });
    expect(await caller(url, key)("GET", "/me")).toMatchObject({
      status: 200,
      body: { user: { id: "usr_first_administrator" } },
    });
    expect((await caller(url, `${key}x`)("GET", "/me")).status).toBe(401);
    expect(await first.stop()).toBe(0);
    expect(first.lines).toEqual([`administrator key ${key}`, `ready ${url}`]);
    // Logs go to standard error, and know no key.
    expect(first.talk).toContain('"message":"swept"');
    expect(first.talk).not.toContain(key);

    const keyFile = join(directory, "administrator-key");
    expect((await readFile(keyFile, "utf8")).trim()).toBe(key);
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o066).toBe(0);
    const second = startReeve(directory);
    const again = await second.ready();
    expect(second.lines).toEqual([`administrator key is in ${keyFile}`, `ready ${again}`]);
    expect((await caller(again, key)("GET", "/me")).status).toBe(200);
    await second.stop();

    const chosen = "the-operator-chose-this-key";
    const third = startReeve(directory, { REEVE_ADMIN_API_KEY: chosen });
    const last = await third.ready();
    expect(third.lines).toEqual([`ready ${last}`]);
    expect((await caller(last, chosen)("GET", "/me")).status).toBe(200);
    expect((await caller(last, key)("GET", "/me")).status).toBe(401);
  });
});

describe("from a table to a healthy data source", minute, () => {
  it("counts its rows, finds its high cardinality column, and still knows after a restart", async () => {
    const directory = await aDataDirectory();
    const shop = await aShop();
    const first = startReeve(directory);
    const firstUrl = await first.ready();
    const key = keyIn(first);
    const id = await register(caller(firstUrl, key), shop);
    const found = await measured(caller(firstUrl, key), id);
    expect(found.health.status).toBe("healthy");
    expect(found.statistics.rowCount).toMatchObject({ value: 300, exact: true });
    expect(found.statistics.highCardinalityColumn).toMatchObject({ name: "id", distinct: 300 });
    const children = first.children();
    expect(children.length).toBeGreaterThan(0);
    expect(await first.stop()).toBe(0);
    await untilGone(children);
    const second = startReeve(directory);
    const again = caller(await second.ready(), key);
    expect(await read(again, id)).toEqual(found);
    const list = await again("GET", "/data-sources");
    expect(list.body).toMatchObject({ items: [{ id, health: { status: "healthy" } }] });
    const secrets = [shop.credentials.password, key];
    for (const { lines, talk } of [first, second]) {
      const said = [...lines.filter((line) => !line.startsWith("administrator key rv_")), talk].join("\n");
      expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
    }
  });

  it("survives `kill -9` with all state, ends what it had started, and finishes the job that was broken off", async () => {
    const directory = await aDataDirectory();
    const shop = await aShop();
    const first = startReeve(directory);
    const key = await first.ready().then(() => keyIn(first));
    const ask = caller(await first.ready(), key);
    const id = await register(ask, shop);
    const before = await measured(ask, id);
    const blocker = await pgClient();
    await blocker.query(`begin; lock table ${shop.schema}.orders in access exclusive mode`);
    const asked = job.parse((await ask("POST", `/data-sources/${id}/checks`, {})).body);
    await vi.waitFor(async () => expect((await jobOf(ask, asked.id)).state).toBe("running"), {
      timeout: 10_000,
      interval: 20,
    });
    const children = first.children();
    expect(children.length).toBeGreaterThan(0);
    expect(await first.stop("SIGKILL")).toBe("SIGKILL");
    // At once: the next start waits for what is still ending.
    const second = startReeve(directory);
    await blocker.query("rollback");
    const again = caller(await second.ready(), key);
    await untilGone(children);
    await vi.waitFor(async () => expect((await jobOf(again, asked.id)).state).toBe("succeeded"), {
      timeout: 10_000,
      interval: 50,
    });
    expect((await jobOf(again, asked.id)).attempts).toBe(2);
    const after = await read(again, id);
    expect(after.health.status).toBe("healthy");
    expect(after.statistics.rowCount?.value).toBe(300);
    expect(after.statistics.fingerprintAt).not.toBe(before.statistics.fingerprintAt);
  });
});

describe("what a start leaves behind when it is killed", minute, () => {
  it("is nothing, also where npm was killed and could pass nothing on", async () => {
    const directory = await aDataDirectory();
    const reeve = startByNpm(directory);
    await reeve.ready();
    const children = reeve.children();
    expect(children.length).toBeGreaterThan(2);
    expect(await reeve.stop("SIGKILL")).toBe("SIGKILL");
    await untilGone(children);
  });

  it("is ended by the next start where nobody was left to end it", async () => {
    const directory = await aDataDirectory();
    const first = startReeve(directory);
    await first.ready();
    const key = keyIn(first);
    const database = Number(await readFile(join(directory, "dynamodb.pid"), "utf8"));
    const others = first.children().filter((pid) => pid !== database);
    expect(others).not.toEqual([]);
    for (const pid of others) process.kill(pid, "SIGKILL");
    await first.stop("SIGKILL");
    expect(runningOf([database])).toEqual([database]);
    const second = startReeve(directory);
    expect((await caller(await second.ready(), key)("GET", "/me")).status).toBe(200);
    expect(runningOf([database])).toEqual([]);
  });

  it("is nothing either where DynamoDB Local died by itself: Reeve loses its table, says so and ends with 1", async () => {
    const directory = await aDataDirectory();
    const reeve = startReeve(directory);
    await reeve.ready();
    const children = reeve.children();
    process.kill(Number(await readFile(join(directory, "dynamodb.pid"), "utf8")), "SIGKILL");
    expect(await reeve.ended()).toBe(1);
    expect(reeve.talk).toContain("DynamoDB Local has ended");
    await untilGone(children);
  });

  it("ends with 0 on SIGTERM to npm, which passes it on", async () => {
    const directory = await aDataDirectory();
    const reeve = startByNpm(directory);
    await reeve.ready();
    const children = reeve.children();
    expect(await reeve.stop("SIGTERM")).toBe(0);
    await untilGone(children);
  });
});
