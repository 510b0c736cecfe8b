import * as fc from "fast-check";
import { expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { killedAt } from "#test/support/broken-steps.ts";
import { aKeptIntegration, layOn } from "#test/support/dbt-layer.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aRegistrar } from "#test/support/personas.ts";
import { runSql, uniqueName } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const integration = await aKeptIntegration(app);

/** Two hours later, at a full hour: what was staged and came to nothing is due by then. */
async function hourlySweep(): Promise<void> {
  const now = app.clock.now();
  app.clock.advance((180 - now.getUTCMinutes()) * 60_000 - now.getUTCSeconds() * 1000);
  await app.sweep();
}

/** One thing that happens to one of two tables or to its data source. */
type Event =
  | { readonly event: "register" | "delete" | "restore" | "rename source" | "sweep" }
  | { readonly event: "refresh"; readonly killedAt: number | null }
  | { readonly event: "dbt runs"; readonly columns: number }
  | { readonly event: "describe"; readonly column: number; readonly text: string | null }
  | { readonly event: "add" | "drop" | "rename column" | "re-add"; readonly column: number };

const anEvent: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ event: fc.constant("dbt runs" as const), columns: fc.nat(4) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      event: fc.constantFrom("register" as const, "delete", "restore", "rename source", "sweep"),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      event: fc.constant("refresh" as const),
      killedAt: fc.option(fc.integer({ min: 1, max: 40 })),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      event: fc.constant("describe" as const),
      column: fc.nat(5),
      text: fc.option(fc.string({ maxLength: 8 })),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      event: fc.constantFrom("add" as const, "drop", "rename column", "re-add"),
      column: fc.nat(5),
    }),
  },
);

/** A remote column: its number never changes and is never used again. */
interface Remote {
  readonly number: number;
  name: string;
}

/** A column as the catalog should know it. */
interface Known {
  number: number;
  name: string;
  text: string | null;
}

/** A remote table and its data source, as a naive reader of the rules would keep them. */
class Model {
  private readonly schema = uniqueName("history");
  private numbers = 1;
  private names = 0;
  private remote: Remote[] = [{ number: 1, name: "id" }];
  private dropped: string[] = [];
  private sourceId: string | null = null;
  private sourceName = "";
  private deleted = false;
  private columns: Known[] = [];
  private gone: Known[] = [];
  /** What dbt says of columns, by their names. */
  private said: ReadonlyMap<string, string> = new Map();

  async begin(): Promise<void> {
    await runSql(`create schema ${this.schema}`, `create table ${this.schema}.t (id int)`);
  }

  happens(event: Event): Promise<void> {
    if (event.event === "refresh") return this.refresh(event.killedAt);
    if (event.event === "dbt runs") return this.runDbt(event.columns);
    if (event.event === "describe") return this.describe(event.column, event.text);
    return "column" in event ? this.alter(event.event, event.column) : this.plain[event.event]();
  }

  private readonly plain = {
    register: () => this.register(),
    delete: () => this.delete(),
    restore: () => this.restore(),
    "rename source": () => this.renameSource(),
    sweep: hourlySweep,
  };

  private get params() {
    return { dataSourceId: this.sourceId ?? "" };
  }

  private get alive(): boolean {
    return this.sourceId !== null && !this.deleted;
  }

  private async register(): Promise<void> {
    if (this.sourceId !== null) return;
    this.sourceName = unique("history ");
    const body = { connectionId: connection.id, schema: this.schema, table: "t", name: this.sourceName };
    this.sourceId = (await owner.api.createDataSource({ body })).id;
    this.columns = this.remote.map((column) => ({ ...column, text: null }));
    await app.drain();
  }

  private async delete(): Promise<void> {
    if (!this.alive) return;
    await owner.api.deleteDataSource({ params: this.params });
    this.deleted = true;
    // A person made it: what dbt says of it goes, until a run meets it again.
    this.said = new Map();
  }

  private async restore(): Promise<void> {
    if (!this.deleted) return;
    await owner.api.restoreDataSource({ params: this.params });
    this.deleted = false;
    // Its checks run again, the one that looks at its columns among them.
    await app.drain();
    this.merge();
  }

  private async renameSource(): Promise<void> {
    if (!this.alive) return;
    this.sourceName = unique("history ");
    await owner.api.updateDataSource({ params: this.params, body: { name: this.sourceName } });
  }

  private async describe(place: number, text: string | null): Promise<void> {
    const column = this.columns[place % Math.max(1, this.columns.length)];
    if (!this.alive || column === undefined) return;
    const params = { ...this.params, column: column.name };
    await owner.api.updateColumn({ params, body: { description: text } });
    column.text = text;
  }

  /** dbt says something of the first columns, and nothing more of the others. */
  private async runDbt(count: number): Promise<void> {
    if (!this.alive) return;
    const columns = this.columns.slice(0, count).map(({ name }) => ({ name, description: `dbt ${count}` }));
    await layOn(app, integration, this.params.dataSourceId, { columns });
    this.said = new Map(columns.map(({ name, description }) => [name, description]));
  }

  /** Changes the remote table, of which the catalog learns nothing. */
  private async alter(event: "add" | "drop" | "rename column" | "re-add", place: number): Promise<void> {
    const table = `${this.schema}.t`;
    const column = this.remote[place % Math.max(1, this.remote.length)];
    const name = event === "re-add" ? this.dropped.pop() : `c${(this.names += 1)}`;
    if (name === undefined) return;
    if (event === "add" || event === "re-add") {
      await runSql(`alter table ${table} add column ${name} text`);
      this.remote.push({ number: (this.numbers += 1), name });
    } else if (column !== undefined && event === "drop") {
      await runSql(`alter table ${table} drop column ${column.name}`);
      this.remote = this.remote.filter((one) => one !== column);
      this.dropped.push(column.name);
    } else if (column !== undefined) {
      await runSql(`alter table ${table} rename column ${column.name} to ${name}`);
      column.name = name;
    }
  }

  /** A worker may die at any step; another one comes to the same end. */
  private async refresh(step: number | null): Promise<void> {
    if (!this.alive) return;
    const { id } = await owner.api.runChecks({ params: this.params, body: { checks: ["column-detection"] } });
    if (step !== null) {
      await app.outbox.deliver(app.worker({ breaker: killedAt(step).breaker }), app.outbox.take(id));
      app.clock.advance(10 * 60_000);
      await app.sweep(true);
    }
    await app.drain();
    expect(await owner.api.getJob({ params: { jobId: id } })).toMatchObject({ state: "succeeded" });
    this.merge();
  }

  /** By its number first, then by its name, what is there before what is gone; each once. */
  private merge(): void {
    const left = [...this.columns, ...this.gone.toReversed()];
    const take = (which: (known: Known) => boolean): Known | undefined => {
      const index = left.findIndex(which);
      return index < 0 ? undefined : left.splice(index, 1)[0];
    };
    const byNumber = new Map(
      this.remote.map((column) => [column, take(({ number }) => number === column.number)]),
    );
    const next = this.remote.map((column): Known => {
      const known = byNumber.get(column) ?? take(({ name }) => name === column.name);
      return { ...column, text: known?.text ?? null };
    });
    const stillGone = this.gone.filter((known) => left.includes(known));
    this.gone = [...stillGone, ...this.columns.filter((known) => left.includes(known))];
    this.columns = next;
  }

  async check(): Promise<void> {
    const listed = await owner.api.listDataSources({ query: { search: this.sourceName || "none" } });
    const found = listed.items.filter(({ id }) => id === this.sourceId);
    expect(found.map(({ name }) => name)).toEqual(this.alive ? [this.sourceName] : []);
    if (this.sourceId === null) return;
    const reply = await app.call("GET", `/data-sources/${this.sourceId}/dictionary`, { as: owner });
    expect(reply.status).toBe(this.alive ? 200 : 404);
    if (!this.alive) return;
    const { items } = reply.body as { items: readonly { name: string; description: string }[] };
    expect(items.map(({ name, description }) => [name, description])).toEqual(
      this.columns.map(({ name, text }) => [name, text ?? this.said.get(name) ?? ""]),
    );
    expect(found[0]?.columnCount).toBe(this.columns.length);
  }
}

it("whatever people, refreshes, dbt, crashes and restores did: the catalog is as the naive model says, and the table is sound", async () => {
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent, { minLength: 8, maxLength: 25 }), async (events) => {
      const model = new Model();
      await model.begin();
      await model.happens({ event: "register" });
      for (const event of events) {
        await model.happens(event);
        await model.check();
      }
      await hourlySweep();
      await app.drain();
      await expectSound(app);
      histories += 1;
    }),
    { numRuns: 12, endOnFailure: true, interruptAfterTimeLimit: 9000, markInterruptAsFailure: false },
  );
  expect(histories).toBeGreaterThan(0);
}, 30_000);
