import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { dataSource } from "#contracts/resources/data-source.ts";
import {
  aDataDirectory,
  caller,
  runningOf,
  startReeve,
  untilGone,
  type Ask,
} from "#test/support/local-reeve.ts";

const read = async (ask: Ask, id: string) => dataSource.parse((await ask("GET", `/data-sources/${id}`)).body);

describe("the sample warehouse", { timeout: 90_000 }, () => {
  const summaries = z.object({
    items: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        origin: z.object({ type: z.string() }),
        health: z.object({ status: z.string() }),
        statistics: z.object({ rowCount: z.object({ value: z.number() }).nullable() }),
      }),
    ),
  });
  /** What is registered; what dbt makes comes about beside it. */
  const list = async (ask: Ask) =>
    summaries
      .parse((await ask("GET", "/data-sources?limit=200")).body)
      .items.filter(({ origin }) => origin.type !== "dbt");

  it("is registered by itself, once, whatever comes between, and shows healthy and unhealthy data sources; meanwhile no other Reeve gets at its directory", async () => {
    const directory = await aDataDirectory();
    const key = "the-operator-chose-this-key-1";
    const sample = { REEVE_SAMPLE: "on", REEVE_ADMIN_API_KEY: key };
    const first = startReeve(directory, sample);
    const early = caller(await first.ready(), key);
    await vi.waitFor(async () => expect((await list(early)).length).toBeGreaterThan(4), {
      timeout: 30_000,
      interval: 50,
    });
    await first.kill();
    const second = startReeve(directory, sample);
    const ask = caller(await second.ready(), key);
    const other = startReeve(directory, sample);
    const complete = async () => {
      const found = await list(ask);
      expect(found.length).toBeGreaterThanOrEqual(30);
      expect(
        found.filter(({ health, statistics }) => health.status === "healthy" && !statistics.rowCount),
      ).toEqual([]);
      await stat(join(directory, "sample-registered"));
      return found;
    };
    const found = await vi.waitFor(complete, { timeout: 40_000, interval: 200 });
    expect(await other.ended()).toBe(1);
    expect(other.talk).toContain(`REEVE_DATA_DIR ${directory} is in use`);
    const names = found.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(found.find(({ name }) => name === "sales.order_items")?.statistics.rowCount?.value).toBe(200_000);
    const unhealthy = found.filter(({ health }) => health.status === "unhealthy");
    expect(unhealthy.map(({ name }) => name)).toEqual(["crm.recent_signups"]);
    const broken = await read(ask, unhealthy[0]?.id ?? "");
    expect(broken.health.checks.find(({ check }) => check === "row-count")).toMatchObject({
      state: "failed",
      detail: expect.stringContaining("invalid input syntax for type date") as string,
    });
    const masked = async () => {
      const healthy = found.filter(({ health }) => health.status === "healthy");
      const shown = await Promise.all(healthy.map(({ id }) => read(ask, id)));
      expect(shown.filter(({ unavailableMasks: masks }) => masks.length > 0)).toEqual([]);
    };
    await vi.waitFor(masked, { timeout: 20_000, interval: 200 });
    const employees = found.find(({ name }) => name === "hr.employees")?.id ?? "";
    const dictionary = await ask("GET", `/data-sources/${employees}/dictionary`);
    expect(dictionary.body).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          name: "ssn",
          description: "Social security number",
          tags: [{ name: "PII.National ID", provenance: "manual" }],
        }),
      ]) as unknown[],
    });
    const children = second.children();
    expect(children.length).toBeGreaterThan(2);
    expect(await second.stop()).toBe(0);
    await untilGone(children);
    const third = startReeve(directory, sample);
    const later = caller(await third.ready(), key);
    const tested = await later("GET", "/connections");
    const { id } = z.object({ items: z.array(z.object({ id: z.string() })).length(1) }).parse(tested.body)
      .items[0] ?? {
      id: "",
    };
    expect((await later("POST", `/connections/${id}/test`)).body).toMatchObject({ ok: true });
    expect((await list(later)).map(({ name }) => name)).toEqual(names);
    expect(runningOf(children)).toEqual([]);
  });
});
