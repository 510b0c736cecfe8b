import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { state, statedOf, stateTerms, userOf } from "#test/support/asking.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar, type DataSource, aKnownGroup } from "#test/support/personas.ts";
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

describe("asking for a group", () => {
  const forGroup = (id: string) => ({ principal: { type: "group", id } });

  it("asks once for all in it, and grants the group", async () => {
    const group = await aKnownGroup(app);
    const [ann, ben] = [
      await aPersona(app, { groups: [group.id] }),
      await aPersona(app, { groups: [group.id] }),
    ];
    const source = await aSource();
    const first = await ask(ann, source, forGroup(group.id));
    expect(first.body).toMatchObject({ requester: { type: "group", id: group.id, name: group.name } });
    const { id } = first.body as { id: string };
    expect((await ask(ben, source, forGroup(group.id))).body).toMatchObject({ id, requestedBy: ann.user.id });
    // For oneself one asks by oneself.
    expect((await ask(ben, source)).body).not.toMatchObject({ id });
    await owner.api.approveAccessRequest({ params: { requestId: id }, body: {} });
    expect(await statedOf(app, source, { type: "group", id: group.id })).toMatchObject({
      role: "subscriber",
    });
    expect(await ben.api.getDataSource({ params: { dataSourceId: source.id } })).toMatchObject({
      myRole: "subscriber",
    });
    expect(await ask(ann, source, forGroup(group.id))).toMatchObject(refused(409, "member-exists"));
    await expectSound(app);
  });

  it("is refused for a group that one is not in, as for one that is not there", async () => {
    const [ann, group, source] = [await aPersona(app), await aKnownGroup(app), await aSource()];
    const replies = [group.id, "grp_unknown"].map((id) => ask(ann, source, forGroup(id)));
    for (const reply of await Promise.all(replies)) {
      expect(reply).toMatchObject({
        status: 422,
        body: { code: "principal-not-found", errors: [{ pointer: "/principal/id" }] },
      });
    }
  });

  it("is refused where the policy is for what the group as such does not have", async () => {
    const [group, other] = [await aKnownGroup(app), await aKnownGroup(app)];
    const ann = await aPersona(app, { groups: [group.id, other.id] });
    const source = await aSource({ when: { who: "group", id: group.id, name: group.name } });
    expect(await ask(ann, source, forGroup(other.id))).toMatchObject(refused(409, "access-not-requestable"));
    expect(await ask(ann, source, forGroup(group.id))).toMatchObject({ status: 201 });
  });

  it("lets nobody in again who was taken out by hand, where nobody has to approve", async () => {
    const group = await aKnownGroup(app);
    const [ann, ben] = [
      await aPersona(app, { groups: [group.id] }),
      await aPersona(app, { groups: [group.id] }),
    ];
    const source = await aSource({ kind: "anyone", approvers: [] });
    await state(app, source, { principal: userOf(ben), role: "removed" });
    expect(await ask(ann, source, forGroup(group.id))).toMatchObject(refused(409, "access-not-requestable"));
    expect(await ask(ann, source)).toMatchObject({ status: 201, body: { state: "approved" } });
  });
});
