import type { DataSource } from "#core/sources/data-source.ts";
import type { Group } from "#core/people/group.ts";
import type { Policy } from "#core/policies/policy.ts";
import type { Tag } from "#core/tags/tag.ts";
import type { App } from "./app.ts";
import { groupCount, tagCount, whoOf, type Terms, type World } from "./access-world.ts";
import { aGlobalPolicy, dropPolicy } from "./members.ts";
import { stateMember } from "./state-member.ts";
import { aKnownGroup, aPersona, type Persona } from "./personas.ts";
import { aRecordedSource } from "./recorded-source.ts";
import { unique } from "./records.ts";

/** A world as it stands in a table. */
export interface PlacedWorld {
  readonly persona: Persona;
  readonly groups: readonly Group[];
  readonly source: DataSource;
  /** Takes its global policies away, so that the next world has the table to itself. */
  readonly leave: () => Promise<void>;
}

/** One that is not there, by id or by name. */
const noGroup = { id: "grp_gone", name: "Nobody's" };

const at = <T>(items: readonly T[], index: number): T => {
  const item = items[index];
  if (item === undefined) throw new Error(`there is no ${index} of ${items.length}`);
  return item;
};

/** The tags that worlds speak of. */
export async function worldTags(app: App): Promise<readonly Tag[]> {
  const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
  const names = Array.from({ length: tagCount }, (_, number) => (number === 2 ? "T1.below" : `T${number}`));
  for (const name of names) await governor.api.createTag({ body: { name } });
  const tree = await app.store.tagTree();
  return names.map((name) => {
    const tag = tree.find(name);
    if (tag === undefined) throw new Error(`there is no tag ${name}`);
    return tag;
  });
}

/** States how several policies go together. */
async function combine(app: App, subscriptionCombination: World["combination"]): Promise<void> {
  const before = await app.store.settings();
  if (before.subscriptionCombination === subscriptionCombination) return;
  const record = { ...before, subscriptionCombination, version: before.version + 1 };
  await app.store.commit([{ write: "put", kind: "settings", record }, { write: "directory-changed" }]);
}

/** Puts a world into the table. */
export async function placed(
  app: App,
  owner: Persona,
  tags: readonly Tag[],
  world: World,
): Promise<PlacedWorld> {
  await combine(app, world.combination);
  const groups: Group[] = [];
  for (let number = 0; number < groupCount; number += 1) {
    groups.push(await aKnownGroup(app, { name: unique(`G${number} `), ...at(world.groups, number) }));
  }
  const termsOf = ({ when, ...terms }: Terms) => ({
    ...terms,
    when: when === null ? null : whoOf(when, (number) => groups[number] ?? noGroup),
  });
  const policies: Policy[] = [];
  for (const { terms, scope } of world.globals) {
    const every = scope?.map((part) => part.map((number) => at(tags, number).id));
    policies.push(
      await aGlobalPolicy(app, termsOf(terms), every === undefined ? { on: "all" } : { on: "tagged", every }),
    );
  }
  const persona = await aPersona(app, {
    groups: world.user.groups.map((number) => at(groups, number).id),
    attributes: world.user.attributes,
  });
  const now = app.clock.now();
  const source = await aRecordedSource(app, owner, {
    status: world.status,
    subscription: { ...termsOf(world.own), source: world.own.source, policyId: null },
    tags: world.tags.map((number) => ({
      tagId: at(tags, number).id,
      provenance: "manual",
      appliedBy: owner.user.id,
      appliedAt: now.toISOString(),
    })),
  });
  for (const { about, role, left } of world.stated) {
    const principal =
      about === "user"
        ? ({ type: "user", id: persona.user.id } as const)
        : ({ type: "group", id: at(groups, about).id } as const);
    const expiresAt = left === null ? null : new Date(now.getTime() + left).toISOString();
    await stateMember(app, source.id, principal, role, expiresAt);
  }
  const leave = async () => {
    for (const policy of policies) await dropPolicy(app, policy);
  };
  return { persona, groups, source, leave };
}
