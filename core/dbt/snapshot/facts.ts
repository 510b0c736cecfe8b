import type { NodeFacts } from "../snapshot.ts";
import { fieldsOf, firstWord, textsOf, wordOf, type Fields } from "./artifact-json.ts";
import { packageOf, type RelationType } from "./choose-node.ts";

/** The owners of a project's groups. */
export class GroupOwners {
  private readonly owners = new Map<string, string>();

  /** Takes a member of the manifest's `groups`. */
  add(uniqueId: string, group: unknown): void {
    const fields = fieldsOf(group);
    const name = wordOf(fields["name"]);
    const owner = ownerOf(fields["owner"]);
    if (name === null || owner === null) return;
    this.owners.set(`${packageOf(fields, uniqueId)} ${name}`, owner);
    if (!this.owners.has(name)) this.owners.set(name, owner);
  }

  /** The owner of a group of a package, or of the first group of that name; null where nobody knows. */
  of(packageName: string, group: string): string | null {
    return this.owners.get(`${packageName} ${group}`) ?? this.owners.get(group) ?? null;
  }
}

/** An owner as a group or a project's own `meta` has it: a text, several, or a name and an e-mail address. */
function ownerOf(owner: unknown): string | null {
  const { name, email } = fieldsOf(owner);
  return wordOf(textsOf(name ?? null).join(", ")) ?? wordOf(textsOf(email ?? owner).join(", "));
}

/** What is kept of one node. */
export function nodeFactsOf(
  node: Fields,
  of: { readonly uniqueId: string; readonly type: RelationType; readonly groups: GroupOwners },
): NodeFacts {
  const config = fieldsOf(node["config"]);
  const packageName = packageOf(node, of.uniqueId);
  const group = firstWord(node["group"], config["group"]);
  const groupOwner = group === null ? null : of.groups.of(packageName, group);
  const owner =
    groupOwner ?? ownerOf(fieldsOf(node["meta"])["owner"]) ?? ownerOf(fieldsOf(config["meta"])["owner"]);
  return {
    uniqueIds: [of.uniqueId],
    dependsOn: dependsOn(textsOf(fieldsOf(node["depends_on"])["nodes"])),
    resourceType: of.type,
    package: packageName,
    materialized: wordOf(config["materialized"]),
    group,
    owner,
    access: firstWord(node["access"], config["access"]),
    contract: [node["contract"], config["contract"]].some((told) => fieldsOf(told)["enforced"] === true),
    version: wordOf(node["version"]),
  };
}

const dependsOn = (ids: readonly string[]): readonly string[] => [...new Set(ids)].sort();

/** What two nodes of one relation say: the first one's word counts, but where it says nothing. */
export const mergedFacts = (first: NodeFacts, then: NodeFacts): NodeFacts => ({
  uniqueIds: [...first.uniqueIds, ...then.uniqueIds],
  dependsOn: dependsOn([...first.dependsOn, ...then.dependsOn]),
  resourceType: first.resourceType,
  package: first.package,
  materialized: first.materialized ?? then.materialized,
  group: first.group ?? then.group,
  owner: first.owner ?? then.owner,
  access: first.access ?? then.access,
  contract: first.contract || then.contract,
  version: first.version ?? then.version,
});
