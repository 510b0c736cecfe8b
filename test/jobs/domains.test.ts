import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { checkOf, shown } from "#test/support/health.ts";
import { aKeyDatabase, domainMasks, marker } from "#test/support/key-database.ts";
import { aDataSource, aPersona, makeMember, registering } from "#test/support/personas.ts";
import { aLogin, uniqueName } from "#test/support/postgres-client.ts";
import { allItems } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });

const { login, connection, inDatabase, aSource, columnsKept, valuesKept, fingerprint } = await aKeyDatabase(
  app,
  owner,
);
const ownMade = await aKeyDatabase(app, owner);

describe("a fingerprint in a database without a key schema, by a login that may make none", () => {
  it("has its counts, keeps nothing raw, and says which masks that costs", async () => {
    const source = await aSource();
    expect(source.unavailableMasks).toEqual(domainMasks);
    await app.drain();
    const after = await shown(owner, source);
    expect(checkOf(after, "fingerprint")).toMatchObject({
      state: "passed",
      detail: "domains-not-kept: key-schema-missing",
    });
    expect(after).toMatchObject({ health: { status: "healthy" }, unavailableMasks: domainMasks });
    expect(after.statistics.fingerprintAt).not.toBeNull();
  });

  it("that is there but closed to the login says so", async () => {
    await inDatabase("create schema reeve_keys");
    const after = await fingerprint(await aSource());
    expect(checkOf(after, "fingerprint").detail).toBe("domains-not-kept: permission-denied");
    expect(after.unavailableMasks).toEqual(domainMasks);
  });
});

describe("a fingerprint in a database without a key schema", () => {
  const user = ownMade.login.username;
  it.each([
    ["may make schemas", `grant create on database ${ownMade.database} to ${user}`],
    ["owns the database", `alter database ${ownMade.database} owner to ${user}`],
    ["is a superuser", `alter role ${user} superuser`],
  ])(
    "makes it by a login that %s, for that login alone, and every mask is available",
    async (_, statement) => {
      const stranger = await aLogin();
      await ownMade.inDatabase("drop schema if exists reeve_keys cascade", statement);
      const [first, second] = [await ownMade.aSource(), await ownMade.aSource()];
      expect(first.unavailableMasks).toEqual(domainMasks);
      await Promise.all([app.drain(), app.drain()]);
      for (const source of [first, second]) {
        const after = await shown(owner, source);
        expect(checkOf(after, "fingerprint")).toMatchObject({ state: "passed", detail: "" });
        expect(after.unavailableMasks).toEqual([]);
        expect(await ownMade.columnsKept(source)).toHaveLength(3);
      }
      const rights = `
      select pg_get_userbyid(nspowner) as owner, has_schema_privilege('${stranger.username}', oid, 'USAGE') as open
        from pg_namespace where nspname = 'reeve_keys'`;
      expect(await ownMade.inDatabase(rights)).toEqual([{ owner: user, open: false }]);
    },
  );
});

describe("a fingerprint in a database with a key schema", () => {
  it("keeps the domains there, and makes the masks available", async () => {
    await inDatabase(`grant usage, create on schema reeve_keys to ${login.username}`);
    const source = await aSource();
    await app.drain();
    const after = await shown(owner, source);
    expect(checkOf(after, "fingerprint")).toMatchObject({ state: "passed", detail: "" });
    expect(after.unavailableMasks).toEqual([]);
    expect(await columnsKept(source)).toEqual([
      { column_name: "id", minimum: "1", maximum: "3", shortest: null, longest: null, listed: true },
      { column_name: "kind", minimum: marker, maximum: "other", shortest: 5, longest: 22, listed: true },
      { column_name: "price", minimum: "1.50", maximum: "9", shortest: null, longest: null, listed: true },
    ]);
    expect(await valuesKept(source)).toEqual(
      ["1", "1.50", "2", "3", "9", marker, "other"].map((value) => ({ value })),
    );
  });

  it("replaces what was kept before as a whole", async () => {
    const source = await aSource();
    await app.drain();
    const { schema } = source.remote;
    await inDatabase(`update ${schema}.things set kind = 'new', price = 4 where true`);
    await fingerprint(source);
    expect(await valuesKept(source)).toEqual(["1", "2", "3", "4", "new"].map((value) => ({ value })));
  });

  it("lists no values of a column with more of them than a mask can use", async () => {
    const source = await aSource("select n, 'k' || n % 1001, n % 1000 from generate_series(1, 2002) n");
    await app.drain();
    const kept = (await columnsKept(source)) as { column_name: string; listed: boolean }[];
    expect(kept.map(({ column_name: name, listed }) => [name, listed])).toEqual([
      ["id", false],
      ["kind", false],
      ["price", true],
    ]);
    expect(await valuesKept(source)).toHaveLength(1000);
  });

  it("stores no raw value in the table, and no route, job or log shows one", async () => {
    const source = await aSource();
    await app.drain();
    const texts = [
      JSON.stringify(await allItems(app)),
      JSON.stringify(await shown(owner, source)),
      JSON.stringify(await owner.api.listJobs({ query: { dataSourceId: source.id } })),
      JSON.stringify(
        await owner.api.listStatisticsHistory({ params: { dataSourceId: source.id }, query: {} }),
      ),
      JSON.stringify(app.log.lines),
    ];
    for (const text of texts) expect(text).not.toContain(marker);
  });

  it("is never a data source itself, nor in the list of tables", async () => {
    const params = { connectionId: connection.id };
    const { items } = await owner.api.listTables({ params, query: { limit: 200 } });
    expect(items.map(({ schema }) => schema)).not.toContain("reeve_keys");
    const reply = await app.call("POST", "/data-sources", {
      as: owner,
      body: { connectionId: connection.id, schema: "reeve_keys", table: "column_domains" },
    });
    expect([reply.status, (reply.body as { code: string }).code]).toEqual([422, "reserved-schema"]);
  });

  it("loses the masks again when the schema is closed to the login, and says why", async () => {
    const source = await aSource();
    await app.drain();
    await inDatabase(`revoke create on schema reeve_keys from ${login.username}`);
    const after = await fingerprint(source);
    expect(after.unavailableMasks).toEqual(domainMasks);
    expect(checkOf(after, "fingerprint").detail).toBe("domains-not-kept: permission-denied");
    await inDatabase(`grant create on schema reeve_keys to ${login.username}`);
    expect((await fingerprint(source)).unavailableMasks).toEqual([]);
  });
});

/** A data source that was made with the tag which prevents statistics. */
async function aQuietSource() {
  const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "GOVERNANCE"] });
  const tag = uniqueName("quiet");
  await admin.api.createTag({ body: { name: tag } });
  await admin.api.updateSettings({ body: { preventStatisticsTag: tag } });
  const schema = uniqueName("data");
  await inDatabase(
    `create schema ${schema}`,
    `create table ${schema}.things (id int primary key)`,
    `grant usage on schema ${schema} to ${login.username}`,
    `grant select on all tables in schema ${schema} to ${login.username}`,
  );
  const source = await aDataSource(owner, connection, { schema, table: "things", tags: [tag] });
  await admin.api.updateSettings({ body: { preventStatisticsTag: "" } });
  await app.drain();
  return source;
}

describe("the fingerprint of tables that others may read", () => {
  it("keeps nothing more in them, and says why", async () => {
    const source = await aSource();
    await app.drain();
    await inDatabase("grant select on reeve_keys.domain_values to public");
    const after = await fingerprint(source);
    expect(checkOf(after, "fingerprint").detail).toBe("domains-not-kept: key-schema-open");
    expect(after.unavailableMasks).toEqual(domainMasks);
    await inDatabase("revoke select on reeve_keys.domain_values from public");
    expect((await fingerprint(source)).unavailableMasks).toEqual([]);
  });
});

describe("the fingerprint by hand", () => {
  it("is an owner's alone", async () => {
    const source = await aSource();
    const [expert, stranger] = [await aPersona(app), await aPersona(app)];
    await makeMember(app, source, expert, "expert");
    const path = `/data-sources/${source.id}/fingerprint`;
    expect((await app.call("POST", path, { as: expert })).status).toBe(403);
    expect((await app.call("POST", path, { as: stranger })).status).toBe(404);
    const reply = await app.call("POST", path, { as: owner });
    expect(reply).toMatchObject({ status: 202, body: { type: "health-check", subject: { id: source.id } } });
  });

  it("is made also where statistics are prevented: the check goes from skipped to passed", async () => {
    const source = await aQuietSource();
    const before = await shown(owner, source);
    expect(checkOf(before, "fingerprint").state).toBe("skipped");
    expect(before.unavailableMasks).toEqual(domainMasks);
    const after = await fingerprint(source);
    expect(checkOf(after, "fingerprint").state).toBe("passed");
    expect(checkOf(after, "row-count").state).toBe("skipped");
    expect(after).toMatchObject({ statisticsPrevented: true, unavailableMasks: [] });
  });

  it("is no expert's there as a check either: they may run the others, by name or by default", async () => {
    const source = await aQuietSource();
    const expert = await aPersona(app);
    await makeMember(app, source, expert, "expert");
    const params = { dataSourceId: source.id };
    const run = (checks: readonly string[], as = expert) =>
      app.call("POST", `/data-sources/${source.id}/checks`, { as, body: { checks } });
    const forbidden = { status: 403, body: { code: "forbidden" } };
    expect(await run(["fingerprint"])).toMatchObject(forbidden);
    expect(await run(["row-count", "fingerprint", "policy-enforcement"])).toMatchObject(forbidden);
    expect((await owner.api.listJobs({ query: params })).items).toEqual([]);
    expect((await run(["row-count"])).status).toBe(202);
    await expert.api.runChecks({ params });
    await app.drain();
    const byExpert = await shown(owner, source);
    expect(checkOf(byExpert, "connectivity").state).toBe("passed");
    expect(checkOf(byExpert, "row-count").state).toBe("passed");
    expect(checkOf(byExpert, "fingerprint").state).toBe("skipped");
    await owner.api.runChecks({ params });
    await app.drain();
    expect(checkOf(await shown(owner, source), "fingerprint").state).toBe("passed");
    expect((await run(["row-count", "fingerprint"], owner)).status).toBe(202);
  });

  it("is an expert's as a check where statistics are not prevented", async () => {
    const source = await aSource();
    const expert = await aPersona(app);
    await makeMember(app, source, expert, "expert");
    const path = `/data-sources/${source.id}/checks`;
    const body = { checks: ["fingerprint"] };
    expect((await app.call("POST", path, { as: expert, body })).status).toBe(202);
  });
});
