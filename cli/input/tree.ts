import { UsageError } from "../failure.ts";
import type { Assignment, Given } from "./assignments.ts";

/** What was typed, by fields: a leaf holds each value that a field was given, a branch holds fields. */
export type Tree = { readonly values: readonly Given[] } | { readonly fields: ReadonlyMap<string, Tree> };

/** Nothing was given. */
export const emptyTree: Tree = { fields: new Map() };

/** JSON as a tree, so that single fields of it can be replaced. */
export function treeOfJson(json: unknown): Tree {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return { values: [{ json }] };
  return { fields: new Map(Object.entries(json).map(([name, value]) => [name, treeOfJson(value)])) };
}

/** The assignments as one tree. A field that is given again becomes a list; one that the base has is replaced. */
export function treeOf(assignments: readonly Assignment[], base: Tree = emptyTree): Tree {
  let tree = base;
  const replaced = new Set<string>();
  for (const { field, given } of assignments) {
    const key = JSON.stringify(field);
    tree = put(tree, field, given, field, !replaced.has(key));
    replaced.add(key);
  }
  return tree;
}

function put(
  tree: Tree | undefined,
  rest: readonly string[],
  given: Given,
  field: readonly string[],
  replace: boolean,
): Tree {
  const [name, ...deeper] = rest;
  if (name === undefined) {
    if (replace || tree === undefined) return { values: [given] };
    if ("values" in tree) return { values: [...tree.values, given] };
    throw bothWays(field);
  }
  if (tree !== undefined && "values" in tree) throw bothWays(field);
  const fields = new Map(tree?.fields);
  fields.set(name, put(fields.get(name), deeper, given, field, replace));
  return { fields };
}

const bothWays = (field: readonly string[]): UsageError =>
  new UsageError(
    `${field.join(".")} and a field above it are both given: give the value or its fields, not both.`,
  );

/** A tree without a contract: text stays text, several values are a list. */
export function plainValue(tree: Tree): unknown {
  if ("fields" in tree) {
    return Object.fromEntries([...tree.fields].map(([name, child]) => [name, plainValue(child)]));
  }
  const values = tree.values.map((given) => ("text" in given ? given.text : given.json));
  return values.length === 1 ? values[0] : values;
}
