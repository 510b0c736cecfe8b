import { afterEach, describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import {
  aDataSource,
  aKnownGroup,
  aPersona,
  aRegistrar,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { become, standing as standingOf } from "#test/support/policies.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const { owner, connection } = await aRegistrar(app);
const legal = await aKnownGroup(app, { name: "Legal", attributes: {} });
await governor.api.createTag({ body: { name: "PII" } });

const policy = (sentence: string, more: { readonly dataSourceId?: string } = {}, as = governor) =>
  as.api.createPolicy({ body: { name: unique("policy "), sentence, state: "active", ...more } });
const source = (...tags: readonly string[]): Promise<DataSource> =>
  aDataSource(owner, connection, tags.length === 0 ? {} : { tags: [...tags] });
const standing = (of: DataSource, person: Persona) => standingOf(app, of, person);

afterEach(() => expectSound(app));

describe("a policy of one data source", () => {
  const members = "Allow users to subscribe when user is a member of group Legal";

  it("states its terms while it is active, beside global ones", async () => {
    const [of, ann] = [await source("PII"), await aPersona(app, { groups: [legal.id] })];
    const made = await policy(members, { dataSourceId: of.id }, owner);
    expect(made).toMatchObject({ state: "active", dataSourceId: of.id, sentence: members });
    expect(await standing(of, ann)).toBe("subscriber");
    await policy("Allow users to subscribe when user possesses attribute Seal on data sources tagged PII");
    expect(await standing(of, ann)).toBe("hidden");
    await become(app, ann, { attributes: { Seal: ["x"] } });
    expect(await standing(of, ann)).toBe("subscriber");
    await owner.api.updatePolicy({ params: { policyId: made.id }, body: { state: "staged" } });
    // The default stands again, and so the global one alone counts.
    expect(await standing(of, await aPersona(app, { attributes: { Seal: ["x"] } }))).toBe("subscriber");
  });

  it("is one at a time: the one before is staged with it", async () => {
    const [of, ann] = [await source(), await aPersona(app, { groups: [legal.id] })];
    const first = await policy(members, { dataSourceId: of.id }, owner);
    const second = await policy(
      "Allow individually selected users to subscribe",
      { dataSourceId: of.id },
      owner,
    );
    const read = (policyId: string) => owner.api.getPolicy({ params: { policyId } });
    expect(await read(first.id)).toMatchObject({ state: "staged", version: 2 });
    expect(await standing(of, ann)).toBe("hidden");
    await owner.api.updatePolicy({ params: { policyId: first.id }, body: { state: "active" } });
    expect(await read(second.id)).toMatchObject({ state: "staged" });
    expect(await standing(of, ann)).toBe("subscriber");
    await owner.api.deletePolicy({ params: { policyId: second.id } });
    expect(await standing(of, ann)).toBe("subscriber");
    await owner.api.deletePolicy({ params: { policyId: first.id } });
    expect(await standing(of, ann)).toBe("hidden");
  });

  it("that is written anew decides anew, and one that is renamed does not", async () => {
    const [of, ann] = [await source(), await aPersona(app, { groups: [legal.id] })];
    const { id: policyId } = await policy(members, { dataSourceId: of.id }, owner);
    const version = async () => (await owner.api.getDataSource({ params: { dataSourceId: of.id } })).version;
    const before = await version();
    await owner.api.updatePolicy({ params: { policyId }, body: { name: "renamed" } });
    expect(await version()).toBe(before);
    await owner.api.updatePolicy({
      params: { policyId },
      body: { sentence: "Allow individually selected users to subscribe, and let everyone discover it" },
    });
    expect(await version()).toBe(before + 1);
    expect(await standing(of, ann)).toBe("found");
  });

  it("goes and comes back with its data source, and is gone for good with it", async () => {
    const [of, ann] = [await source(), await aPersona(app, { groups: [legal.id] })];
    const { id: policyId } = await policy(members, { dataSourceId: of.id }, owner);
    const params = { params: { dataSourceId: of.id } };
    const status = async () => (await app.call("GET", `/policies/${policyId}`, { as: owner })).status;
    await owner.api.deleteDataSource(params);
    expect(await status()).toBe(404);
    await owner.api.restoreDataSource(params);
    expect(await status()).toBe(200);
    expect(await standing(of, ann)).toBe("subscriber");
    await owner.api.deleteDataSource(params);
    await app.drain();
    app.clock.advance(31 * 24 * 3_600_000 + (60 - app.clock.now().getUTCMinutes()) * 60_000);
    await app.sweep();
    expect(await app.store.policy(policyId)).toBeNull();
  });
});
