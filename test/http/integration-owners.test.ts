import { describe, expect, it } from "vitest";
import type { Principal } from "#core/connections/connection.ts";
import { aDbtApp, pathOf, type Key } from "#test/support/dbt-app.ts";
import { catalogOf, finishRun, jobNow, modelsOf, ranAndSynced } from "#test/support/dbt-sync.ts";
import { interrupted } from "#test/support/interrupted-client.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aKnownGroup, aPersona, type Persona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();
const { app, admin, integrate, record } = dbt;
const administrator = await aPersona(app, { permissions: ["USER_ADMIN"] });
const userOf = ({ user: { id } }: Persona): Principal => ({ type: "user", id });
const groupOf = ({ id }: { readonly id: string }): Principal => ({ type: "group", id });
const put = (key: Key, body: unknown, as = admin) => app.call("PUT", pathOf(key), { as, body });

/** A group with somebody in it. */
async function aTeam() {
  const [group, persona] = [await aKnownGroup(app), await aPersona(app)];
  await administrator.api.addGroupMember({ params: { groupId: group.id, userId: persona.user.id } });
  return { group, persona };
}

const ownersOf = async (dataSourceId: string) =>
  (await app.store.dataSourceMembers(dataSourceId)).members.map(({ principal }) => principal);

describe("groups that own an integration", () => {
  it("own what it makes, and whoever is in them sees both", async () => {
    const { group, persona } = await aTeam();
    const key = await integrate({ owners: [groupOf(group)] });
    expect(key.owners).toEqual([groupOf(group)]);
    expect((await app.call("GET", pathOf(key), { as: persona })).status).toBe(200);
    await ranAndSynced(dbt, key, modelsOf(unique("marts"), [{ name: "orders" }]));
    const [source] = (await persona.api.listDataSources()).items;
    expect(source).toMatchObject({ myRole: "owner", origin: { type: "dbt" } });
    expect(await ownersOf(source?.id ?? "")).toEqual([groupOf(group)]);
  });

  it("are replaced by others who can act, by owners and APPLICATION_ADMIN alone", async () => {
    const { group, persona } = await aTeam();
    const [next, outsider] = [await aPersona(app), await aPersona(app)];
    const key = await integrate({ owners: [groupOf(group)] });
    const { secretRef } = await record(key);
    expect((await put(key, { owners: [userOf(next)] }, outsider)).status).toBe(404);
    const empty = await aKnownGroup(app);
    expect(await put(key, { owners: [groupOf(empty)] }, persona)).toMatchObject({
      status: 409,
      body: { code: "last-owner" },
    });
    expect(await put(key, { owners: [{ type: "user", id: "usr_ghost" }] }, persona)).toMatchObject({
      status: 422,
      body: { code: "principal-not-found", errors: [{ pointer: "/owners/0/id" }] },
    });
    expect((await put(key, { owners: [] }, persona)).status).toBe(400);
    const owners = [userOf(next), groupOf(empty)];
    expect(await put(key, { owners: [...owners, userOf(next)] }, persona)).toMatchObject({
      status: 200,
      body: { owners, version: 2 },
    });
    // The same again is no change, and key and secret stay where they are.
    expect(await put(key, { owners }, next)).toMatchObject({ status: 200, body: { version: 2 } });
    expect((await record(key)).secretRef).toBe(secretRef);
    expect((await app.call("GET", pathOf(key), { as: persona })).status).toBe(404);
    const { items } = await app.store.activity("integration", (await record(key)).id, null, 1);
    expect(items[0]).toMatchObject({
      actor: persona.user.id,
      details: { owners: { before: [groupOf(group)], after: owners }, apiKeyChanged: false },
    });
  });
});

describe("a group that is deleted while a sync makes data sources for it", () => {
  it("owns nothing afterwards, wherever it comes between, and the others own it all", async () => {
    for (let at = 1; ; at += 1) {
      const { group } = await aTeam();
      const key = await integrate({ owners: [groupOf(group), userOf(admin)] });
      const models = [{ name: "orders" }, { name: "customers" }, { name: "lines" }];
      const runId = finishRun(dbt, key, modelsOf(unique("marts"), models));
      const asked = await app.call("POST", `${pathOf(key)}/sync`, { as: admin, body: { runId } });
      const { id: jobId } = asked.body as { id: string };
      const { client, happened } = interrupted(at, async () => {
        await administrator.api.deleteGroup({ params: { groupId: group.id } });
        // The removal is through before the sync goes on.
        await app.outbox.deliver(app.worker(), app.outbox.take());
      });
      await app.outbox.deliver(app.worker({ client, madeAtOnce: 1 }), app.outbox.take(jobId));
      client.destroy();
      await app.drain();
      expect(await jobNow(dbt, jobId)).toMatchObject({ state: "succeeded", error: null, attempts: 1 });
      const made = Object.values(await catalogOf(dbt, key));
      expect(made).toHaveLength(3);
      if (!happened()) break;
      for (const { id } of made)
        expect({ at, owners: await ownersOf(id) }).toEqual({ at, owners: [userOf(admin)] });
    }
    await expectSound(app);
  }, 120_000);
});
