import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { state, statedOf, stateTerms, userOf } from "#test/support/asking.ts";
import { changeUser } from "#test/support/members.ts";
import { expectSound } from "#test/support/invariants.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  makeMember,
  type DataSource,
  aKnownGroup,
} from "#test/support/personas.ts";
import type { Persona } from "#test/support/personas.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);

/** A data source whose policy says so. */
async function aSource(terms: Parameters<typeof stateTerms>[2] = {}): Promise<DataSource> {
  const source = await aDataSource(owner, connection);
  await stateTerms(app, source, terms);
  return source;
}

const ask = (as: Persona, { id }: Pick<DataSource, "id">, body: object = {}, headers = {}) =>
  app.call("POST", `/data-sources/${id}/access-requests`, {
    as,
    body: { reason: "for the yearly report", ...body },
    headers,
  });

const refused = (status: number, code: string) => ({ status, body: { code } });

describe("asking for access", () => {
  it("makes a pending request that says who asks for what, for how long, and who must approve", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
    const ann = await aPersona(app, { name: "Ann Ask" });
    const reply = await ask(ann, source, { duration: "30d" });
    expect(reply).toMatchObject({
      status: 201,
      body: {
        dataSourceId: source.id,
        dataSourceName: source.name,
        requester: { type: "user", id: ann.user.id, name: "Ann Ask" },
        requestedBy: ann.user.id,
        reason: "for the yearly report",
        duration: "P30D",
        state: "pending",
        required: ["owner", "GOVERNANCE"],
        approvals: [],
        decidedBy: null,
        decisionReason: null,
        expiresAt: null,
        createdAt: app.clock.now().toISOString(),
        version: 1,
      },
    });
    const { id } = reply.body as { id: string };
    expect(await app.call("GET", `/access-requests/${id}`, { as: ann })).toMatchObject({
      status: 200,
      body: reply.body as object,
    });
    // Asking gives nothing yet.
    expect(await statedOf(app, source, userOf(ann))).toBeUndefined();
    await expectSound(app);
  });

  it("is recorded with the data source, for its owner to read", async () => {
    const source = await aSource();
    const ann = await aPersona(app);
    const { body } = await ask(ann, source, { duration: "PT8H" });
    const { id } = body as { id: string };
    const { items } = await owner.api.listActivity({ params: { dataSourceId: source.id } });
    expect(items[0]).toMatchObject({
      action: "access-request:create",
      actor: ann.user.id,
      details: { accessRequestId: id, reason: "for the yearly report", duration: "PT8H", state: "pending" },
    });
  });

  it("is refused for what one may not know of, as if it were not there", async () => {
    const source = await aSource({ discoverable: false });
    const ann = await aPersona(app);
    expect(await ask(ann, source)).toMatchObject(refused(404, "not-found"));
    expect(await ask(ann, { id: "ds_unknown" })).toMatchObject(refused(404, "not-found"));
    const disabled = await aSource();
    await owner.api.updateDataSource({ params: { dataSourceId: disabled.id }, body: { status: "disabled" } });
    expect(await ask(ann, disabled)).toMatchObject(refused(404, "not-found"));
  });

  it("is refused where owners add people by hand, and where an entitlement is not met", async () => {
    const ann = await aPersona(app);
    expect(await ask(ann, await aSource({ kind: "individual", approvers: [] }))).toMatchObject(
      refused(409, "access-not-requestable"),
    );
    const group = await aKnownGroup(app);
    const entitled = await aSource({
      kind: "entitlement",
      approvers: [],
      when: { who: "group", id: group.id, name: group.name },
    });
    expect(await ask(ann, entitled)).toMatchObject(refused(409, "access-not-requestable"));
    const only = await aSource({ when: { who: "group", id: group.id, name: group.name } });
    expect(await ask(ann, only)).toMatchObject(refused(409, "access-not-requestable"));
    await changeUser(app, ann, { groups: [group.id] });
    expect(await ask(ann, only)).toMatchObject({ status: 201, body: { state: "pending" } });
  });

  it("is granted at once where anyone may subscribe, or the entitlement is met: an explicit subscription", async () => {
    const ann = await aPersona(app);
    const group = await aKnownGroup(app);
    await changeUser(app, ann, { groups: [group.id] });
    const entitled = { who: "group", id: group.id, name: group.name } as const;
    for (const source of [
      await aSource({ kind: "anyone", approvers: [] }),
      await aSource({ kind: "entitlement", approvers: [], when: entitled }),
    ]) {
      const reply = await ask(ann, source, { duration: "P1D" });
      const expiresAt = new Date(app.clock.now().getTime() + 86_400_000).toISOString();
      expect(reply).toMatchObject({
        status: 201,
        body: { state: "approved", required: [], approvals: [], decidedBy: null, expiresAt },
      });
      expect(await statedOf(app, source, userOf(ann))).toMatchObject({ role: "subscriber", expiresAt });
      expect(await ask(ann, source)).toMatchObject(refused(409, "member-exists"));
    }
    await expectSound(app);
  });

  it("is refused for members, and allowed for whom a policy subscribes by itself or who only ingests", async () => {
    const source = await aSource();
    expect(await ask(owner, source)).toMatchObject(refused(409, "member-exists"));
    const [subscriber, ingester] = [await aPersona(app), await aPersona(app)];
    await makeMember(app, source, subscriber, "subscriber");
    await makeMember(app, source, ingester, "ingest");
    expect(await ask(subscriber, source)).toMatchObject(refused(409, "member-exists"));
    expect(await ask(ingester, source)).toMatchObject({ status: 201 });
    const lapsed = await aPersona(app);
    await makeMember(app, source, lapsed, "subscriber", app.clock.now().toISOString());
    expect(await ask(lapsed, source)).toMatchObject({ status: 201 });
  });

  it("is for who was taken out by hand only where somebody has to approve", async () => {
    const ann = await aPersona(app);
    const [anyone, approval] = [await aSource({ kind: "anyone", approvers: [] }), await aSource()];
    for (const source of [anyone, approval]) {
      await state(app, source, { principal: userOf(ann), role: "removed" });
    }
    expect(await ask(ann, anyone)).toMatchObject(refused(409, "access-not-requestable"));
    expect(await ask(ann, approval)).toMatchObject({ status: 201, body: { state: "pending" } });
  });

  it.each([
    ["8h", "PT8H"],
    ["2w", "P2W"],
    ["3m", "P3M"],
    ["p1dt12h", "P1DT12H"],
    ["P010D", "P10D"],
  ])("takes the duration %s", async (duration, told) => {
    const reply = await ask(await aPersona(app), await aSource(), { duration });
    expect(reply).toMatchObject({ status: 201, body: { duration: told } });
  });

  it.each(["", "P", "PT", "30", "0d", "P0D", "d30", "P1.5D", "-P1D", "11y", "P30D ago", "5x"])(
    "refuses the duration %j, and says where it stands",
    async (duration) => {
      const reply = await ask(await aPersona(app), { id: "ds_any" }, { duration });
      expect(reply).toMatchObject({
        status: 400,
        body: { code: "invalid-request", errors: [{ in: "body", pointer: "/duration" }] },
      });
    },
  );

  it("wants a reason", async () => {
    const ann = await aPersona(app);
    for (const reason of ["", "   ", "x".repeat(2001)]) {
      expect(await ask(ann, { id: "ds_any" }, { reason })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: "/reason" }] },
      });
    }
  });
});

describe("asking again", () => {
  it("answers the request that is pending, also twenty times at once", async () => {
    const source = await aSource();
    const ann = await aPersona(app);
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask(ann, source)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(replies.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
    const { items } = await ann.api.listAccessRequests({ query: { mine: "true" } });
    expect(items).toHaveLength(1);
    await expectSound(app);
  });

  it("makes a new one where the first is denied or cancelled", async () => {
    const source = await aSource();
    const ann = await aPersona(app);
    const idOf = async () => ((await ask(ann, source)).body as { id: string }).id;
    const first = await idOf();
    await owner.api.denyAccessRequest({ params: { requestId: first }, body: { reason: "no" } });
    const second = await idOf();
    await ann.api.cancelAccessRequest({ params: { requestId: second } });
    const third = await idOf();
    expect(new Set([first, second, third]).size).toBe(3);
    const { items } = await ann.api.listAccessRequests({});
    expect(items.map(({ id, state: now }) => [id, now])).toEqual([
      [third, "pending"],
      [second, "cancelled"],
      [first, "denied"],
    ]);
    await expectSound(app);
  });

  it("is granted where nobody has to approve any more", async () => {
    const source = await aSource();
    const ann = await aPersona(app);
    const first = await ask(ann, source, { duration: "1d" });
    await stateTerms(app, source, { kind: "anyone", approvers: [] });
    const second = await ask(ann, source);
    expect(second.body).toMatchObject({
      id: (first.body as { id: string }).id,
      state: "approved",
      decidedBy: null,
      required: [],
    });
    expect(await statedOf(app, source, userOf(ann))).toMatchObject({ role: "subscriber" });
    await expectSound(app);
  });

  it("repeats the reply for an idempotency key, and refuses another request under it", async () => {
    const source = await aSource();
    const ann = await aPersona(app);
    const key = { "idempotency-key": "ask-1" };
    const first = await ask(ann, source, {}, key);
    const { id } = first.body as { id: string };
    await ann.api.cancelAccessRequest({ params: { requestId: id } });
    expect((await ask(ann, source, {}, key)).body).toEqual(first.body);
    expect(await ask(ann, source, { reason: "another" }, key)).toMatchObject(
      refused(422, "idempotency-key-reused"),
    );
  });
});
