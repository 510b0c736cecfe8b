import { Client } from "pg";
import { postgresqlConnector } from "#connectors/postgresql/connector.ts";
import { automaticChecks } from "#core/health/health-job.ts";
import { measure } from "#core/health/measure.ts";
import type { Relation, RemoteSession } from "#core/ports/remote.ts";
import { systemClock } from "#adapters/system/system-clock.ts";
import { startPostgres, type TestPostgres } from "#test/support/postgres.ts";
import { median, timed } from "../measuring/durations.ts";
import type { Bench, Report } from "../measuring/figure.ts";
import { say } from "../measuring/figure.ts";

const rows = 1_000_000;
const warmUps = 5;
const repetitions = 31;

/** Twenty columns of many types, from two values to one per row. */
const columns: readonly string[] = [
  "n::bigint as id",
  "md5(n::text)::uuid as reference",
  "(n % 200000)::int as customer_id",
  "(n % 5000)::int as product_id",
  "(n % 120)::smallint as store_id",
  "timestamptz '2020-01-01' + n * interval '1 minute' as ordered_at",
  "date '2020-01-01' + (n / 1000)::int as order_date",
  "(n % 10000) / 100.0 as price",
  "(n % 7 + 1)::int as quantity",
  "(n % 2 = 0) as is_gift",
  "case when n % 10 = 0 then 'coupon ' || n % 500 end as coupon",
  "'customer' || n % 200000 || '@example.com' as email",
  "(array['new','paid','packed','sent','returned'])[n % 5 + 1] as status",
  "'Street ' || n % 30000 as street",
  "lpad((n % 90000)::text, 5, '0') as postcode",
  "(array['de','at','ch','fr','it','es','nl','be'])[n % 8 + 1] as country",
  "(n % 100000)::real as weight",
  "case when n % 3 = 0 then n % 1000 end as rating",
  "'note about order ' || n as note",
  "timestamptz '2021-01-01' + (n % 86400) * interval '1 second' as updated_at",
];

/** The same table in three states that a catalog finds tables in. */
const variants = [
  { name: "analyzed", after: ["analyze"] },
  { name: "not-analyzed", after: [] },
  // Knows which pages all can see, so that a count reads the key's index and no row.
  { name: "vacuumed-and-analyzed", after: ["vacuum (analyze)"] },
] as const;

async function makeTables(client: Client): Promise<void> {
  await client.query("create schema shop");
  for (const { name, after } of variants) {
    say(`making a table of ${rows} × ${columns.length}, ${name}`);
    const table = `shop."${name}"`;
    await client.query(
      `create table ${table} as select ${columns.join(", ")} from generate_series(1, ${rows}) n`,
    );
    await client.query(`alter table ${table} add primary key (id)`);
    for (const what of after) await client.query(`${what} ${table}`);
  }
}

async function openSession(postgres: TestPostgres): Promise<RemoteSession> {
  const { host, port, database, user: username, password } = postgres;
  return await postgresqlConnector.open(
    { host, port, database, tls: "disable" },
    { username, password },
    { connectTimeoutMs: 5000, statementTimeoutMs: 60_000 },
  );
}

/** Counts, and runs everything that a health job asks, in turn, over connections that are open already. */
async function compare(client: Client, session: RemoteSession, relation: Relation) {
  const { columns: described } = await session.describe(relation);
  const schemaColumns = described.map((column) => ({ id: column.name, ...column }));
  const source = await session.columnStatistics(
    relation,
    described.map(({ name }) => name),
    rows,
  );
  const count = () => client.query(`select count(*) from "${relation.schema}"."${relation.name}"`);
  const run = async () => {
    const { checks, figures } = await measure(systemClock, automaticChecks, schemaColumns, {
      relation,
      changeSign: null,
      open: (ask) => ask(session),
      done: () => {},
      keepDomains: () => Promise.resolve("key-schema-missing"),
    });
    if (figures.rowCount?.value !== rows) throw new Error(`not counted: ${JSON.stringify(checks)}`);
    return figures.highCardinalityColumn;
  };
  const [counts, runs, ratios]: number[][] = [[], [], []];
  for (let n = 0; n < warmUps + repetitions; n += 1) {
    const alone = await timed(count);
    const whole = await timed(run);
    if (n < warmUps) continue;
    counts?.push(alone);
    runs?.push(whole);
    ratios?.push(whole / alone);
  }
  return { counts, runs, ratios, chosen: await run(), source: source.source };
}

async function reportOn(
  report: Report,
  variant: string,
  { counts = [], runs = [], ratios = [], chosen, source }: Awaited<ReturnType<typeof compare>>,
): Promise<void> {
  const context = {
    table: `${rows} × ${columns.length}`,
    variant,
    repetitions,
    countMs: Number(median(counts).toFixed(1)),
    statisticsMs: Number(median(runs).toFixed(1)),
    medianOfPairs: Number(median(ratios).toFixed(3)),
    distinctsFrom: source,
    chosen: chosen?.name ?? null,
  };
  const value = median(runs) / median(counts);
  report({ figure: "statistics.ratio-to-count", value, unit: "×", budget: 1.3, context });
}

/** What the statistics of a large table cost, against the count that they cannot do without. */
export const statistics: Bench = async (report) => {
  const postgres = await startPostgres();
  const client = new Client({ ...postgres });
  try {
    await client.connect();
    await makeTables(client);
    const session = await openSession(postgres);
    for (const { name } of variants) {
      say(`${repetitions} counts and statistics in turn, ${name}`);
      await reportOn(report, name, await compare(client, session, { schema: "shop", name }));
    }
    await session.close();
  } finally {
    await client.end();
    await postgres.stop();
  }
};
