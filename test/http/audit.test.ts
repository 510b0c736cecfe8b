import { describe, expect, it } from "vitest";
import { anApp } from "../support/app.ts";
import { aConnection, aDataSource, aPersona, registering } from "../support/personas.ts";

const app = await anApp();
const since = () => new Date(app.clock.now().getTime() - 86_400_000).toISOString();

/** The items of one page of the audit. */
async function audit(as: { readonly key: string }, query: Record<string, string | number | string[]>) {
  const reply = await app.call("GET", "/audit", { as, query });
  expect(reply.status).toBe(200);
  return (reply.body as { items: Record<string, unknown>[] }).items;
}

describe("the audit", () => {
  it("records a change with who, from where, in which request, and finds it by each of its filters", async () => {
    const [auditor, owner] = [
      await aPersona(app, { permissions: ["AUDIT"] }),
      await aPersona(app, { permissions: registering }),
    ];
    const source = await aDataSource(owner, await aConnection(owner));
    await owner.api.updateDataSource({ params: { dataSourceId: source.id }, body: { documentation: "x" } });
    const resource = `data-source:${source.id}`;
    const [updated, created] = await audit(auditor, { resource });
    expect(updated).toMatchObject({
      actor: owner.user.id,
      action: "data-source:update",
      outcome: "success",
      address: "192.0.2.1",
      resource: { type: "data-source", id: source.id },
    });
    expect(created).toMatchObject({ action: "data-source:create" });
    expect(await audit(auditor, { resource: source.id })).toHaveLength(2);
    expect(await audit(auditor, { resource, action: "data-source:update" })).toEqual([updated]);
    expect(await audit(auditor, { actor: owner.user.id, action: "data-source:update" })).toEqual([updated]);
    const byTime = await audit(auditor, { from: since(), action: ["data-source:update", "nothing:else"] });
    expect(byTime).toContainEqual(updated);
    expect(await audit(auditor, { actor: owner.user.id, outcome: "failure" })).toEqual([]);
    const requestId = String(updated?.["requestId"]);
    expect(await audit(auditor, { from: since(), requestId })).toEqual([updated]);
    expect(await audit(auditor, { resource, requestId: "another" })).toEqual([]);
    const from = { actor: owner.user.id, action: "data-source:update" };
    expect(await audit(auditor, { ...from, address: "192.0.2.1" })).toEqual([updated]);
    expect(await audit(auditor, { ...from, address: "192.0.2.2" })).toEqual([]);
    const asked = { as: owner, query: { resource, address: "192.0.2.1" } };
    expect((await app.call("GET", "/audit", asked)).status).toBe(403);
  });

  it("pages through what an actor did, newest first, each record once", async () => {
    const [auditor, busy] = [await aPersona(app, { permissions: ["AUDIT"] }), await aPersona(app, {})];
    for (let turn = 0; turn < 7; turn += 1) {
      expect((await app.call("GET", `/data-sources/ds_none${turn}`, { as: busy })).status).toBe(404);
    }
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const query = { actor: busy.user.id, limit: 3, ...(cursor === null ? {} : { cursor }) };
      const { body } = await app.call("GET", "/audit", { as: auditor, query });
      const page = body as { items: { resource: { id: string } }[]; nextCursor: string | null };
      seen.push(...page.items.map((item) => item.resource.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((turn) => `ds_none${turn}`));
  });

  it("records denied attempts alike whether what was asked for exists, and tells the answer the same", async () => {
    const [auditor, owner, outsider] = [
      await aPersona(app, { permissions: ["AUDIT"] }),
      await aPersona(app, { permissions: registering }),
      await aPersona(app, {}),
    ];
    const source = await aDataSource(owner, await aConnection(owner));
    const replies = [
      await app.call("GET", `/data-sources/${source.id}`, { as: outsider }),
      await app.call("GET", "/data-sources/ds_nothing", { as: outsider }),
      await app.call("PATCH", "/settings", { as: outsider, body: { separateDuties: true } }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 403]);
    const denied = await audit(auditor, { actor: outsider.user.id, outcome: "denied" });
    expect(denied.map(({ resource }) => resource)).toEqual([
      { type: "deployment", id: "deployment" },
      { type: "data-source", id: "ds_nothing" },
      { type: "data-source", id: source.id },
    ]);
  });

  it("lets owners read what was done to their own data sources, without addresses and whoever was turned away", async () => {
    const [owner, outsider] = [await aPersona(app, { permissions: registering }), await aPersona(app, {})];
    const source = await aDataSource(owner, await aConnection(owner));
    await app.call("GET", `/data-sources/${source.id}`, { as: outsider });
    const items = await audit(owner, { resource: `data-source:${source.id}` });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ action: "data-source:create", address: null });
    for (const [as, query] of [
      [outsider, { resource: `data-source:${source.id}` }],
      [outsider, { resource: "data-source:ds_nothing" }],
      [owner, { from: since() }],
      [owner, { actor: owner.user.id }],
    ] as const) {
      expect((await app.call("GET", "/audit", { as, query })).status).toBe(403);
    }
  });

  it("refuses what would go through everything", async () => {
    const auditor = await aPersona(app, { permissions: ["AUDIT"] });
    const early = new Date(app.clock.now().getTime() - 40 * 86_400_000).toISOString();
    for (const query of [{}, { action: "data-source:create" }, { from: early }]) {
      const { status, body } = await app.call("GET", "/audit", { as: auditor, query });
      expect([status, (body as { code: string }).code]).toEqual([400, "filter-too-broad"]);
    }
  });

  it("records who reads it, and what they looked for", async () => {
    const auditor = await aPersona(app, { permissions: ["AUDIT"] });
    await audit(auditor, { resource: "data-source:ds_1" });
    const [read] = await audit(auditor, { actor: auditor.user.id, action: "audit:read" });
    expect(read).toMatchObject({ outcome: "success", details: { filter: expect.anything() as unknown } });
  });
});
