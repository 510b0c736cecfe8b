import { describe, expect, it } from "vitest";
import { nightly } from "#functions/operations/nightly.ts";
import { anApp } from "#test/support/app.ts";
import { checkOf, shown } from "#test/support/health.ts";
import { aKeyDatabase, domainMasks } from "#test/support/key-database.ts";
import { aPersona, registering, type DataSource } from "#test/support/personas.ts";
import { pgClient } from "#test/support/postgres-client.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const { database, login, inDatabase, aSource, columnsKept, fingerprint } = await aKeyDatabase(app, owner);
await inDatabase("create schema reeve_keys", `grant usage, create on schema reeve_keys to ${login.username}`);

const begin = nightly({ ...app.parts, store: app.store, messages: app.outbox });
/** A whole night, a day later. Gives what its job found. */
async function aNight(worker = app.worker()) {
  app.clock.advance(24 * 60 * 60_000);
  await begin();
  await app.outbox.drain(worker);
  return (await owner.api.listJobs({ query: { type: ["health-refresh"] } })).items[0]?.result;
}

/** A data source that the last night has measured. */
async function measured(): Promise<DataSource> {
  const source = await aSource();
  await app.drain();
  await aNight();
  expect((await shown(owner, source)).unavailableMasks).toEqual([]);
  return source;
}

describe("a night that finds the rows of a table as they were", () => {
  it("keeps the domains that could not be kept while the database was busy", async () => {
    const source = await measured();
    const holder = await pgClient({ database });
    await holder.query("begin; lock table reeve_keys.domain_values in access exclusive mode");
    await owner.api.runFingerprint({ params: { dataSourceId: source.id } });
    await app.outbox.drain(app.worker({ statementTimeoutMs: 200 }));
    await holder.query("rollback");
    const without = await shown(owner, source);
    expect(checkOf(without, "fingerprint").detail).toMatch(/^domains-not-kept: (lock|statement)-timeout$/);
    expect(without.unavailableMasks).toEqual(domainMasks);
    await aNight();
    expect((await shown(owner, source)).unavailableMasks).toEqual([]);
    expect(await aNight()).toMatchObject({ measured: 0 });
  });

  it("takes them anew after a rename left them in doubt", async () => {
    const source = await measured();
    await inDatabase(`alter table ${source.remote.schema}.things rename column kind to sort`);
    const params = { dataSourceId: source.id };
    await owner.api.runChecks({ params, body: { checks: ["column-detection"] } });
    await app.drain();
    expect((await shown(owner, source)).unavailableMasks).toEqual(domainMasks);
    await aNight();
    expect((await shown(owner, source)).unavailableMasks).toEqual([]);
    const names = (await columnsKept(source)).map((row) => (row as { column_name: string }).column_name);
    expect(names).toEqual(["id", "price", "sort"]);
  });

  it("leaves it alone where the key schema is not open to the login, night after night", async () => {
    const source = await measured();
    await inDatabase(`revoke create on schema reeve_keys from ${login.username}`);
    const refused = await fingerprint(source);
    expect(checkOf(refused, "fingerprint").detail).toBe("domains-not-kept: permission-denied");
    expect(await aNight()).toMatchObject({ measured: 0 });
    expect((await shown(owner, source)).statistics).toEqual(refused.statistics);
  });
});
