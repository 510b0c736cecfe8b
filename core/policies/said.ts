import type { AccessDirectory } from "#core/access/directory.ts";
import type { PolicyScope, SubscriptionRule } from "#core/policies/policy.ts";
import type { SaidScope, SaidWho, Sentence } from "#core/policies/sentence/ast.ts";
import { print } from "#core/policies/sentence/print.ts";
import type { SubscriptionTerms, Who } from "#core/subscriptions/subscription-policy.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** What tells the names of groups and tags as they are now. */
export interface Names {
  readonly directory: Pick<AccessDirectory, "group" | "groupNamed">;
  readonly tags: Pick<TagTree, "get">;
}

/** A rule as a sentence says it, with the names that groups and tags have now. */
export const saidRule = ({ kind, terms, scope }: SubscriptionRule, names: Names): Sentence => ({
  kind,
  terms: { ...terms, when: terms.when === null ? null : saidWho(terms.when, names) },
  scope: scope === null ? null : saidScope(scope, names),
});

/** A rule as its canonical sentence. */
export const sentenceOf = (rule: SubscriptionRule, names: Names): string => print(saidRule(rule, names));

function saidWho(who: Who, names: Names): SaidWho {
  switch (who.who) {
    case "all":
    case "any":
      return { who: who.who, of: who.of.map((part) => saidWho(part, names)) };
    case "not":
      return { who: "not", of: saidWho(who.of, names) };
    case "group": {
      // One that is gone keeps the name by which it was known.
      const known = who.id === null ? undefined : names.directory.group(who.id);
      return { who: "group", name: known?.name ?? who.name };
    }
    case "attribute":
      return who;
  }
}

/** A tag that a policy uses is not deleted; one that is gone all the same is told by its id. */
const saidScope = (scope: PolicyScope, { tags }: Names): SaidScope =>
  scope.on === "all"
    ? scope
    : { on: "tagged", every: scope.every.map((any) => any.map((id) => tags.get(id)?.name ?? id)) };

/** What is named in a rule and is not there: it matches nobody. */
export function warningsOf(
  { terms: { when } }: { readonly terms: Pick<SubscriptionTerms, "when"> },
  { directory }: Pick<Names, "directory">,
): string[] {
  const missing = when === null ? [] : groupsIn(when).filter((group) => !isThere(group, directory));
  return [...new Set(missing.map(warning))];
}

type NamedGroup = Extract<Who, { readonly who: "group" }>;

function groupsIn(who: Who): readonly NamedGroup[] {
  switch (who.who) {
    case "all":
    case "any":
      return who.of.flatMap(groupsIn);
    case "not":
      return groupsIn(who.of);
    case "group":
      return [who];
    case "attribute":
      return [];
  }
}

const isThere = ({ id, name }: NamedGroup, directory: Names["directory"]): boolean =>
  (id === null ? directory.groupNamed(name) : directory.group(id)) !== undefined;

const warning = ({ id, name }: NamedGroup): string =>
  id === null
    ? `There is no group ${JSON.stringify(name)}: what is said of it holds for nobody until there is one.`
    : `The group ${JSON.stringify(name)} is gone: what is said of it holds for nobody. Write the sentence again if another group of this name is meant.`;
