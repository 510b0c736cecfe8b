import { describe, expect, it } from "vitest";
import type { Permission } from "#contracts/resources/system.ts";
import { anApp } from "#test/support/app.ts";
import { aSourceWith, asked, decisions, later, statedOf, userOf } from "#test/support/asking.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona, aRegistrar, type Persona } from "#test/support/personas.ts";

const app = await anApp();
const registrar = await aRegistrar(app);
const { owner } = registrar;
const aSource = (terms: Parameters<typeof aSourceWith>[2] = {}) => aSourceWith(app, registrar, terms);
const having = (...permissions: readonly Permission[]) => aPersona(app, { permissions });
const { approve, cancel, deny } = decisions(app);
const get = (as: Persona, { id }: { readonly id: string }) =>
  app.call("GET", `/access-requests/${id}`, { as });
const refused = (status: number, code: string) => ({ status, body: { code } });
const days = (count: number) => new Date(app.clock.now().getTime() + count * 86_400_000).toISOString();

describe("what an approver may say of the end", () => {
  it.each([
    ["shortens what was wished", "GOVERNANCE", "P10D", 5, 5],
    ["does not lengthen it", "GOVERNANCE", "P10D", 20, 10],
    ["ends what was wished for good", "GOVERNANCE", null, 20, 20],
    ["as an owner lengthens it too", "owner", "P10D", 20, 20],
  ] as const)("%s", async (_, kind, duration, said, end) => {
    const source = await aSource({ approvers: [kind] });
    const ann = await aPersona(app);
    const request = await asked(ann, source, duration === null ? {} : { duration });
    const by = kind === "owner" ? owner : await having(kind);
    expect(await approve(by, request, { expiresAt: days(said) })).toMatchObject({
      body: { state: "approved", expiresAt: days(end) },
    });
    expect(await statedOf(app, source, userOf(ann))).toMatchObject({ expiresAt: days(end) });
  });

  it("is the earliest of what several say, counted from the last approval", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE", "AUDIT"] });
    const request = await asked(await aPersona(app), source, { duration: "P2D" });
    const end = days(30);
    await approve(await having("GOVERNANCE"), request, { expiresAt: end });
    await approve(owner, request, { expiresAt: days(60) });
    expect(await approve(await having("AUDIT"), request)).toMatchObject({ body: { expiresAt: end } });
  });

  it("must lie in the future", async () => {
    const request = await asked(await aPersona(app), await aSource());
    expect(await approve(owner, request, { expiresAt: app.clock.now().toISOString() })).toMatchObject({
      status: 400,
      body: { errors: [{ in: "body", pointer: "/expiresAt" }] },
    });
    expect(await approve(owner, request, { expiresAt: "tomorrow" })).toMatchObject({ status: 400 });
  });

  it("takes an approval away again once it has passed, so that nobody is granted what is over", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
    const [ann, governor] = [await aPersona(app), await having("GOVERNANCE")];
    const request = await asked(ann, source);
    await approve(governor, request, { expiresAt: days(1 / 24) });
    await later(app, 3_600_000);
    expect(await approve(owner, request)).toMatchObject({
      body: { state: "pending", approvals: [{ by: owner.user.id }] },
    });
    expect(await approve(governor, request)).toMatchObject({ body: { state: "approved", expiresAt: null } });
    await expectSound(app);
  });

  it("ends the access by the clock alone", async () => {
    const source = await aSource({ discoverable: true });
    const ann = await aPersona(app);
    await approve(owner, await asked(ann, source, { duration: "PT1H" }));
    const analyze = () =>
      app.call("POST", `/data-sources/${source.id}/analytics`, { as: ann, body: { columns: ["id"] } });
    expect(await analyze()).toMatchObject({ status: 200 });
    await later(app, 3_600_000);
    expect(await analyze()).toMatchObject({ status: 403 });
  });
});

describe("denying", () => {
  it("takes one approver and a reason, which who asked is told", async () => {
    const source = await aSource({ approvers: ["owner", "GOVERNANCE"] });
    const [ann, governor] = [await aPersona(app), await having("GOVERNANCE")];
    const request = await asked(ann, source);
    await approve(owner, request);
    for (const reason of ["", " "]) {
      expect(await deny(governor, request, reason)).toMatchObject({ status: 400 });
    }
    const denied = await deny(governor, request, "ask for the summary instead");
    expect(denied).toMatchObject({
      body: {
        state: "denied",
        decidedBy: governor.user.id,
        decisionReason: "ask for the summary instead",
        expiresAt: null,
      },
    });
    expect((await get(ann, request)).body).toEqual(denied.body);
    // A second click changes nothing, not even the reason.
    expect((await deny(governor, request, "again")).body).toEqual(denied.body);
    expect(await statedOf(app, source, userOf(ann))).toBeUndefined();
    await expectSound(app);
  });

  it("is refused for what is approved", async () => {
    const request = await asked(await aPersona(app), await aSource());
    await approve(owner, request);
    expect(await deny(owner, request)).toMatchObject(refused(409, "request-state"));
  });
});

describe("cancelling", () => {
  it("is for who asked, as often as they like, and for nobody else", async () => {
    const ann = await aPersona(app);
    const request = await asked(ann, await aSource());
    expect(await cancel(owner, request)).toMatchObject(refused(403, "forbidden"));
    const cancelled = await cancel(ann, request);
    expect(cancelled).toMatchObject({ status: 200, body: { state: "cancelled", decidedBy: null } });
    expect((await cancel(ann, request)).body).toEqual(cancelled.body);
    await expectSound(app);
  });

  it("is refused for what is decided", async () => {
    const [ann, source] = [await aPersona(app), await aSource()];
    const denied = await asked(ann, source);
    await deny(owner, denied);
    expect(await cancel(ann, denied)).toMatchObject(refused(409, "request-state"));
    const approved = await asked(ann, source);
    await approve(owner, approved);
    expect(await cancel(ann, approved)).toMatchObject(refused(409, "request-state"));
  });
});
