import { describe, expect, it } from "vitest";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { CatalogReplica } from "#adapters/replica/catalog-replica.ts";
import { anApp, caller } from "#test/support/app.ts";
import { afterwards, breakingClient, killedAt } from "#test/support/broken-steps.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar, aRemoteTable, everyPermission } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { testClient } from "#test/support/store.ts";

const app = await anApp();
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const { owner, connection } = await aRegistrar(app);

const make = (name: string) => governor.api.createTag({ body: { name } });
const remove = (name: string, more: object = {}) =>
  app.call("DELETE", `/tags/${encodeURIComponent(name)}`, { as: governor, ...more });
const put = (dataSourceId: string, name: string) =>
  app.call("POST", `/data-sources/${dataSourceId}/tags`, { as: owner, body: { tags: [name] } });
const named = async (search: string) =>
  (await owner.api.listTags({ query: { search } })).items.map(({ name }) => name);
const aSource = async () => (await aDataSource(owner, connection, await aRemoteTable())).id;
const inUse = { status: 409, body: { code: "tag-in-use" } };

describe("DELETE /tags/{name}", () => {
  it("deletes a tag with all below it, and leaves what stands above and beside", async () => {
    const root = unique("gone");
    for (const leaf of ["a.b", "a.c", "d"]) await make(`${root}.${leaf}`);
    expect(await remove(`${root}.a`.toUpperCase())).toMatchObject({ status: 204, text: "" });
    expect(await named(root)).toEqual([root, `${root}.d`]);
    expect((await remove(`${root}.a`)).status).toBe(404);
    expect((await make(`${root}.a`)).version).toBe(1);
    await expectSound(app);
  });

  it("is refused while a data source carries it or a tag below it, and possible once none does", async () => {
    const root = unique("used");
    await make(`${root}.below`);
    const dataSourceId = await aSource();
    expect((await put(dataSourceId, `${root}.below`)).status).toBe(200);
    for (const name of [`${root}.below`, root]) expect(await remove(name)).toMatchObject(inUse);
    expect(await named(root)).toEqual([root, `${root}.below`]);
    // It is as it was: it can be put on something at once.
    expect((await put(await aSource(), root)).status).toBe(200);
    const other = unique("free");
    await make(other);
    expect((await remove(other)).status).toBe(204);
    await owner.api.removeTag({ params: { dataSourceId, name: `${root}.below` } });
    expect((await remove(`${root}.below`)).status).toBe(204);
    await expectSound(app);
  });

  it("is refused while a column carries it, also one of many", async () => {
    const [tag, second] = [unique("column"), unique("column")];
    await make(tag);
    await make(second);
    const params = { dataSourceId: await aSource() };
    await owner.api.updateDictionary({
      params,
      body: {
        changes: [
          { column: "id", addTags: [second] },
          { column: "name", addTags: [tag] },
        ],
      },
    });
    expect(await remove(tag)).toMatchObject(inUse);
    await owner.api.updateColumn({ params: { ...params, column: "name" }, body: { removeTags: [tag] } });
    expect((await remove(tag)).status).toBe(204);
    expect(await remove(second)).toMatchObject(inUse);
    await expectSound(app);
  });

  it("does not wait for what was deleted, which comes back without it", async () => {
    const tag = unique("old");
    await make(tag);
    const dataSourceId = await aSource();
    await put(dataSourceId, tag);
    await owner.api.deleteDataSource({ params: { dataSourceId } });
    expect((await remove(tag)).status).toBe(204);
    const restored = await owner.api.restoreDataSource({ params: { dataSourceId } });
    expect(restored.tags).toEqual([]);
    await app.drain();
    await expectSound(app);
  });

  it("and putting it on something at once: one of the two happens", async () => {
    for (let round = 0; round < 6; round += 1) {
      const tag = unique("race");
      await make(tag);
      const dataSourceId = await aSource();
      const [added, removed] = await Promise.all([put(dataSourceId, tag), remove(tag)]);
      const { tags } = await owner.api.getDataSource({ params: { dataSourceId } });
      const stands = (await named(tag)).length === 1;
      expect([added.status === 200, tags.length === 1, stands]).toEqual(
        Array(3).fill(removed.status === 409),
      );
      expect([200, 409, 422]).toContain(added.status);
    }
    await expectSound(app);
  });

  it("that breaks off at any step leaves the tag as it was or gone, and is done by the next one", async () => {
    for (let step = 1; ; step += 1) {
      const tag = unique("broken");
      await make(`${tag}.below`);
      const broken = killedAt(step, afterwards);
      const client = breakingClient(testClient(), broken.breaker);
      const store = dynamoStore({ client, tableName: app.tableName, clock: app.clock });
      const parts = {
        ...app.parts,
        store,
        index: new CatalogReplica({ deltas: app.store, clock: app.clock }),
      };
      await caller(parts)("DELETE", `/tags/${tag}`, { as: governor });
      client.destroy();
      await expectSound(app);
      const left = await named(tag);
      expect([[], [tag, `${tag}.below`]]).toContainEqual(left);
      app.clock.advance(61_000);
      expect((await put(await aSource(), tag)).status).toBe(left.length === 0 ? 422 : 200);
      // So that no job grows so old meanwhile that it counts as lost.
      await app.drain();
      if (broken.at === null) break;
    }
  });

  it("lets nobody put it on anything while it is being deleted, and says so", async () => {
    const tag = unique("marked");
    await make(tag);
    const dataSourceId = await aSource();
    const seen: unknown[] = [];
    const index = {
      ...app.parts.index,
      page: app.parts.index.page.bind(app.parts.index),
      carriesAny: async () => {
        seen.push((await put(dataSourceId, tag)).body);
        seen.push((await app.call("POST", "/tags", { as: governor, body: { name: `${tag}.child` } })).body);
        return false;
      },
    };
    const reply = await caller({ ...app.parts, index })("DELETE", `/tags/${tag}`, { as: governor });
    expect(reply.status).toBe(204);
    expect(seen).toMatchObject([{ code: "contention" }, { code: "contention" }]);
    expect(await named(tag)).toEqual([]);
    await expectSound(app);
  });

  it("and a data source coming back with it on a column at once: it comes back without it, or later", async () => {
    const tag = unique("returning");
    await make(tag);
    const { id: tagId = "" } = (await app.store.tagTree()).find(tag) ?? {};
    const dataSourceId = await aSource();
    const params = { dataSourceId };
    await owner.api.updateColumn({ params: { ...params, column: "name" }, body: { addTags: [tag] } });
    await owner.api.deleteDataSource({ params });
    const restore = () => app.call("POST", `/data-sources/${dataSourceId}/restore`, { as: owner });
    const seen: unknown[] = [];
    const index = {
      ...app.parts.index,
      page: app.parts.index.page.bind(app.parts.index),
      carriesAny: async () => {
        seen.push((await restore()).body);
        return false;
      },
    };
    // A restoration that has read the tags before the deletion began finds at its end that it has begun.
    const late = caller({
      ...app.parts,
      store: {
        ...app.store,
        tagTree: async () => {
          const tree = await app.store.tagTree();
          if (seen.length > 0) return tree;
          const reply = await caller({ ...app.parts, index })("DELETE", `/tags/${tag}`, { as: governor });
          expect(reply.status).toBe(204);
          return tree;
        },
      },
    });
    const reply = await late("POST", `/data-sources/${dataSourceId}/restore`, { as: owner });
    expect(seen).toMatchObject([{ code: "contention" }]);
    expect(reply.status).toBe(200);
    const replica = new CatalogReplica({ deltas: app.store, clock: app.clock });
    expect(await replica.carriesAny(new Set([tagId]))).toBe(false);
    expect((await owner.api.getDictionary({ params })).items.flatMap(({ tags }) => tags)).toEqual([]);
    await expectSound(app);
  });

  it("takes so many at a time as a transaction does, and says how many there are", async () => {
    const root = unique("many");
    for (let n = 0; n < 48; n += 1) await make(`${root}.t${n}`);
    const refused = await remove(root);
    expect(refused).toMatchObject(inUse);
    expect((refused.body as { detail: string }).detail).toContain("48 tags stand below it");
    await remove(`${root}.t0`);
    expect((await remove(root)).status).toBe(204);
    expect(await named(root)).toEqual([]);
  });

  it("honours If-Match and is for GOVERNANCE alone", async () => {
    const tag = unique("guarded");
    await make(tag);
    expect((await remove(tag, { headers: { "if-match": '"7"' } })).status).toBe(412);
    const as = await aPersona(app, { permissions: everyPermission.filter((one) => one !== "GOVERNANCE") });
    expect((await remove(tag, { as })).status).toBe(403);
    expect((await remove(tag, { headers: { "if-match": '"1"' } })).status).toBe(204);
  });
});
