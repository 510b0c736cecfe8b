import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { failingAt, killedAt, type Broken, type Counting } from "#test/support/broken-steps.ts";
import { checkOf, shown } from "#test/support/health.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aRegistrar, aRemoteTable, type DataSource } from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const minute = 60_000;

const columnsOf = async ({ id }: DataSource) =>
  (await owner.api.getDictionary({ params: { dataSourceId: id }, query: { limit: 200 } })).items;
const textOf = async (source: DataSource, name: string) =>
  (await columnsOf(source)).find((column) => column.name === name)?.description;
const describeColumn = (source: DataSource, column: string, description: string) =>
  owner.api.updateColumn({ params: { dataSourceId: source.id, column }, body: { description } });
const detection = async ({ id }: DataSource): Promise<string> =>
  (await owner.api.runChecks({ params: { dataSourceId: id }, body: { checks: ["column-detection"] } })).id;

async function aSource() {
  const { schema, table } = await aRemoteTable("id int, c0 text");
  const source = await aDataSource(owner, connection, { schema, table });
  await app.drain();
  await describeColumn(source, "c0", "kept");
  return { source, table: `${schema}.${table}` };
}

/** Steps that write count, from the remote's answer on: what comes before is every job's, and is tried with those. */
function sinceDescribed(): Counting {
  let described = false;
  return (step) => {
    described ||= step.endsWith("describe");
    return described && /describe|Put|Write|Update|Delete/.test(step);
  };
}

const stateOf = async (jobId: string) => (await owner.api.getJob({ params: { jobId } })).state;

/** Whoever died is replaced: the message comes again, and the sweep runs each minute. */
async function repair(jobId: string): Promise<void> {
  for (let round = 0; round < 3 && (await stateOf(jobId)) !== "succeeded"; round += 1) {
    app.clock.advance(2 * minute);
    await app.sweep();
    await app.drain();
  }
}

/** An hour later nothing is left but what stands. */
async function expectSwept(): Promise<void> {
  await expectSound(app);
  app.clock.advance(61 * minute);
  await app.store.sweepGenerations(app.clock.now());
  const standing = (await itemsOf(app, "data-source")).map(
    (item) => (item["dictionary"] as { generation: string }).generation,
  );
  const chunks = (await itemsOf(app, "dictionary-chunk")).map(({ generation }) => generation);
  expect(chunks.toSorted()).toEqual(standing.toSorted());
  expect(await itemsOf(app, "staged-generation", "retired-generation")).toEqual([]);
  await expectSound(app);
}

describe.each([
  ["killed", killedAt],
  ["failing", failingAt],
])("a refresh %s between any two steps", (_, breaking: (step: number, counts: Counting) => Broken) => {
  it("leaves the dictionary old or new and whole, comes to its end, and nothing dangles", async () => {
    const { source, table } = await aSource();
    const broken: string[] = [];
    for (let step = 1; ; step += 1) {
      await runSql(`alter table ${table} rename c${step - 1} to c${step}`);
      const jobId = await detection(source);
      const at = breaking(step, sinceDescribed());
      await app.outbox.deliver(app.worker({ breaker: at.breaker }), app.outbox.take(jobId));
      const names = (await columnsOf(source)).map(({ name }) => name);
      expect([`id,c${step - 1}`, `id,c${step}`]).toContain(names.join(","));
      await repair(jobId);
      expect(await stateOf(jobId)).toBe("succeeded");
      expect(await textOf(source, `c${step}`)).toBe("kept");
      expect(checkOf(await shown(owner, source), "column-detection").state).toBe("passed");
      if (at.at === null) break;
      broken.push(at.at);
    }
    expect(broken).toEqual(
      expect.arrayContaining([
        "before describe",
        "before PutItemCommand",
        "after PutItemCommand",
        "before BatchWriteItemCommand",
        "after BatchWriteItemCommand",
        "before TransactWriteItemsCommand",
        "after TransactWriteItemsCommand",
      ]),
    );
    await expectSwept();
  }, 60_000);
});

describe("a refresh and people who write and read at the same time", () => {
  it("loses neither the refresh nor an edit, and readers see whole dictionaries alone", async () => {
    const { source, table } = await aSource();
    const seen: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      await runSql(`alter table ${table} rename c${round} to c${round + 1}`);
      await detection(source);
      const reads = Array.from({ length: 3 }, async () => {
        seen.push((await columnsOf(source)).map(({ name }) => name).join(","));
      });
      await Promise.all([
        app.drain(),
        describeColumn(source, "id", `round ${round}`),
        owner.api.updateDataSource({
          params: { dataSourceId: source.id },
          body: { documentation: `round ${round}` },
        }),
        ...reads,
      ]);
      await app.drain();
      expect(await textOf(source, "id")).toBe(`round ${round}`);
      expect(await textOf(source, `c${round + 1}`)).toBe("kept");
      expect((await shown(owner, source)).documentation).toBe(`round ${round}`);
    }
    expect(seen.every((names) => /^id,c\d$/.test(names))).toBe(true);
    await expectSwept();
  });

  it("that is met by a change between its staging and its commit merges again, and leaves nothing behind", async () => {
    const { source, table } = await aSource();
    await runSql(`alter table ${table} add extra int`);
    const jobId = await detection(source);
    let edits = 0;
    const { store } = app;
    const stage = store.stageDictionary.bind(store);
    // Two edits come after two stagings; the third goes through.
    store.stageDictionary = async (...given) => {
      const chunks = await stage(...given);
      if (edits < 2) await describeColumn(source, "id", `edit ${(edits += 1)}`);
      return chunks;
    };
    try {
      await app.outbox.deliver(app.worker(), app.outbox.take(jobId));
    } finally {
      store.stageDictionary = stage;
    }
    expect((await columnsOf(source)).map(({ name }) => name)).toEqual(["id", "c0", "extra"]);
    expect(await textOf(source, "id")).toBe("edit 2");
    // What was staged for the refused commits is gone at once.
    const chunks = (await itemsOf(app, "dictionary-chunk")).filter(
      (item) => item["dataSourceId"] === source.id,
    );
    expect(chunks).toHaveLength(2);
    await expectSwept();
  });

  it("does not turn the dictionary back where a later look has ended before it", async () => {
    const { source, table } = await aSource();
    const early = await detection(source);
    let late = "";
    const sessions: typeof app.gateway = {
      ...app.gateway,
      withSession: async (...given) => {
        const found = await app.gateway.withSession(...given);
        if (late !== "") return found;
        app.clock.advance(1000);
        await runSql(`alter table ${table} rename c0 to c1`);
        late = await detection(source);
        await app.outbox.deliver(app.worker(), app.outbox.take(late));
        return found;
      },
    };
    await app.outbox.deliver(app.worker({ sessions }), app.outbox.take(early));
    expect(await stateOf(early)).toBe("succeeded");
    expect((await columnsOf(source)).map(({ name }) => name)).toEqual(["id", "c1"]);
  });

  it("that outlives its data source ends, and brings nothing back", async () => {
    const { source, table } = await aSource();
    await runSql(`alter table ${table} add extra int`);
    const jobId = await detection(source);
    const sessions: typeof app.gateway = {
      ...app.gateway,
      withSession: async (...given) => {
        const found = await app.gateway.withSession(...given);
        await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
        return found;
      },
    };
    await app.outbox.deliver(app.worker({ sessions }), app.outbox.take(jobId));
    expect(await stateOf(jobId)).toBe("succeeded");
    // Its domains go from the remote by a job of their own.
    await app.drain();
    await expectSwept();
  });
});
