import type { RelationFacts } from "./relation.ts";

const byName = ([one]: readonly [string, ...unknown[]], [other]: readonly [string, ...unknown[]]): number =>
  one < other ? -1 : Number(one > other);

/** A relation as texts that are the same for the same facts in whatever order: its digest is made of their hashes. */
export interface CanonicalForms {
  /**
   * What dbt says of it, whoever tells its columns. dbt does not keep tags in one order from run to run, so they are a
   * set, as the columns are. Whether this run built the relation is not in it.
   */
  readonly said: string;
  /** What it is as a table: spelling, columns and types, in their order. */
  readonly table: string;
  /** Whether the run's catalog told of the table, or the project alone. */
  readonly toldBy: "catalog" | "project";
}

/** The forms of a relation. */
export function canonicalForms(relation: RelationFacts): CanonicalForms {
  const { key, database, schema, table, description, tags, columns, facts } = relation;
  const { uniqueIds, dependsOn, resourceType, materialized, group, owner, access, contract, version } = facts;
  const said = columns
    .filter((column) => column.description !== "" || column.tags.length > 0)
    .map((column) => [column.name.toLowerCase(), column.description, [...column.tags].sort()] as const);
  const inOrder = columns.map(({ name, dataType }) => [name, dataType] as const);
  const isTold = columns.some(({ inCatalog }) => inCatalog);
  return {
    said: JSON.stringify([
      2,
      [key, description, [...tags].sort()],
      said.toSorted(byName),
      [uniqueIds, dependsOn, resourceType, facts.package],
      [materialized, group, owner, access, contract, version],
    ]),
    // The project has no order of columns that means anything.
    table: JSON.stringify([database, schema, table, isTold ? inOrder : inOrder.toSorted(byName)]),
    toldBy: isTold ? "catalog" : "project",
  };
}
