import { describe, expect, it } from "vitest";
import { anApp, caller } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aRegistrar, type DataSource } from "#test/support/personas.ts";
import { aLogin, runSql } from "#test/support/postgres-client.ts";
import { asUser } from "#test/support/records.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const tableOf = ({ remote: { schema, table } }: DataSource) => `${schema}.${table}`;
const remove = (of: DataSource) => owner.api.deleteDataSource({ params: { dataSourceId: of.id } });
const restorePath = (of: DataSource) => `/data-sources/${of.id}/restore`;

/** Restores it; gives its status, and what its audit record says of the table. */
async function restored(of: DataSource, call = app.call) {
  const reply = await call("POST", restorePath(of), { as: owner });
  expect(reply.status).toBe(200);
  expect(reply.text).not.toContain("remoteOwner");
  const { items } = await app.store.activity("data-source", of.id, null, 10);
  const record = items.find(({ action }) => action === "data-source:restore");
  return [(reply.body as DataSource).status, record?.details["table"]];
}

/** Makes what is kept of a data source as if nobody had looked at its table's owner yet. */
async function forgetOwner(of: DataSource): Promise<void> {
  const view = await app.store.dataSource(of.id, asUser(owner.user.id));
  if (view === null) throw new Error("no data source");
  const { remoteOwner: _, ...old } = view.dataSource;
  const record = old as typeof view.dataSource;
  await app.store.commit([{ write: "put", kind: "data-source", record }]);
}

/** The gateway of a technology that tells no owner. */
const ownerless = caller({
  ...app.parts,
  remote: {
    ...app.gateway,
    inspect: async (...given) => {
      const { owner: _, ...found } = await app.gateway.inspect(...given);
      return found;
    },
  },
});

describe("a data source that comes back", () => {
  it("is disabled where another role owns its table by now, though its columns are the same", async () => {
    const made = await aDataSource(owner, connection);
    await remove(made);
    await runSql(`alter table ${tableOf(made)} owner to ${(await aLogin()).username}`);
    expect(await restored(made)).toEqual(["disabled", "owner-changed"]);
    await expectSound(app);
  });

  it("is as it was where its table is made anew for the same owner with the same columns", async () => {
    const made = await aDataSource(owner, connection);
    await remove(made);
    await runSql(`drop table ${tableOf(made)}`, `create table ${tableOf(made)} (id int, name text)`);
    expect(await restored(made)).toEqual(["enabled", "unchanged"]);
  });

  it("is disabled where its table is a view of the same columns by now", async () => {
    const made = await aDataSource(owner, connection);
    await remove(made);
    await runSql(
      `alter table ${tableOf(made)} rename to base`,
      `create view ${tableOf(made)} as select * from ${made.remote.schema}.base`,
    );
    expect(await restored(made)).toEqual(["disabled", "kind-changed"]);
  });

  it("is enabled where a refresh had seen the new owner before it was deleted, which the activity tells", async () => {
    const made = await aDataSource(owner, connection);
    await app.drain();
    const { username: role } = await aLogin();
    await runSql(`alter table ${tableOf(made)} owner to ${role}`);
    await owner.api.runChecks({ params: { dataSourceId: made.id }, body: { checks: ["column-detection"] } });
    await app.drain();
    const { items } = await app.store.activity("data-source", made.id, null, 10);
    const refresh = items.find(({ action }) => action === "data-source:refresh-dictionary");
    expect(refresh?.details["owner"]).toMatchObject({ to: role });
    await remove(made);
    expect(await restored(made)).toEqual(["enabled", "unchanged"]);
  });

  it("is disabled where only one side knows an owner, and is judged by its columns where none does", async () => {
    const old = await aDataSource(owner, connection);
    await forgetOwner(old);
    await remove(old);
    expect(await restored(old)).toEqual(["disabled", "not-comparable"]);
    const never = await aDataSource(owner, connection);
    await forgetOwner(never);
    await remove(never);
    expect(await restored(never, ownerless)).toEqual(["enabled", "unchanged"]);
    const silent = await aDataSource(owner, connection);
    await remove(silent);
    expect(await restored(silent, ownerless)).toEqual(["disabled", "not-comparable"]);
  });
});
