import type { CanonicalForms } from "#core/dbt/snapshot/canonical.ts";

/** The digest of a relation's facts by hashes of its forms: `<said>.<c or p><table>`. */
export const digestOf = ({ said, table, toldBy }: CanonicalForms, hash: (text: string) => string): string =>
  `${hash(said)}.${toldBy === "catalog" ? "c" : "p"}${hash(table)}`;

/**
 * Whether the facts of a digest are those that stand in the catalog. Most runs make no documentation, and so have no
 * catalog: what the project alone tells of a table says nothing against what a catalog told before. Of what
 * is reached through a connection the remote tells the table, and what dbt says is all that counts.
 */
export function standsAs(standing: string | null, digest: string, isConnected: boolean): boolean {
  if (standing === null) return false;
  const [[was, wasTable = ""], [is, isTable = ""]] = [standing.split("."), digest.split(".")];
  if (was !== is) return false;
  return isConnected || wasTable === isTable || (wasTable.startsWith("c") && isTable.startsWith("p"));
}
