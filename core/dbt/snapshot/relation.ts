import type { SnapshotRelation } from "../snapshot.ts";
import { fieldsOf, textOf, type Fields } from "./artifact-json.ts";
import { relationTypeOf } from "./choose-node.ts";
import { columnsOf, mergedColumns } from "./columns.ts";
import { mergedFacts, nodeFactsOf, type GroupOwners } from "./facts.ts";
import { identityOf, keyOf } from "./identity.ts";
import { isFusion, type ProjectFacts } from "./origin.ts";
import { spelling, spellingInCatalog } from "./spelling.ts";
import { tagsOf, unitedTags } from "./tags.ts";

/** A node as it was found. */
export interface FoundNode {
  readonly uniqueId: string;
  /** As the manifest has it. */
  readonly node: Fields;
  /** What the run's catalog has under the same unique id; null where it has nothing. */
  readonly catalog: unknown;
  readonly built: boolean;
}

/** A relation without its digest. */
export type RelationFacts = Omit<SnapshotRelation, "digest">;

/** The relation that a node is; null for a node that comes to none (`unfit` says why). */
export function relationOf(
  { uniqueId, node, catalog, built }: FoundNode,
  project: ProjectFacts,
  groups: GroupOwners,
): RelationFacts | null {
  const type = relationTypeOf(node, uniqueId);
  const identity = identityOf(node);
  if (type === null || identity === null) return null;
  const tags = tagsOf(node);
  const spelt = spelling(node, identity, {
    adapter: project.origin.adapter,
    quoting: project.quoting,
  });
  return {
    key: keyOf(identity),
    ...spellingInCatalog(spelt, fieldsOf(catalog)["metadata"]),
    description: textOf(node["description"]),
    tags,
    columns: columnsOf(node, catalog, { tableTags: tags, fusion: isFusion(project.origin) }),
    facts: nodeFactsOf(node, { uniqueId, type, groups }),
    built,
  };
}

/**
 * Two nodes that are one relation, as a seed that is also declared as a source. The first one's word counts, but where
 * it says nothing: models come before snapshots, seeds and sources, and then what comes first by its unique id.
 */
export const mergedRelation = (first: RelationFacts, then: RelationFacts): RelationFacts => ({
  key: first.key,
  database: first.database,
  schema: first.schema,
  table: first.table,
  description: first.description === "" ? then.description : first.description,
  tags: unitedTags(first.tags, then.tags),
  columns: mergedColumns(first.columns, then.columns),
  facts: mergedFacts(first.facts, then.facts),
  built: first.built || then.built,
});
