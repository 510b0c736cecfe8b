import * as fc from "fast-check";
import type { SubscriptionCombination } from "#core/access/directory.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";
import {
  approverKinds,
  subscriptionKinds,
  type SubscriptionTerms,
  type Who,
} from "#core/subscriptions/subscription-policy.ts";

/** Everything in it is named by a number: what becomes of it in a table has ids of its own. */
type Named = Readonly<Record<string, readonly string[]>>;

/** A condition, with groups by number. */
export type Condition =
  | { readonly who: "all" | "any"; readonly of: readonly Condition[] }
  | { readonly who: "not"; readonly of: Condition }
  | { readonly who: "group"; readonly group: number; readonly by: "id" | "name" }
  | { readonly who: "attribute"; readonly name: string; readonly values: readonly string[] | null };

/** Terms of a policy, with the condition as it is here. */
export type Terms = Omit<SubscriptionTerms, "when"> & { readonly when: Condition | null };

/** What is stated about the user, or about a group. */
export interface Stated {
  readonly about: "user" | number;
  readonly role: DataSourceMember["role"];
  /** How long it still holds, in milliseconds; null for good. */
  readonly left: number | null;
}

/** One user, three groups, and one data source that carries some of three tags, of which the third stands below the second. */
export interface World {
  readonly groups: readonly { readonly attributes: Named }[];
  readonly user: { readonly groups: readonly number[]; readonly attributes: Named };
  readonly stated: readonly Stated[];
  readonly own: Terms & { readonly source: "default" | "owner" };
  readonly tags: readonly number[];
  readonly globals: readonly {
    readonly terms: Terms;
    readonly scope: readonly (readonly number[])[] | null;
  }[];
  readonly combination: SubscriptionCombination;
  readonly status: "enabled" | "disabled";
}

export const groupCount = 3;
export const tagCount = 3;

const aGroupNumber = fc.nat(groupCount - 1);
/** Conditions may name one that is not there. */
const aNamedGroup = fc.nat(groupCount);
const aTagNumber = fc.nat(tagCount - 1);
const attributes: fc.Arbitrary<Named> = fc.dictionary(
  fc.constantFrom("dept", "Dept", "REGION"),
  fc.uniqueArray(fc.constantFrom("a", "b", "A"), { maxLength: 2 }),
  { maxKeys: 2 },
);

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({
      who: fc.constant("group" as const),
      group: aNamedGroup,
      by: fc.constantFrom("id" as const, "name" as const),
    }),
    fc.record({
      who: fc.constant("attribute" as const),
      name: fc.constantFrom("dept", "DEPT", "region"),
      values: fc.option(fc.uniqueArray(fc.constantFrom("a", "b", "A"), { minLength: 1, maxLength: 2 })),
    }),
    fc.record({
      who: fc.constantFrom("all" as const, "any" as const),
      of: fc.array(tie("condition"), { maxLength: 3 }),
    }),
    fc.record({ who: fc.constant("not" as const), of: tie("condition") }),
  ),
}));

export const someTerms: fc.Arbitrary<Terms> = fc.record({
  kind: fc.constantFrom(...subscriptionKinds),
  discoverable: fc.boolean(),
  approvers: fc.array(fc.constantFrom(...approverKinds), { minLength: 1, maxLength: 3 }),
  when: fc.option(condition),
});

export const aGlobal: fc.Arbitrary<World["globals"][number]> = fc.record({
  terms: someTerms,
  scope: fc.option(
    fc.array(fc.array(aTagNumber, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
  ),
});

/** About each principal one thing is stated at most; groups are never taken out by hand. */
const stated: fc.Arbitrary<readonly Stated[]> = fc
  .tuple(
    fc.option(fc.constantFrom("owner" as const, "expert", "subscriber", "ingest", "removed")),
    ...Array.from({ length: groupCount }, () =>
      fc.option(fc.constantFrom("owner" as const, "expert", "subscriber", "ingest"), { freq: 2 }),
    ),
    fc.array(fc.option(fc.constantFrom(-1, 0, 1, 60_000)), {
      minLength: groupCount + 1,
      maxLength: groupCount + 1,
    }),
  )
  .map((given) => {
    const left = given.at(-1) as readonly (number | null)[];
    const roles = given.slice(0, -1) as readonly (Stated["role"] | null)[];
    return roles.flatMap((role, index) =>
      role === null
        ? []
        : [{ about: index === 0 ? ("user" as const) : index - 1, role, left: left[index] ?? null }],
    );
  });

const world: fc.Arbitrary<World> = fc.record({
  groups: fc.array(fc.record({ attributes }), { minLength: groupCount, maxLength: groupCount }),
  user: fc.record({ groups: fc.uniqueArray(aGroupNumber), attributes }),
  stated,
  own: fc
    .tuple(someTerms, fc.constantFrom("default" as const, "owner" as const))
    .map(([terms, source]) => ({ ...terms, source })),
  tags: fc.uniqueArray(aTagNumber),
  globals: fc.array(aGlobal, { maxLength: 2 }),
  combination: fc.constantFrom("all" as const, "any" as const),
  status: fc.constantFrom("enabled" as const, "enabled", "enabled", "disabled"),
});

/** Worlds of plain objects, as they come out of JSON. */
export const aWorld: fc.Arbitrary<World> = world.map((made) => structuredClone(made));

/** What the user is to the data source. */
export interface Expected {
  readonly role: "owner" | "expert" | "subscriber" | "ingest" | null;
  readonly discoverable: boolean;
}

/** As somebody would say it who reads the rules, step by step. */
export function expected(given: World): Expected {
  const attribute = (name: string): readonly string[] =>
    [given.user, ...given.user.groups.map((group) => given.groups[group])].flatMap((has) =>
      Object.entries(has?.attributes ?? {}).flatMap(([key, values]) =>
        key.toLowerCase() === name.toLowerCase() ? values : [],
      ),
    );
  // Of a group that is not there nobody is a member, and nobody is told to be none.
  const meets = (wanted: Condition, is = true): boolean => {
    const each = (part: Condition): boolean => meets(part, is);
    switch (wanted.who) {
      case "all":
        return is ? !wanted.of.some((part) => !each(part)) : wanted.of.some(each);
      case "any":
        return is ? wanted.of.some(each) : !wanted.of.some((part) => !each(part));
      case "not":
        return meets(wanted.of, !is);
      case "group":
        return wanted.group < groupCount && given.user.groups.includes(wanted.group) === is;
      case "attribute":
        return attribute(wanted.name).some((value) => wanted.values?.includes(value) ?? true) === is;
    }
  };
  const lets = ({ kind, when }: Terms): boolean => {
    if (kind === "anyone") return when === null || meets(when);
    return kind === "entitlement" && when !== null && meets(when);
  };
  // What stands below the second tag is meant with it.
  const carries = (tag: number): boolean => given.tags.includes(tag) || (tag === 1 && given.tags.includes(2));
  const applying = given.globals.filter(({ scope }) => scope?.every((part) => part.some(carries)) ?? true);
  const counting: readonly Terms[] = [
    ...(applying.length > 0 && given.own.source === "default" ? [] : [given.own]),
    ...applying.map(({ terms }) => terms),
  ];
  const together = (holds: (terms: Terms) => boolean): boolean =>
    given.combination === "any" ? counting.some(holds) : !counting.some((terms) => !holds(terms));
  const mine = given.stated
    .filter(({ about }) => about === "user" || given.user.groups.includes(about))
    .filter(({ left }) => left === null || left > 0)
    .map(({ role }) => role);
  const strong = (["owner", "expert", "subscriber"] as const).find((role) => mine.includes(role));
  const byPolicy = together(lets) && !mine.includes("removed") ? ("subscriber" as const) : undefined;
  return {
    role: strong ?? byPolicy ?? (mine.includes("ingest") ? "ingest" : null),
    discoverable: together(({ discoverable }) => discoverable),
  };
}

/** A condition as the domain has it. */
export function whoOf(
  wanted: Condition,
  group: (number: number) => { readonly id: string; readonly name: string },
): Who {
  switch (wanted.who) {
    case "all":
    case "any":
      return { who: wanted.who, of: wanted.of.map((part) => whoOf(part, group)) };
    case "not":
      return { who: "not", of: whoOf(wanted.of, group) };
    case "group": {
      const { id, name } = group(wanted.group);
      return { who: "group", id: wanted.by === "id" ? id : null, name: name.toUpperCase() };
    }
    case "attribute":
      return wanted;
  }
}
