import type { SnapshotChoice, SnapshotSkip } from "../snapshot.ts";
import { fieldsOf, textOf, wordOf, type Fields } from "./artifact-json.ts";
import { identityOf, renderedOf } from "./identity.ts";

/** The resources that are relations, the one whose word counts most first. */
export const relationTypes = ["model", "snapshot", "seed", "source"] as const;
export type RelationType = (typeof relationTypes)[number];

/** What kind of relation a node is; null for tests, analyses, operations and whatever else a project has. */
export function relationTypeOf(node: Fields, uniqueId: string): RelationType | null {
  const told = wordOf(node["resource_type"]) ?? uniqueId.slice(0, uniqueId.indexOf("."));
  return relationTypes.find((type) => type === told) ?? null;
}

/** The package that a node is of: its second part names it where the node does not. */
export const packageOf = (node: Fields, uniqueId: string): string =>
  wordOf(node["package_name"]) ?? uniqueId.split(".")[1] ?? "";

/** Why a node comes to no relation whatever is chosen, or null. */
export function unfit(node: Fields, uniqueId: string): SnapshotSkip | null {
  const config = fieldsOf(node["config"]);
  if (config["enabled"] === false) return { uniqueId, reason: "disabled", detail: "" };
  if (config["materialized"] === "ephemeral") return { uniqueId, reason: "ephemeral", detail: "" };
  const identity = identityOf(node);
  if (identity === null) {
    return { uniqueId, reason: "not-a-relation", detail: "it has no schema or no name" };
  }
  if (renderedOf(node, identity).kind !== "no-relation") return null;
  return { uniqueId, reason: "not-a-relation", detail: textOf(node["relation_name"]).slice(0, 200) };
}

/** Why a node is left out by choice, or null. Where nobody knows which package is the project's own, all are. */
export function leftOut(
  of: { readonly uniqueId: string; readonly type: RelationType; readonly package: string },
  choice: SnapshotChoice,
  projectName: string | null,
): SnapshotSkip | null {
  const { uniqueId } = of;
  if (of.type === "source" && !choice.sources) {
    return { uniqueId, reason: "excluded-source", detail: "" };
  }
  if (choice.packages || projectName === null || of.package === projectName) return null;
  return { uniqueId, reason: "excluded-package", detail: of.package };
}
