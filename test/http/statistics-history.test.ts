import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { shown } from "#test/support/health.ts";
import { aDataSource, aPersona, aRegistrar, aRemoteTable, makeMember } from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);

/** A data source that was counted three times: 1, 2 and 3 rows. */
const source = await aDataSource(owner, connection, await aRemoteTable("id int primary key", "values (1)"));
const params = { dataSourceId: source.id };
const times: string[] = [];
for (const rows of [1, 2, 3]) {
  if (rows > 1) {
    await runSql(`insert into ${source.remote.schema}.${source.remote.table} values (${rows})`);
    await owner.api.runChecks({ params, body: { checks: ["row-count", "high-cardinality"] } });
  }
  app.clock.advance(60_000);
  times.unshift(app.clock.now().toISOString());
  await app.drain();
}
const history = (query = {}) => owner.api.listStatisticsHistory({ params, query });

describe("the history of statistics", () => {
  it("has an entry for each count, newest first", async () => {
    const { items, nextCursor } = await history();
    expect(nextCursor).toBeNull();
    expect(items).toEqual(
      [3, 2, 1].map((rows, index) => ({
        at: times[index],
        rowCount: { value: rows, exact: true },
        highCardinalityColumn: { name: "id", distinct: rows, exact: true },
      })),
    );
    expect((await shown(owner, source)).statistics.rowCount).toEqual({ ...items[0]?.rowCount, at: times[0] });
  });

  it("is paged through", async () => {
    const first = await history({ limit: 2 });
    expect(first.items.map(({ rowCount }) => rowCount.value)).toEqual([3, 2]);
    const rest = await history({ limit: 2, cursor: first.nextCursor });
    expect(rest).toMatchObject({ items: [{ rowCount: { value: 1 } }], nextCursor: null });
    const reply = await app.call("GET", `/data-sources/${source.id}/statistics/history`, {
      as: owner,
      query: { cursor: "nonsense" },
    });
    expect([reply.status, (reply.body as { code: string }).code]).toEqual([400, "invalid-cursor"]);
  });

  it("has no entry for a run that counted nothing, and none of a column for a run that did not look for it", async () => {
    await owner.api.runChecks({ params, body: { checks: ["connectivity"] } });
    await app.drain();
    expect((await history()).items).toHaveLength(3);
    await owner.api.runChecks({ params, body: { checks: ["row-count"] } });
    app.clock.advance(60_000);
    await app.drain();
    const { items } = await history();
    expect(items).toHaveLength(4);
    expect(items[0]).toMatchObject({ rowCount: { value: 3 }, highCardinalityColumn: null });
  });

  it("is seen by members, and by nobody else", async () => {
    const [member, stranger] = [await aPersona(app), await aPersona(app)];
    await makeMember(app, source, member, "subscriber");
    const path = `/data-sources/${source.id}/statistics/history`;
    expect((await app.call("GET", path, { as: member })).status).toBe(200);
    expect((await app.call("GET", path, { as: stranger })).status).toBe(404);
  });

  it("forgets what is older than 400 days, and lets the table remove it", async () => {
    const items = await itemsOf(app, "measurement");
    const day = 86_400;
    for (const { at, ttl } of items) {
      expect(ttl).toBe(Math.floor(Date.parse(String(at)) / 1000) + 400 * day);
    }
    app.clock.advance(400 * day * 1000 - 60_000);
    expect((await history()).items).toHaveLength(2);
    app.clock.advance(day * 1000);
    expect(await history()).toEqual({ items: [], nextCursor: null });
  });
});
