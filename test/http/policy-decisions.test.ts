import { afterEach, describe, expect, it } from "vitest";
import type { User } from "#core/people/user.ts";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import {
  aDataSource,
  aKnownGroup,
  aPersona,
  aRegistrar,
  makeMember,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { become as becomeOther, standing as standingOf } from "#test/support/policies.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
const { owner, connection } = await aRegistrar(app);
const legal = await aKnownGroup(app, { name: "Legal", attributes: {} });
const name = unique("Department");
const other = await aKnownGroup(app, { name: unique("Other group"), attributes: { [name]: ["Audit"] } });
await governor.api.createTag({ body: { name: "PII.SSN" } });
await governor.api.createTag({ body: { name: "PIIX" } });

const active: string[] = [];

/** An active policy, gone when its test is over. */
async function policy(sentence: string) {
  const made = await governor.api.createPolicy({
    body: { name: unique("policy "), sentence, state: "active" },
  });
  active.push(made.id);
  return made;
}

const set = (policyId: string, state: "staged" | "active") =>
  governor.api.updatePolicy({ params: { policyId }, body: { state } });

afterEach(async () => {
  for (const policyId of active.splice(0)) await governor.api.deletePolicy({ params: { policyId } });
  await admin.api.updateSettings({
    body: {
      subscriptionCombination: "all",
      defaultSubscriptionPolicy: { kind: "individual", discoverable: false },
    },
  });
  await expectSound(app);
});

const source = (...tags: readonly string[]): Promise<DataSource> =>
  aDataSource(owner, connection, tags.length === 0 ? {} : { tags: [...tags] });
const tag = (of: DataSource, ...tags: readonly string[]) =>
  owner.api.addTags({ params: { dataSourceId: of.id }, body: { tags: [...tags] } });
const untag = (of: DataSource, name: string) =>
  owner.api.removeTag({ params: { dataSourceId: of.id, name } });

const standing = (of: DataSource, person: Persona) => standingOf(app, of, person);
const become = (person: Persona, facts: Partial<User>) => becomeOther(app, person, facts);

describe("Allow users to subscribe when user is a member of group Legal on data sources tagged PII.SSN", () => {
  const sentence =
    "Allow users to subscribe when user is a member of group Legal on data sources tagged PII.SSN";

  it("subscribes and unsubscribes as people come into the group and leave it, at their next request", async () => {
    await policy(sentence);
    const [of, ann] = [await source("PII.SSN"), await aPersona(app)];
    expect(await standing(of, ann)).toBe("hidden");
    await become(ann, { groups: [legal.id] });
    expect(await standing(of, ann)).toBe("subscriber");
    await become(ann, { groups: [] });
    expect(await standing(of, ann)).toBe("hidden");
  });

  it("subscribes and unsubscribes as the data source gets its tag and loses it", async () => {
    await policy(sentence);
    const [of, ann] = [await source(), await aPersona(app, { groups: [legal.id] })];
    expect(await standing(of, ann)).toBe("hidden");
    await tag(of, "PII.SSN");
    expect(await standing(of, ann)).toBe("subscriber");
    await untag(of, "PII.SSN");
    expect(await standing(of, ann)).toBe("hidden");
  });

  it("decides nothing while it is staged, and at once when it is not", async () => {
    const { id } = await policy(sentence);
    const [of, ann] = [await source("PII.SSN"), await aPersona(app, { groups: [legal.id] })];
    await set(id, "staged");
    expect(await standing(of, ann)).toBe("hidden");
    await set(id, "active");
    expect(await standing(of, ann)).toBe("subscriber");
    await governor.api.updatePolicy({
      params: { policyId: id },
      body: { sentence: sentence.replace("Legal", "Nobody") },
    });
    expect(await standing(of, ann)).toBe("hidden");
    await governor.api.updatePolicy({ params: { policyId: id }, body: { sentence } });
    await governor.api.deletePolicy({ params: { policyId: active.pop() ?? "" } });
    expect(await standing(of, ann)).toBe("hidden");
  });

  it("leaves roles that were given as they are", async () => {
    await policy(sentence);
    const [of, ann] = [await source("PII.SSN"), await aPersona(app)];
    await makeMember(app, of, ann, "expert");
    expect(await standing(of, ann)).toBe("expert");
    await become(ann, { groups: [legal.id] });
    expect(await standing(of, ann)).toBe("expert");
    expect(await standing(of, owner)).toBe("owner");
  });
});

describe("a scope", () => {
  it("covers what stands below its tag, never what stands above or only begins alike", async () => {
    await policy("Allow anyone to subscribe on data sources tagged PII");
    const ann = await aPersona(app);
    const found = [];
    for (const of of [await source("PII"), await source("PII.SSN"), await source("PIIX"), await source()]) {
      found.push(await standing(of, ann));
    }
    expect(found).toEqual(["subscriber", "subscriber", "hidden", "hidden"]);
    await policy("Allow individually selected users to subscribe on data sources tagged PII.SSN");
    expect(await standing(await source("PII"), ann)).toBe("subscriber");
    expect(await standing(await source("PII.SSN"), ann)).toBe("hidden");
  });

  it("follows a tag that moves below another", async () => {
    const [root, moved] = [unique("Root"), unique("Moved")];
    for (const name of [root, moved]) await governor.api.createTag({ body: { name } });
    await policy(`Allow anyone to subscribe on data sources tagged ${root}`);
    const [of, ann] = [await source(moved), await aPersona(app)];
    expect(await standing(of, ann)).toBe("hidden");
    await governor.api.updateTag({ params: { name: moved }, body: { name: `${root}.${moved}` } });
    expect(await standing(of, ann)).toBe("subscriber");
  });

  it("of several tags asks for any or for all of them, as it says", async () => {
    const [a, b, c] = [unique("A"), unique("B"), unique("C")];
    for (const name of [a, b, c]) await governor.api.createTag({ body: { name } });
    const sources = [await source(a), await source(b), await source(a, c), await source(b, c, a)];
    const ann = await aPersona(app);
    const covered = async (tags: string) => {
      const { id } = await policy(`Allow anyone to subscribe on data sources tagged ${tags}`);
      const found = [];
      for (const of of sources) found.push((await standing(of, ann)) === "subscriber");
      await set(id, "staged");
      return found;
    };
    expect(await covered(`${a} or ${b}`)).toEqual([true, true, true, true]);
    expect(await covered(`${a} and ${b}`)).toEqual([false, false, false, true]);
    expect(await covered(`(${a} or ${b}) and ${c}`)).toEqual([false, false, true, true]);
  });

  it("does not look at the tags of columns", async () => {
    await policy("Allow anyone to subscribe on data sources tagged PII");
    const [of, ann] = [await source(), await aPersona(app)];
    await owner.api.updateColumn({
      params: { dataSourceId: of.id, column: "id" },
      body: { addTags: ["PII"] },
    });
    expect(await standing(of, ann)).toBe("hidden");
  });
});

describe("a condition", () => {
  it.each<[string, readonly [Partial<User>, boolean][]]>([
    [
      `user possesses attribute ${name} with value 'Sales'`,
      [
        [{ attributes: { [name]: ["Sales"] } }, true],
        [{ attributes: { [name.toUpperCase()]: ["Legal", "Sales"] } }, true],
        [{ attributes: { [name]: ["sales"] } }, false],
        [{ attributes: { [name]: [] } }, false],
        [{}, false],
      ],
    ],
    [
      `user possesses attribute ${name}`,
      [
        [{ attributes: { [name]: ["x"] } }, true],
        [{ attributes: { [name]: [] } }, false],
        // Their group's attributes are theirs.
        [{ groups: [other.id] }, true],
      ],
    ],
    [
      `user is a member of all of the groups Legal and "${other.name}"`,
      [
        [{ groups: [legal.id] }, false],
        [{ groups: [legal.id, other.id] }, true],
      ],
    ],
    [
      `user is a member of any of the groups LEGAL, "${other.name}"`,
      [
        [{ groups: [legal.id] }, true],
        [{ groups: [other.id] }, true],
        [{}, false],
      ],
    ],
    [
      `user is a member of group Legal and user does not possess attribute ${name} with values 'Audit' or 'Sales'`,
      [
        [{ groups: [legal.id] }, true],
        [{ groups: [legal.id, other.id] }, false],
        [{}, false],
      ],
    ],
  ])("%s", async (condition, people) => {
    await policy(`Allow users to subscribe when ${condition} on data sources tagged PII`);
    const of = await source("PII");
    for (const [facts, admitted] of people) {
      const person = await aPersona(app, facts);
      expect([facts, await standing(of, person)]).toEqual([facts, admitted ? "subscriber" : "hidden"]);
    }
  });

  it("on a group that is not there admits nobody, also where it is negated, until there is one", async () => {
    const group = unique("Unheard");
    const sentence = `Allow users to subscribe when user is not a member of group ${group} on data sources tagged PII`;
    const [made, of, ann] = [await policy(sentence), await source("PII"), await aPersona(app)];
    expect(made.warnings).toHaveLength(1);
    expect(await standing(of, ann)).toBe("hidden");
    const record = await aKnownGroup(app, { name: group.toUpperCase() });
    expect(await standing(of, ann)).toBe("subscriber");
    await become(ann, { groups: [record.id] });
    expect(await standing(of, ann)).toBe("hidden");
  });
});

describe("discovery", () => {
  it("is what the sentence says, and no more than finding it", async () => {
    const sentence = "Allow individually selected users to subscribe on data sources tagged PII";
    const { id } = await policy(sentence);
    const [of, ann] = [await source("PII"), await aPersona(app)];
    expect(await standing(of, ann)).toBe("hidden");
    const open = {
      params: { policyId: id },
      body: { sentence: `${sentence}, and let everyone discover them` },
    };
    await governor.api.updatePolicy(open);
    expect(await standing(of, ann)).toBe("found");
    await governor.api.updatePolicy({ params: { policyId: id }, body: { sentence } });
    expect(await standing(of, ann)).toBe("hidden");
  });
});

describe("several policies", () => {
  it("must all admit, or any may, as the setting says", async () => {
    await policy("Allow users to subscribe when user is a member of group Legal on data sources tagged PII");
    await policy("Allow users to subscribe when user possesses attribute Seal on all data sources");
    const of = await source("PII");
    const people = [
      { groups: [legal.id] },
      { attributes: { Seal: ["x"] } },
      { groups: [legal.id], attributes: { Seal: ["x"] } },
      {},
    ];
    const personas = await Promise.all(people.map((facts) => aPersona(app, facts)));
    const found = async () => {
      const all = [];
      for (const person of personas) all.push(await standing(of, person));
      return all;
    };
    expect(await found()).toEqual(["hidden", "hidden", "subscriber", "hidden"]);
    await admin.api.updateSettings({ body: { subscriptionCombination: "any" } });
    expect(await found()).toEqual(["subscriber", "subscriber", "subscriber", "hidden"]);
  });

  it("take the place of the default, and give it back", async () => {
    await admin.api.updateSettings({
      body: { defaultSubscriptionPolicy: { kind: "anyone", discoverable: true } },
    });
    const [of, ann] = [await source("PII"), await aPersona(app)];
    expect(await standing(of, ann)).toBe("subscriber");
    const { id } = await policy("Allow individually selected users to subscribe on data sources tagged PII");
    expect(await standing(of, ann)).toBe("hidden");
    await set(id, "staged");
    expect(await standing(of, ann)).toBe("subscriber");
  });
});
