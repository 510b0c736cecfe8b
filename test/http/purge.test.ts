import { describe, expect, it } from "vitest";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { purgeDeleted } from "#core/deletion/purge-deleted.ts";
import { anApp } from "#test/support/app.ts";
import { breakingClient, killedAt } from "#test/support/broken-steps.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar, type DataSource, type Persona } from "#test/support/personas.ts";
import { testClient } from "#test/support/store.ts";
import { allItems, auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const days = 86_400_000;
const deps = { store: app.store, clock: app.clock, ids: app.ids, log: app.log };
const path = ({ id }: DataSource, rest = "") => `/data-sources/${id}${rest}`;

/** A data source with something of every kind that can hang on it. */
async function aRichOne(): Promise<DataSource> {
  const made = await aDataSource(owner, connection, { documentation: "# Doc" });
  const params = { dataSourceId: made.id };
  await owner.api.updateColumn({ params: { ...params, column: "name" }, body: { description: "Name" } });
  await owner.api.createQuery({ params, body: { name: "q", sql: "select 1" } });
  const thread = await owner.api.createThread({ params, body: { text: "Q", column: "name" } });
  await owner.api.createReply({ params: { threadId: thread.id }, body: { text: "A" } });
  return made;
}

const remove = (of: DataSource) => owner.api.deleteDataSource({ params: { dataSourceId: of.id } });

/** Everything that names a data source, but for its audit records, jobs, kept replies and what the list was told. */
const leftOf = async ({ id }: DataSource) =>
  (await allItems(app)).filter(
    (item) =>
      !["audit", "delta", "job", "kept-reply", "staged-generation"].includes(String(item["kind"])) &&
      JSON.stringify(item).includes(id),
  );

/** Time passes; what sweeps would have settled meanwhile is settled. */
async function later(ms: number): Promise<void> {
  await app.drain();
  app.clock.advance(ms);
  await app.store.sweepGenerations(app.clock.now());
}

describe("a deleted data source", () => {
  it("is restored by nobody when 30 days are over, purged or not", async () => {
    const made = await aDataSource(owner, connection);
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    const listed = async (as: Persona) => (await as.api.listDeletedDataSources()).items.map(({ id }) => id);
    await remove(made);
    await later(30 * days - 1);
    expect(await listed(owner)).toEqual([made.id]);
    expect(await listed(admin)).toEqual([made.id]);
    app.clock.advance(1);
    for (const as of [owner, admin]) {
      expect(await listed(as)).toEqual([]);
      expect((await app.call("POST", path(made, "/restore"), { as })).status).toBe(404);
    }
    expect(await purgeDeleted(deps)).toBe(1);
  });
});

describe("the purge", () => {
  it("removes all of what was deleted 30 days ago but its audit records, and nothing else", async () => {
    const [old, young, alive] = [await aRichOne(), await aRichOne(), await aRichOne()];
    await app.drain();
    await remove(old);
    app.clock.advance(1);
    await remove(young);
    await later(30 * days - 1);
    expect(await purgeDeleted(deps)).toBe(1);
    expect(await leftOf(old)).toEqual([]);
    expect(await auditOf(app, "data-source", old.id)).toContain("data-source:purge");
    expect(await leftOf(young)).not.toEqual([]);
    expect((await app.call("GET", path(alive), { as: owner })).status).toBe(200);
    app.clock.advance(1);
    expect(await purgeDeleted(deps)).toBe(1);
    expect(await leftOf(young)).toEqual([]);
    expect(await purgeDeleted(deps)).toBe(0);
    await expectSound(app);
  });

  it("is part of the hourly sweep", async () => {
    const made = await aRichOne();
    await remove(made);
    await later(30 * days);
    const minute = app.clock.now().getUTCMinutes();
    app.clock.advance((60 - minute) * 60_000);
    await app.sweep();
    expect(await leftOf(made)).toEqual([]);
  });

  it("is done by the next one after a crash at any step, and never half for who restores", async () => {
    const made = await aRichOne();
    await remove(made);
    await later(30 * days);
    let crashes = 0;
    for (let step = 1; ; step += 1) {
      const at = killedAt(step);
      const client = breakingClient(testClient(), at.breaker);
      const store = dynamoStore({ client, tableName: app.tableName, clock: app.clock });
      await purgeDeleted({ ...deps, store }).catch(() => 0);
      client.destroy();
      expect((await app.call("POST", path(made, "/restore"), { as: owner })).status).toBe(404);
      expect((await app.call("GET", path(made), { as: owner })).status).toBe(404);
      await expectSound(app);
      if (at.at === null) break;
      crashes += 1;
    }
    expect(crashes).toBeGreaterThan(5);
    expect(await leftOf(made)).toEqual([]);
    const purges = (await auditOf(app, "data-source", made.id)).filter((one) => one === "data-source:purge");
    expect(purges).toHaveLength(1);
  });

  it("and a restoration at its last moment: one wins, wholly", async () => {
    for (let round = 0; round < 4; round += 1) {
      const made = await aRichOne();
      await app.drain();
      await remove(made);
      // The restorer's clock is a moment behind the purger's.
      await later(30 * days - 1);
      const ahead = { ...deps, clock: { now: () => new Date(app.clock.now().getTime() + 1) } };
      const [reply] = await Promise.all([
        app.call("POST", path(made, "/restore"), { as: owner }),
        purgeDeleted(ahead),
      ]);
      const shown = await app.call("GET", path(made), { as: owner });
      expect([200, 404]).toContain(reply.status);
      expect(shown.status).toBe(reply.status);
      if (reply.status === 404) await purgeDeleted(ahead);
      // Whole or gone: header, health, owner, dictionary, edit, documentation, query and its name,
      // thread and its place; then guard and place of a job.
      const kinds = new Set((await leftOf(made)).map(({ kind }) => kind));
      expect(kinds.size).toBe(reply.status === 200 ? 12 : 0);
      await expectSound(app);
    }
  });
});
