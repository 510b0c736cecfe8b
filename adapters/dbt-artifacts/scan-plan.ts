/** What is taken of a value: all of it, some of its fields, or something of what lies in it. */
export type Plan = { readonly take: "all" } | Walk;

/** A field that is taken. */
export interface TakenField {
  /** Its name as it begins a member of an object. */
  readonly name: Uint8Array;
  /** Whether it is of the second object: what is only kept, and not looked at before it is needed. */
  readonly kept: boolean;
}

/** What is looked into. */
export type Walk =
  /** Of an object these fields, as one object or two; anything but an object is passed over. */
  | { readonly take: "fields"; readonly fields: ReadonlyMap<string, TakenField> }
  /** Of an object the members that `member` has a plan for, of a list its items. */
  | {
      readonly take: "within";
      readonly member: (key: string) => Plan | null;
      readonly items: Walk | null;
    };

export const all: Plan = { take: "all" };

const named = (names: readonly string[], kept: boolean): readonly (readonly [string, TakenField])[] =>
  names.map((name) => [name, { name: Buffer.from(`${JSON.stringify(name)}:`), kept }]);

export const fields = (names: readonly string[], kept: readonly string[] = []): Walk => ({
  take: "fields",
  fields: new Map([...named(names, false), ...named(kept, true)]),
});

export const within = (member: (key: string) => Plan | null, items: Walk | null = null): Walk => ({
  take: "within",
  member,
  items,
});

/** Of an object the members that are named, each by a plan of its own. */
export const members = (plans: Readonly<Record<string, Plan>>): Walk => {
  const byName = new Map(Object.entries(plans));
  return within((key) => byName.get(key) ?? null);
};
