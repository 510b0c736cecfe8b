import { describe, expect, it } from "vitest";
import type { Permission } from "#contracts/resources/system.ts";
import { anApp } from "#test/support/app.ts";
import { aSourceWith, asked, decisions, state, stateTerms, userOf } from "#test/support/asking.ts";
import { aPersona, aRegistrar, type Persona, aKnownGroup } from "#test/support/personas.ts";

const app = await anApp();
const registrar = await aRegistrar(app);
const { owner } = registrar;
const aSource = (terms: Parameters<typeof aSourceWith>[2] = {}) => aSourceWith(app, registrar, terms);
const having = (...permissions: readonly Permission[]) => aPersona(app, { permissions });
const { approve, deny, cancel } = decisions(app);

type Query = Parameters<Persona["api"]["listAccessRequests"]>[0] extends infer R
  ? NonNullable<R> extends { query?: infer Q }
    ? Q
    : never
  : never;

const listed = async (as: Persona, query: Query = {}): Promise<readonly string[]> =>
  (await as.api.listAccessRequests({ query })).items.map(({ id }) => id);

describe("the list of access requests", () => {
  it("holds one's own and those that one may decide, newest first", async () => {
    const [mine, other] = [await aSource(), await aSource({ approvers: ["GOVERNANCE"] })];
    const [ann, governor] = [await aPersona(app), await having("GOVERNANCE")];
    const first = await asked(ann, mine);
    const second = await asked(governor, mine);
    const third = await asked(ann, other);
    expect(await listed(ann)).toEqual([third.id, first.id]);
    expect(await listed(owner)).toEqual([second.id, first.id]);
    expect(await listed(governor)).toEqual([third.id, second.id]);
    expect(await listed(governor, { mine: "true" })).toEqual([second.id]);
    expect(await listed(governor, { mine: "false" })).toEqual([third.id]);
    expect(await listed(await aPersona(app))).toEqual([]);
    expect(await listed(await having("AUDIT", "USER_ADMIN", "APPLICATION_ADMIN"))).toEqual([]);
    expect(await listed(ann, { state: "approved" })).toEqual([]);
    expect(await listed(ann, { state: ["approved", "pending"] })).toEqual([third.id, first.id]);
    expect(await listed(owner, { dataSourceId: mine.id })).toEqual([second.id, first.id]);
    expect(await listed(ann, { dataSourceId: [mine.id, other.id] })).toEqual([third.id, first.id]);
    expect(await listed(governor, { dataSourceId: mine.id })).toEqual([second.id]);
    expect(await listed(owner, { dataSourceId: "ds_unknown" })).toEqual([]);
  });

  it("tells of each what reading it tells", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
    const [ann, governor] = [await aPersona(app), await having("GOVERNANCE")];
    const request = await asked(ann, source, { duration: "P1M" });
    await approve(governor, request);
    for (const as of [ann, owner, governor]) {
      const { items } = await as.api.listAccessRequests({ query: { dataSourceId: source.id } });
      expect(items).toEqual([await as.api.getAccessRequest({ params: { requestId: request.id } })]);
    }
  });

  it("keeps what one decided, for as long as one could decide it", async () => {
    const source = await aSource({ approvers: ["owner"] });
    const [ann, second] = [await aPersona(app), await aPersona(app)];
    await state(app, source, { principal: userOf(second), role: "owner" });
    const approved = await asked(ann, source);
    await approve(second, approved);
    const denied = await asked(await aPersona(app), source);
    await deny(second, denied);
    expect(await listed(second)).toEqual([denied.id, approved.id]);
    expect(await listed(second, { state: "approved" })).toEqual([approved.id]);
    // Who owns it finds what others decided by the data source.
    expect(await listed(owner, { dataSourceId: source.id, state: "denied" })).toEqual([denied.id]);
    await state(app, source, { principal: userOf(second), role: "subscriber" });
    expect(await listed(second)).toEqual([]);
    expect(await listed(second, { dataSourceId: source.id })).toEqual([]);
  });

  it("is gone through page by page, without doubles and without gaps, whatever comes in between", async () => {
    const source = await aSource();
    const people = await Promise.all(Array.from({ length: 7 }, () => aPersona(app)));
    const made: string[] = [];
    for (const person of people) made.push((await asked(person, source)).id);
    const query = { dataSourceId: source.id, limit: 3 };
    const found: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 4; page += 1) {
      const { items, nextCursor } = await owner.api.listAccessRequests({
        query: { ...query, ...(cursor === undefined ? {} : { cursor }) },
      });
      found.push(...items.map(({ id }) => id));
      await asked(await aPersona(app), source);
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    expect(found).toEqual(made.toReversed());
    expect(
      await app.call("GET", "/access-requests", { as: owner, query: { cursor: cursor ?? "" } }),
    ).toMatchObject({ status: 400, body: { code: "invalid-cursor" } });
  });

  it("shows an owner by their group what the group may decide", async () => {
    const group = await aKnownGroup(app);
    const source = await aSource();
    await state(app, source, { principal: { type: "group", id: group.id }, role: "owner" });
    const second = await aPersona(app, { groups: [group.id] });
    const request = await asked(await aPersona(app), source);
    expect(await listed(second)).toEqual([request.id]);
    await state(app, source, { principal: { type: "group", id: group.id }, role: "expert" });
    expect(await listed(second)).toEqual([]);
  });

  it("shows what is disabled to its owners alone, and who asked the name that they knew", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
    const [ann, governor] = [await aPersona(app), await having("GOVERNANCE")];
    const request = await asked(ann, source);
    const body = { status: "disabled", name: `renamed ${source.name}` } as const;
    await owner.api.updateDataSource({ params: { dataSourceId: source.id }, body });
    const named = async (as: Persona) =>
      (await as.api.listAccessRequests({ query: { dataSourceId: source.id } })).items.map(
        ({ dataSourceName }) => dataSourceName,
      );
    expect(await named(owner)).toEqual([body.name]);
    expect(await named(ann)).toEqual([source.name]);
    expect(await named(governor)).toEqual([]);
    expect(await approve(governor, request)).toMatchObject({ status: 404 });
    expect(await approve(owner, request)).toMatchObject({ status: 200 });
  });

  it("does not tell who asked what the data source is called by now, where they may not know of it any more", async () => {
    const source = await aSource();
    const ann = await aPersona(app);
    const { id } = await asked(ann, source);
    await owner.api.updateDataSource({
      params: { dataSourceId: source.id },
      body: { name: `new ${source.name}` },
    });
    const name = async () => (await ann.api.getAccessRequest({ params: { requestId: id } })).dataSourceName;
    expect(await name()).toBe(`new ${source.name}`);
    await stateTerms(app, source, { discoverable: false });
    expect(await name()).toBe(source.name);
  });

  it("takes what is cancelled out of the inbox", async () => {
    const [source, ann] = [await aSource(), await aPersona(app)];
    const request = await asked(ann, source);
    await cancel(ann, request);
    expect(await listed(owner, { state: "pending" })).not.toContain(request.id);
    expect(await listed(ann)).toEqual([request.id]);
  });
});

describe("deciding several at once", () => {
  const bulk = (verb: "approve" | "deny", as: Persona, body: object) =>
    app.call("POST", `/access-requests/${verb}`, { as, body });

  it("decides each by itself: one that fails stops no other", async () => {
    const [source, other] = [await aSource(), await aSource({ approvers: ["AUDIT"] })];
    const [ann, ben, cid] = [await aPersona(app), await aPersona(app), await aPersona(app)];
    const first = await asked(ann, source);
    const taken = await asked(ben, source);
    await cancel(ben, taken);
    const hidden = await asked(ann, other);
    const own = await asked(owner, other).catch(() => null);
    expect(own).toBeNull();
    const last = await asked(cid, source);
    const ids = [first.id, "arq_unknown", taken.id, hidden.id, last.id, first.id];
    const expiresAt = new Date(app.clock.now().getTime() + 3_600_000).toISOString();
    const reply = await bulk("approve", owner, { ids, expiresAt });
    expect(reply).toMatchObject({
      status: 200,
      body: {
        items: [
          { id: first.id, state: "approved" },
          { id: "arq_unknown", problem: { code: "not-found" } },
          { id: taken.id, problem: { code: "request-state", status: 409 } },
          { id: hidden.id, problem: { code: "not-found" } },
          { id: last.id, state: "approved" },
        ],
      },
    });
    expect(await cid.api.getAccessRequest({ params: { requestId: last.id } })).toMatchObject({ expiresAt });
    // What one may not decide is recorded, as where one asks for it alone.
    for (const id of ["arq_unknown", hidden.id]) {
      const { items } = await app.store.activity("access-request", id, null, 10);
      expect(items).toMatchObject([{ actor: owner.user.id, outcome: "denied" }]);
    }
  });

  it("denies with one reason for all", async () => {
    const source = await aSource();
    const [ann, ben] = [await aPersona(app), await aPersona(app)];
    const ids = [(await asked(ann, source)).id, (await asked(ben, source)).id];
    const { items } = await owner.api.denyAccessRequests({ body: { ids, reason: "use the summary" } });
    expect(items).toEqual(ids.map((id) => ({ id, state: "denied" })));
    const requestId = ids[1] ?? "";
    expect(await ben.api.getAccessRequest({ params: { requestId } })).toMatchObject({
      decisionReason: "use the summary",
    });
  });

  it("takes a hundred at a time, and refuses an end that has passed for all of them", async () => {
    for (const ids of [[], Array.from({ length: 101 }, (_, index) => `arq_${index}`)]) {
      expect(await bulk("approve", owner, { ids })).toMatchObject({ status: 400 });
    }
    expect(await bulk("approve", owner, { ids: ["arq_1"], expiresAt: "2020-01-01T00:00:00Z" })).toMatchObject(
      { status: 400, body: { errors: [{ pointer: "/expiresAt" }] } },
    );
    expect(await bulk("deny", owner, { ids: ["arq_1"] })).toMatchObject({ status: 400 });
  });
});
