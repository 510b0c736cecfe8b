import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  everyPermission,
  makeMember,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: everyPermission });
const path = ({ id }: Pick<DataSource, "id">, rest = "") => `/data-sources/${id}${rest}`;
const source = (given = {}) => aDataSource(owner, connection, given);
const remove = (of: DataSource) => owner.api.deleteDataSource({ params: { dataSourceId: of.id } });
const restore = (of: DataSource, as: Persona, headers = {}) =>
  app.call("POST", path(of, "/restore"), { as, headers });
const show = (of: DataSource, as: Persona = owner) => app.call("GET", path(of), { as });
const listDeleted = async (as: Persona) =>
  (await as.api.listDeletedDataSources({ query: { limit: 200 } })).items;

describe("who may restore", () => {
  it("owners and APPLICATION_ADMIN; nobody else is told that there was anything", async () => {
    const made = await source();
    const expert = await aPersona(app);
    await makeMember(app, made, expert, "expert");
    const past = await aPersona(app);
    await makeMember(app, made, past, "owner", app.clock.now().toISOString());
    await remove(made);
    const others = [
      expert,
      past,
      await aPersona(app, { permissions: ["GOVERNANCE", "AUDIT", "USER_ADMIN", "CREATE_DATA_SOURCE"] }),
    ];
    for (const as of others) {
      expect(await restore(made, as)).toMatchObject({ status: 404, body: { code: "not-found" } });
      expect(await listDeleted(as)).toEqual([]);
    }
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    expect((await listDeleted(admin)).find(({ id }) => id === made.id)).toMatchObject({ myRole: null });
    expect(await restore(made, admin)).toMatchObject({ status: 200, body: { myRole: null } });
    expect((await show(made, admin)).status).toBe(404);
  });

  it("one who may not read it is told no more of it than the list of deleted ones tells, also again", async () => {
    const tag = unique("Secret.");
    await governor.api.createTag({ body: { name: tag } });
    const made = await source({ description: "Hush", documentation: "# Hush", tags: [tag] });
    await runSql(`insert into ${made.remote.schema}.things values (1, 'a')`);
    await app.drain();
    await remove(made);
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    const headers = { "idempotency-key": unique("key") };
    const reply = await restore(made, admin, headers);
    const { health, ...told } = reply.body as DataSource;
    expect(told).toEqual({
      id: made.id,
      name: made.name,
      technology: made.technology,
      connectionId: made.connectionId,
      remote: made.remote,
      description: "",
      descriptionProvenance: null,
      documentation: "",
      tags: [],
      status: "enabled",
      statistics: { rowCount: null, highCardinalityColumn: null, fingerprintAt: null },
      unavailableMasks: [],
      statisticsPrevented: false,
      columnCount: 0,
      origin: made.origin,
      queryAs: null,
      myRole: null,
      createdAt: made.createdAt,
      createdBy: "",
      updatedAt: app.clock.now().toISOString(),
      version: 3,
    });
    expect(health.status).toBe("unknown");
    expect(new Set(health.checks.map(({ state }) => state))).toEqual(new Set(["unknown"]));
    expect(await restore(made, admin, headers)).toMatchObject({ status: 200, text: reply.text });
    expect((await show(made)).body).toMatchObject({ description: "Hush", tags: [{ name: tag }] });
    await remove(made);
    const both = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "GOVERNANCE"] });
    expect(await restore(made, both)).toMatchObject({ status: 200, body: { description: "Hush" } });
  });

  it("of one that is not deleted its owners alone get an answer", async () => {
    const made = await source();
    const expert = await aPersona(app);
    await makeMember(app, made, expert, "expert");
    expect((await restore(made, expert)).status).toBe(403);
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    expect((await restore(made, admin)).status).toBe(404);
  });
});
