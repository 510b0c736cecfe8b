import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aSourceWith, asked } from "#test/support/asking.ts";
import { checked, expectSound } from "#test/support/invariants.ts";
import { aPersona, aRegistrar } from "#test/support/personas.ts";
import { itemsOf, type StoredItem } from "#test/support/table-items.ts";

const app = await anApp();
const registrar = await aRegistrar(app);
const source = await aSourceWith(app, registrar, { approvers: ["owner", "GOVERNANCE"] });
const [ann, ben] = [await aPersona(app), await aPersona(app)];
const pending = await asked(ann, source);
const denied = await asked(ben, source);
const params = { requestId: denied.id };
await registrar.owner.api.approveAccessRequest({ params: { requestId: pending.id }, body: {} });
await registrar.owner.api.denyAccessRequest({ params, body: { reason: "no" } });

const table = { TableName: app.tableName };
const found = async (): Promise<readonly string[]> =>
  (await checked(app)).findings.map(({ invariant, subject }) => `${invariant} ${subject}`);

async function theItem(kind: string, of: (item: StoredItem) => boolean): Promise<StoredItem> {
  const item = (await itemsOf(app, kind)).find(of);
  if (item === undefined) throw new Error(`there is no such ${kind}`);
  return item;
}

/** What is found while one item is another one, or is not there. */
async function instead(of: StoredItem, item: StoredItem | null): Promise<readonly string[]> {
  const { pk, sk } = of;
  if (item === null) await app.client.send(new DeleteCommand({ ...table, Key: { pk, sk } }));
  else await app.client.send(new PutCommand({ ...table, Item: { ...item } }));
  const findings = await found();
  await app.client.send(new PutCommand({ ...table, Item: { ...of } }));
  return findings;
}

const requestOf = (id: string) => theItem("access-request", (item) => item["id"] === id);

describe("a check of the table finds", () => {
  it("nothing, where people have asked and decided", async () => {
    await expectSound(app);
    expect((await checked(app)).kinds).toMatchObject({ "access-request": 2 });
  });

  it("a pending request that does not hold its guard, and a guard that is held by one that is decided", async () => {
    const guard = await theItem("guard", ({ owner }) => owner === pending.id);
    expect(await instead(guard, null)).toEqual([`record-holds-its-guard ${pending.id}`]);
    const request = await requestOf(pending.id);
    expect(await instead(request, { ...request, state: "approved" })).toEqual(
      expect.arrayContaining([expect.stringMatching("^guard-has-its-record ")]),
    );
  });

  it("a request that is missing in a list, and one that stands where it has nothing to do", async () => {
    const places = (await itemsOf(app, "access-request-place")).filter(
      ({ requestId }) => requestId === pending.id,
    );
    // With its data source, with who asked, with who approved, and among those that wait.
    expect(places).toHaveLength(4);
    for (const place of places) {
      expect(await instead(place, null)).toEqual([`access-request-stands-in-its-lists ${pending.id}`]);
    }
    const request = await requestOf(denied.id);
    expect(await instead(request, null)).toEqual([`access-request-stands-in-its-lists ${denied.id}`]);
    const stray = { ...request, decidedBy: null };
    expect(await instead(request, stray)).toEqual([`access-request-stands-in-its-lists ${denied.id}`]);
  });

  it("a request that somebody approved for themselves, or twice", async () => {
    const request = await requestOf(pending.id);
    const [approval] = request["approvals"] as readonly object[];
    expect(await instead(request, { ...request, approvals: [approval, approval] })).toEqual([
      `access-request-is-approved-by-others ${pending.id}`,
    ]);
    const own = { ...approval, by: ann.user.id };
    expect(await instead(request, { ...request, approvals: [approval, own] })).toEqual([
      `access-request-is-approved-by-others ${pending.id}`,
    ]);
  });
});
