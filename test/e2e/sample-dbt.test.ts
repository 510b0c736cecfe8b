import { execFile } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { column, dataSource } from "#contracts/resources/data-source.ts";
import { dbtRun } from "#contracts/resources/dbt.ts";
import { aDataDirectory, caller, startReeve, untilGone, type Ask } from "#test/support/local-reeve.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const key = "the-operator-chose-this-key-1";
const sample = { REEVE_SAMPLE: "on", REEVE_ADMIN_API_KEY: key };
const environment = "/dbt/1/10/100";

/** The command that is printed at start makes the sample's next run happen. */
async function nextRun(directory: string): Promise<void> {
  await run(process.execPath, [join(root, "scripts/next-dbt-run.ts")], {
    cwd: root,
    env: { ...process.env, REEVE_DATA_DIR: directory },
  });
}

async function runsOf(ask: Ask) {
  const { body } = await ask("GET", `${environment}/runs`);
  return z.object({ items: z.array(dbtRun) }).parse(body).items;
}

/** Waits until so many runs have come to something; the newest is first. */
const runs = (ask: Ask, count: number) =>
  vi.waitFor(
    async () => {
      const found = await runsOf(ask);
      expect(found.map(({ outcome }) => outcome)).toEqual(Array.from({ length: count }, () => "applied"));
      return found;
    },
    { timeout: 60_000, interval: 100 },
  );

const catalogOf = async (ask: Ask) =>
  z
    .object({
      items: z.array(z.object({ id: z.string(), name: z.string(), origin: z.object({ type: z.string() }) })),
    })
    .parse((await ask("GET", "/data-sources?limit=200")).body).items;

const namesOf = async (ask: Ask) => (await catalogOf(ask)).map(({ name }) => name);

const idOf = async (ask: Ask, name: string) =>
  (await catalogOf(ask)).find((each) => each.name === name)?.id ?? "";

const read = async (ask: Ask, name: string) =>
  dataSource.parse((await ask("GET", `/data-sources/${await idOf(ask, name)}`)).body);

const columnsOf = async (ask: Ask, name: string) =>
  z
    .object({ items: z.array(column) })
    .parse((await ask("GET", `/data-sources/${await idOf(ask, name)}/dictionary`)).body).items;

describe("dbt in the sample", { timeout: 150_000 }, () => {
  it("makes data sources by itself, changes them run after run, and keeps all of it over restarts, also in a directory of an earlier release", async () => {
    const directory = await aDataDirectory();
    const first = startReeve(directory, sample);
    const ask = caller(await first.ready(), key);
    const [made] = await runs(ask, 1);
    expect(made).toMatchObject({ created: 15, deleted: 0 });
    expect(first.lines.at(-1)).toBe(
      `dbt run after run: REEVE_DATA_DIR=${directory} npm run --silent sample:next-run`,
    );
    const orders = await read(ask, "marts.fct_orders");
    expect(orders.description).toContain("**14 days**");
    expect(orders.origin.type).toBe("dbt");
    const customers = await read(ask, "sales.customers");
    expect([customers.origin.type, customers.tags.map(({ provenance }) => provenance)]).toEqual([
      "manual",
      ["dbt", "dbt"],
    ]);
    const healthy = async () => expect((await read(ask, "marts.dim_products")).health.status).toBe("healthy");
    await vi.waitFor(healthy, { timeout: 30_000, interval: 200 });

    await nextRun(directory);
    await runs(ask, 2);
    expect((await read(ask, "marts.fct_orders")).description).toContain("**30 days**");
    await vi.waitFor(
      async () =>
        expect((await columnsOf(ask, "marts.dim_products")).map(({ name }) => name)).toContain("revenue"),
      { timeout: 20_000, interval: 100 },
    );
    await nextRun(directory);
    await runs(ask, 3);
    const names = await namesOf(ask);
    expect(names).toEqual(expect.arrayContaining(["marts.fct_receipts", "marts.customer_cohorts"]));
    expect(names).not.toContain("marts.fct_payments");

    const children = first.children();
    await first.kill();
    await untilGone(children);
    const second = startReeve(directory, sample);
    const later = caller(await second.ready(), key);
    await vi.waitFor(() => expect(second.lines.at(-1)).toMatch(/^dbt run after run: /), {
      timeout: 20_000,
      interval: 100,
    });
    expect(await namesOf(later)).toEqual(names);
    expect(await runsOf(later)).toHaveLength(3);
    const listed = z.object({ items: z.array(z.unknown()) }).parse((await later("GET", "/dbt")).body);
    expect(listed.items).toHaveLength(1);
    // Behind the last run comes the first again.
    await nextRun(directory);
    await runs(later, 4);
    expect(await namesOf(later)).toContain("marts.fct_payments");

    // An earlier release knew of no integration.
    const removal = z.object({ id: z.string() }).parse((await later("DELETE", environment)).body);
    await vi.waitFor(
      async () =>
        expect((await later("GET", `/jobs/${removal.id}`)).body).toMatchObject({ state: "succeeded" }),
      { timeout: 20_000, interval: 100 },
    );
    expect(await second.stop()).toBe(0);
    for (const file of await readdir(directory)) {
      if (file.startsWith("sample-dbt-")) await rm(join(directory, file));
    }
    const third = startReeve(directory, sample);
    const again = caller(await third.ready(), key);
    await runs(again, 1);
    expect((await read(again, "marts.fct_orders")).description).toContain("**14 days**");
  });

  it("is not there without the sample", async () => {
    const directory = await aDataDirectory();
    const reeve = startReeve(directory, { ...sample, REEVE_SAMPLE: "off" });
    const ask = caller(await reeve.ready(), key);
    expect((await ask("GET", "/dbt")).body).toMatchObject({ items: [] });
    expect((await readdir(directory)).filter((file) => file.startsWith("sample-"))).toEqual([]);
  });
});
