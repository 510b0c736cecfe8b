import type { CatalogDelta, CatalogDeltas } from "#core/ports/catalog-index.ts";
import type { Committer } from "#core/ports/store.ts";
import { median, percentile } from "../measuring/durations.ts";
import type { Bench, FigureContext, Report } from "../measuring/figure.ts";
import { say } from "../measuring/figure.ts";
import { StoreMeter, type Metered } from "../measuring/store-meter.ts";
import { BenchClock } from "../stage/bench-clock.ts";
import { deltasFor, type Owners } from "../stage/catalog-deltas.ts";
import { deployment, type Caller, type Deployment, type Request } from "../stage/deployment.ts";
import { startDynamoDbStage, type DynamoDbStage } from "../stage/dynamodb.ts";

/** The bound that lists are built for, and what its budget is for. */
const designCount = 100_000;
const designBudget = 50;

/** How many data sources, where the index reads of them, and how often a page of each kind is asked for. */
interface Size {
  readonly count: number;
  readonly deltas: "table" | "memory";
  readonly coldLoads: number;
  readonly repetitions: number;
}

const sizes: readonly Size[] = [
  { count: 1000, deltas: "table", coldLoads: 5, repetitions: 300 },
  { count: 10_000, deltas: "table", coldLoads: 5, repetitions: 300 },
  // Our own time alone: DynamoDB Local would need minutes to take so much in.
  { count: designCount, deltas: "memory", coldLoads: 3, repetitions: 40 },
];
const warmUps = 10;
const perCommit = 100;

/** Deltas as one query gives them, without a table. */
const inMemory = (deltas: readonly CatalogDelta[]): CatalogDeltas => ({
  since: (after) =>
    Promise.resolve(
      after === null ? deltas : deltas.slice(deltas.findLastIndex(({ id }) => id <= after) + 1),
    ),
});

async function write(store: Committer, deltas: readonly CatalogDelta[]): Promise<void> {
  for (let start = 0; start < deltas.length; start += perCommit) {
    await store.commit(
      deltas.slice(start, start + perCommit).map((delta) => ({ write: "delta", delta }) as const),
    );
  }
}

/** Who owns what, and somebody who sees all of it. */
interface Callers extends Owners {
  readonly all: Caller;
}

interface Page {
  readonly nextCursor: string | null;
}

const list = (key: string, query: Request["query"] = {}): Request => ({
  method: "GET",
  path: "/data-sources",
  key,
  query,
});

const facets = (key: string, query: Request["query"] = {}): Request => ({
  ...list(key, query),
  path: "/data-sources/facets",
});

/** Searches, each with what it finds. */
const searches: Readonly<Record<string, string>> = {
  "one term": "invoi",
  "two terms": "custom orde",
  "a term of columns": "x49",
  "a term of all": "sales",
  "one letter": "s",
  "a rare term": "0007919",
};

/** Kinds of request. Each gives the next one from the last page of its kind. */
const kindsOf = (who: string, key: string): Readonly<Record<string, (last: Page | null) => Request>> => ({
  [`list by name, one page after the other, ${who}`]: (last) =>
    list(key, typeof last?.nextCursor === "string" ? { cursor: last.nextCursor } : {}),
  [`list newest first, ${who}`]: () => list(key, { sort: "-createdAt" }),
  ...Object.fromEntries(
    Object.entries(searches).map(([what, search]) => [
      `search for ${what}, ${who}`,
      () => list(key, { search }),
    ]),
  ),
  [`search newest first, ${who}`]: () => list(key, { search: "sales", sort: "-createdAt" }),
  [`facets, ${who}`]: () => facets(key),
  [`facets of a search, ${who}`]: () => facets(key, { search: "custom" }),
});

async function coldLoad(report: Report, meter: StoreMeter, load: () => () => Promise<unknown>, size: Size) {
  const loads: Metered[] = [];
  for (let n = 0; n < size.coldLoads; n += 1) loads.push(await meter.measure(load()));
  const context = {
    dataSources: size.count,
    deltasFrom: size.deltas,
    repetitions: size.coldLoads,
    withDynamoDbLocalMs: Math.round(median(loads.map(({ ms }) => ms))),
    calls: median(loads.map(({ calls }) => calls.length)),
  };
  const value = median(loads.map(({ ownMs }) => ownMs));
  report({ figure: "list.cold-load.own-time.p50", value, unit: "ms", budget: null, context });
}

async function pages(report: Report, meter: StoreMeter, reeve: Deployment, owners: Callers, size: Size) {
  const all = { ...kindsOf("who sees all", owners.all.key), ...kindsOf("who sees 1 in 100", owners.few.key) };
  const kinds = Object.entries(all).map(([page, request]) => ({
    page,
    request,
    last: null as Page | null,
    results: [] as Metered[],
  }));
  for (let n = 0; n < warmUps + size.repetitions; n += 1) {
    for (const kind of kinds) {
      const answer = reeve.prepare(kind.request(kind.last));
      const result = await meter.measure(async () => {
        kind.last = (await answer()) as Page;
      });
      if (n >= warmUps) kind.results.push(result);
    }
  }
  for (const { page, results } of kinds) {
    const own = results.map(({ ownMs }) => ownMs);
    const context: FigureContext = {
      dataSources: size.count,
      deltasFrom: size.deltas,
      page,
      repetitions: size.repetitions,
      p50: Number(median(own).toFixed(2)),
      calls: median(results.map(({ calls }) => calls.length)),
      roundTrips: median(results.map(({ rounds }) => rounds)),
    };
    const budget = size.count === designCount ? designBudget : null;
    report({ figure: "list.own-time.p95", value: percentile(own, 0.95), unit: "ms", budget, context });
  }
}

async function listOf(report: Report, stage: DynamoDbStage, size: Size): Promise<void> {
  const client = stage.newClient();
  const meter = new StoreMeter(client);
  const tableName = await stage.newTable();
  const clock = new BenchClock(3_600_000);
  const reeve = deployment(client, tableName, { clock });
  const owners = {
    most: await reeve.newCaller([]),
    few: await reeve.newCaller([]),
    all: await reeve.newCaller(["GOVERNANCE"]),
  };
  say(`making what the index of ${size.count} data sources is made from`);
  const deltas = deltasFor(size.count, clock, owners);
  if (size.deltas === "table") await write(reeve.store, deltas);
  clock.catchUp();
  const fresh = (): Deployment =>
    deployment(client, tableName, {
      clock,
      ...(size.deltas === "memory" ? { deltas: inMemory(deltas) } : {}),
    });
  say(`${size.coldLoads} cold loads, and ${size.repetitions} pages of each kind`);
  await coldLoad(report, meter, () => fresh().prepare(list(owners.all.key)), size);
  await pages(report, meter, fresh(), owners, size);
}

/** The list of data sources with the replica in memory, as their number grows. */
export const lists: Bench = async (report) => {
  const stage = await startDynamoDbStage();
  try {
    for (const size of sizes) await listOf(report, stage, size);
  } finally {
    await stage.stop();
  }
};
