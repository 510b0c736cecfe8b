import { describe, expect, it } from "vitest";
import { sweepIntegrationSecrets } from "#core/dbt/integrations/sweep-integration-secrets.ts";
import { aDbtApp, pathOf } from "#test/support/dbt-app.ts";
import { aConnection, aPersona, registering } from "#test/support/personas.ts";
import { asUser } from "#test/support/records.ts";

const { app, admin, body, integrate, record } = await aDbtApp();
const refs = async () => (await app.secrets.list("integrations/")).map(({ ref }) => ref).toSorted();

describe("the sweep of integrations' secrets", () => {
  it("takes what nothing names an hour later, and spares what stands", async () => {
    const [one, gone] = [await integrate(), await integrate()];
    const former = (await record(one)).secretRef;
    await app.secrets.put("integrations/int_never/gen_1", { apiKey: "x" });
    await app.call("PUT", pathOf(one), { as: admin, body: { webhookSecret: "whsec_2" } });
    const lost = await record(gone);
    await app.store.commit([{ write: "remove", kind: "integration", record: lost }]);
    expect(await sweepIntegrationSecrets(app.parts)).toBe(0);
    app.clock.advance(2 * 3_600_000);
    expect(await sweepIntegrationSecrets(app.parts)).toBe(3);
    const left = await refs();
    expect(left).toContain((await record(one)).secretRef);
    for (const ref of [former, lost.secretRef, "integrations/int_never/gen_1"]) {
      expect(left).not.toContain(ref);
    }
  });

  it("runs with every other each hour", async () => {
    await app.secrets.put("integrations/int_never/gen_2", { apiKey: "x" });
    const minutes = app.clock.now().getUTCMinutes();
    app.clock.advance((120 - minutes) * 60_000);
    await app.sweep();
    expect(await refs()).not.toContain("integrations/int_never/gen_2");
  });
});

describe("a connection that an integration uses", () => {
  const aDbtAdmin = async () => {
    const as = await aPersona(app, { permissions: [...registering, "APPLICATION_ADMIN"] });
    return { as, connection: await aConnection(as) };
  };

  it("cannot be deleted, and stays open, until the integration is gone", async () => {
    const { as, connection } = await aDbtAdmin();
    const key = await integrate({ connectionId: connection.id }, as);
    const remove = () => app.call("DELETE", `/connections/${connection.id}`, { as });
    expect(await remove()).toMatchObject({ status: 409, body: { code: "connection-in-use" } });
    expect((await app.store.connection(connection.id, asUser(as.user.id)))?.connection.closing).toBe(false);
    await app.store.commit([{ write: "remove", kind: "integration", record: await record(key) }]);
    expect((await remove()).status).toBe(204);
  });

  it("and is deleted at the same moment comes to one end: no integration without its connection", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { as, connection } = await aDbtAdmin();
      const given = { ...body(), connectionId: connection.id };
      const [made, removed] = await Promise.all([
        app.call("POST", "/dbt", { as, body: given }),
        app.call("DELETE", `/connections/${connection.id}`, { as }),
      ]);
      const stands = (await app.store.connection(connection.id, asUser(as.user.id))) !== null;
      const integrated = (await app.store.integration(given)) !== null;
      expect([stands, integrated]).toEqual([removed.status !== 204, made.status === 201]);
      expect(integrated && !stands).toBe(false);
    }
  });
});
