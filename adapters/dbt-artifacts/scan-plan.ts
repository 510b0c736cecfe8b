/** What is taken of a value: all of it, some of its fields, or something of what lies in it. */
export type Plan = { readonly take: "all" } | Walk;

/** What is looked into. */
export type Walk =
  /** Of an object these fields, as one object; anything but an object is passed over. */
  | { readonly take: "fields"; readonly fields: ReadonlyMap<string, Uint8Array> }
  /** Of an object the members that `member` has a plan for, of a list its items. */
  | {
      readonly take: "within";
      readonly member: (key: string) => Plan | null;
      readonly items: Walk | null;
    };

export const all: Plan = { take: "all" };

export const fields = (...names: readonly string[]): Walk => ({
  take: "fields",
  fields: new Map(names.map((name) => [name, Buffer.from(`${JSON.stringify(name)}:`)])),
});

export const within = (member: (key: string) => Plan | null, items: Walk | null = null): Walk => ({
  take: "within",
  member,
  items,
});

/** Of an object the members that are named, each by a plan of its own. */
export const members = (plans: Readonly<Record<string, Plan>>): Walk => {
  const named = new Map(Object.entries(plans));
  return within((key) => named.get(key) ?? null);
};
