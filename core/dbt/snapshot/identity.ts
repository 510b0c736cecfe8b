import { fieldsOf, firstWord, wordOf, type Fields } from "./artifact-json.ts";
import { parseRelationName, type NamePart } from "./relation-name.ts";

/** Where a node lies, as the project writes it. */
export interface Identity {
  readonly database: string | null;
  readonly schema: string;
  readonly table: string;
}

const partNames = ["database", "schema", "table"] as const;
type PartName = (typeof partNames)[number];

/**
 * The identity of a node: the alias of what dbt makes (versions of a model differ by it), the identifier of a source.
 * Snapshots of manifests before version 8 may lack their schema and say it in their configuration. Null where no
 * schema or no name is told.
 */
export function identityOf(node: Fields): Identity | null {
  const config = fieldsOf(node["config"]);
  const schema = firstWord(node["schema"], config["target_schema"]);
  const table =
    node["resource_type"] === "source"
      ? firstWord(node["identifier"], node["name"])
      : firstWord(node["alias"], node["name"]);
  if (schema === null || table === null) return null;
  return { database: firstWord(node["database"], config["target_database"]), schema, table };
}

const inKey = (part: string): string => {
  const lower = part.toLowerCase();
  return /[."]/.test(lower) ? `"${lower.replaceAll('"', '""')}"` : lower;
};

/** What a relation is known by: its parts in lower case, joined by dots; a part that holds a dot is quoted. */
export const keyOf = ({ database, schema, table }: Identity): string =>
  [...(database === null ? [] : [database]), schema, table].map(inKey).join(".");

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** The parts of a `relation_name` by what they name, from its end: the database may be left out of it. */
const partsByName = (parts: readonly NamePart[]): Partial<Record<PartName, NamePart>> => {
  const [table, schema, database] = [...parts].reverse();
  return { ...(table && { table }), ...(schema && { schema }), ...(database && { database }) };
};

/** How the `relation_name` of a node quotes the parts of its identity. */
export interface Rendered {
  /** `none`: it has no `relation_name`; `other`: one that names something else; `no-relation`: none of a relation. */
  readonly kind: "agrees" | "none" | "other" | "no-relation";
  readonly quoted: Partial<Record<PartName, boolean>>;
}

/** Compares a node's `relation_name` with its identity. */
export function renderedOf(node: Fields, identity: Identity): Rendered {
  const name = wordOf(node["relation_name"]);
  if (name === null) return { kind: "none", quoted: {} };
  const parts = parseRelationName(name);
  if (parts === null) return { kind: "no-relation", quoted: {} };
  const named = partsByName(parts);
  const agrees = partNames.every((part) => {
    const told = named[part];
    const known = identity[part];
    return told === undefined || known === null || same(told.text, known);
  });
  if (!agrees) return { kind: "other", quoted: {} };
  const quoted = Object.fromEntries(partNames.map((part) => [part, named[part]?.quoted]));
  return { kind: "agrees", quoted };
}
