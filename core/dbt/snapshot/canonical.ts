import type { RelationFacts } from "./relation.ts";

const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
  one.name < other.name ? -1 : Number(one.name > other.name);

/**
 * All that a relation puts into the catalog as one text, the same for the same facts in whatever order: its digest is
 * a hash of it. dbt does not keep tags in one order from run to run, so they are a set, as the columns are. Whether
 * this run built the relation is not in it.
 */
export function canonicalForm(relation: RelationFacts): string {
  const { key, database, schema, table, description, tags, columns, facts } = relation;
  const { uniqueIds, dependsOn, resourceType, materialized, group, owner, access, contract, version } = facts;
  return JSON.stringify([
    1,
    [key, database, schema, table, description, [...tags].sort()],
    [...columns]
      .sort(byName)
      .map((column) => [
        column.name,
        column.description,
        [...column.tags].sort(),
        column.dataType,
        column.inCatalog,
      ]),
    [uniqueIds, dependsOn, resourceType, facts.package],
    [materialized, group, owner, access, contract, version],
  ]);
}
