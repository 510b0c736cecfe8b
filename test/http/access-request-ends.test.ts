import { beforeEach, describe, expect, it } from "vitest";
import { anApp, type App } from "#test/support/app.ts";
import { aSourceWith, asked, decisions, later, statedOf, userOf } from "#test/support/asking.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona, aRegistrar, type Persona, aKnownGroup } from "#test/support/personas.ts";
import { allItems } from "#test/support/table-items.ts";

const dayMs = 86_400_000;
let app: App;
let registrar: Awaited<ReturnType<typeof aRegistrar>>;
let owner: Persona;

// Each passes days: what one leaves is not for the next.
beforeEach(async () => {
  app = await anApp();
  registrar = await aRegistrar(app);
  ({ owner } = registrar);
});

const stateOf = async ({ api }: Persona, { id }: { readonly id: string }) =>
  (await api.getAccessRequest({ params: { requestId: id } })).state;
const stored = async ({ id }: { readonly id: string }) =>
  (await app.store.accessRequests([id])).get(id)?.state;
const items = async ({ api }: Persona) => (await api.listAccessRequests({})).items;
const remove = (id: string) => owner.api.deleteDataSource({ params: { dataSourceId: id } });

/** At the full hour, when the sweep does all that it does. */
async function sweepHourly(): Promise<void> {
  await app.drain();
  const minutes = app.clock.now().getUTCMinutes();
  app.clock.advance(((60 - minutes) % 60) * 60_000);
  await app.sweep();
}

describe("a request that nobody decides", () => {
  it("lapses after thirty days, to the moment, and is settled by the sweep", async () => {
    const source = await aSourceWith(app, registrar);
    const ann = await aPersona(app);
    const request = await asked(ann, source);
    await later(app, 30 * dayMs - 1);
    expect(await stateOf(ann, request)).toBe("pending");
    app.clock.advance(1);
    for (const as of [ann, owner]) {
      expect(await stateOf(as, request)).toBe("expired");
      expect((await items(as)).map(({ state }) => state)).toEqual(["expired"]);
      expect((await as.api.listAccessRequests({ query: { state: "pending" } })).items).toEqual([]);
    }
    const { approve, deny, cancel } = decisions(app);
    for (const reply of [
      await approve(owner, request),
      await deny(owner, request),
      await cancel(ann, request),
    ]) {
      expect(reply).toMatchObject({ status: 409, body: { code: "request-state" } });
    }
    await sweepHourly();
    expect(await stored(request)).toBe("expired");
    expect(await stateOf(ann, request)).toBe("expired");
    const { items: deeds } = await owner.api.listActivity({ params: { dataSourceId: source.id } });
    expect(deeds[0]).toMatchObject({ action: "access-request:expire", actor: "system" });
    await expectSound(app);
  });

  it("makes room for another one, before and after the sweep", async () => {
    const source = await aSourceWith(app, registrar);
    const ann = await aPersona(app);
    const first = await asked(ann, source);
    await later(app, 30 * dayMs);
    const second = await asked(ann, source);
    expect(second.id).not.toBe(first.id);
    expect((await items(ann)).map(({ id, state }) => [id, state])).toEqual([
      [second.id, "pending"],
      [first.id, "expired"],
    ]);
    await later(app, 30 * dayMs);
    await sweepHourly();
    expect((await asked(ann, source)).state).toBe("pending");
    await expectSound(app);
  });

  it("is settled however many there are, one page after the other", async () => {
    const source = await aSourceWith(app, registrar);
    const requests: { readonly id: string }[] = [];
    for (let count = 0; count < 60; count += 1) requests.push(await asked(await aPersona(app), source));
    await later(app, 30 * dayMs);
    const last = await asked(await aPersona(app), source);
    await sweepHourly();
    const states = await Promise.all(requests.map(stored));
    expect(new Set(states)).toEqual(new Set(["expired"]));
    expect(await stored(last)).toBe("pending");
    await expectSound(app);
  });
});

describe("a request for a data source that is deleted", () => {
  it("is gone from every answer, costs the deletion no write, and comes back cancelled", async () => {
    const source = await aSourceWith(app, registrar);
    const [ann, ben] = [await aPersona(app), await aPersona(app)];
    const request = await asked(ann, source);
    const decided = await asked(ben, source);
    await owner.api.approveAccessRequest({ params: { requestId: decided.id }, body: {} });
    const before = await app.store.accessRequests([request.id]);
    await remove(source.id);
    expect(await app.store.accessRequests([request.id])).toEqual(before);
    for (const as of [ann, owner]) {
      expect(await items(as)).toEqual([]);
      expect(await app.call("GET", `/access-requests/${request.id}`, { as })).toMatchObject({ status: 404 });
    }
    expect(await decisions(app).approve(owner, request)).toMatchObject({ status: 404 });
    await owner.api.restoreDataSource({ params: { dataSourceId: source.id }, body: {} });
    expect(await stateOf(ann, request)).toBe("cancelled");
    expect(await stateOf(ben, decided)).toBe("approved");
    expect(await decisions(app).approve(owner, request)).toMatchObject({
      status: 409,
      body: { code: "request-state" },
    });
    expect(await statedOf(app, source, userOf(ben))).toMatchObject({ role: "subscriber" });
    // Asked anew, it is another one.
    expect((await asked(ann, source)).id).not.toBe(request.id);
    expect(await stored(request)).toBe("cancelled");
    await expectSound(app);
  });

  it("leaves nothing behind when it is purged but the record of what was done", async () => {
    const source = await aSourceWith(app, registrar);
    const [ann, ben] = [await aPersona(app), await aPersona(app)];
    await asked(ann, source);
    const denied = await asked(ben, source);
    await owner.api.denyAccessRequest({ params: { requestId: denied.id }, body: { reason: "no" } });
    await remove(source.id);
    // Purged before the sweep would have settled what has lapsed meanwhile.
    await later(app, 30 * dayMs + 1);
    await sweepHourly();
    const left = (await allItems(app)).filter(({ kind }) =>
      ["access-request", "access-request-place"].includes(String(kind)),
    );
    expect(left).toEqual([]);
    await expectSound(app);
  });
});

describe("a request of somebody who is gone", () => {
  it("is cancelled for its approvers, also where the group that it is for is gone", async () => {
    const source = await aSourceWith(app, registrar);
    const group = await aKnownGroup(app);
    const [ann, ben] = [await aPersona(app), await aPersona(app, { groups: [group.id] })];
    const first = await asked(ann, source);
    const second = await asked(ben, source, { principal: { type: "group", id: group.id } });
    await app.store.commit([
      { write: "remove", kind: "user", record: ann.user },
      { write: "remove", kind: "group", record: group },
      { write: "directory-changed" },
    ]);
    for (const request of [first, second]) {
      expect(await stateOf(owner, request)).toBe("cancelled");
      expect(await decisions(app).approve(owner, request)).toMatchObject({ status: 409 });
    }
    expect((await owner.api.listAccessRequests({ query: { state: "pending" } })).items).toEqual([]);
  });
});
