import type { ProblemError } from "#contracts/problems.ts";
import type { AccessDirectory } from "#core/access/directory.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { foldName } from "#core/names/fold.ts";
import type { PolicyScope, SubscriptionRule } from "#core/policies/policy.ts";
import type { SaidScope, SaidWho } from "#core/policies/sentence/ast.ts";
import { parse, type Parsed } from "#core/policies/sentence/parse.ts";
import { SentenceError, type SentenceFault } from "#core/policies/sentence/sentence-error.ts";
import { meant } from "#core/policies/sentence/spelling.ts";
import type { Mention } from "#core/policies/sentence/token-reader.ts";
import type { Who } from "#core/subscriptions/subscription-policy.ts";
import { demandStanding, type Tag } from "#core/tags/tag.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** Understands a sentence of a request; `sentence-invalid` says where it is none and what could stand there. */
export function readSentence(sentence: string): Parsed {
  try {
    return parse(sentence);
  } catch (error) {
    if (!(error instanceof SentenceError)) throw error;
    throw sentenceInvalid(error.message, error.fault);
  }
}

/** The refusal of a sentence, with the place of what is wrong. */
export const sentenceInvalid = (detail: string, fault: SentenceFault): DomainError =>
  new DomainError("sentence-invalid", detail, { errors: [placed(detail, fault)] });

const placed = (detail: string, { offset, line, column, expected, near }: SentenceFault): ProblemError => ({
  in: "body",
  pointer: "/sentence",
  detail,
  offset,
  line,
  column,
  expected: [...expected],
  near,
});

/** What is known of the names that a sentence mentions, as of one moment. */
export interface Known {
  readonly tags: TagTree;
  readonly directory: Pick<AccessDirectory, "groupNamed">;
  readonly at: Date;
}

/** A sentence as it is kept, with the tags that it came to use. */
export interface Resolved {
  readonly rule: SubscriptionRule;
  readonly tags: readonly Tag[];
}

/**
 * The rule that a sentence states: tags by id, groups by id where they are known. `tag-not-found` says where an unknown tag
 * stands; a group that is not there is met by its name once it is.
 */
export function resolve({ ast: { kind, terms, scope }, mentions }: Parsed, known: Known): Resolved {
  const tags = mentionedTags(mentions, known);
  return {
    rule: {
      kind,
      terms: { ...terms, when: terms.when === null ? null : resolvedWho(terms.when, known) },
      scope: scope === null ? null : resolvedScope(scope, tags),
    },
    tags: [...tags.values()],
  };
}

/** The tags that a sentence mentions, by folded name. */
function mentionedTags(mentions: readonly Mention[], { tags, at }: Known): ReadonlyMap<string, Tag> {
  const found = new Map<string, Tag>();
  const unknown: ProblemError[] = [];
  for (const mention of mentions.filter(({ of }) => of === "tag")) {
    const tag = tags.find(mention.name);
    if (tag === undefined) unknown.push(unknownTag(mention, tags));
    else found.set(foldName(mention.name), tag);
  }
  if (unknown.length > 0) throw new DomainError("tag-not-found", undefined, { errors: unknown });
  demandStanding([...found.values()], at);
  return found;
}

function unknownTag({ name, offset, line, column }: Mention, tags: TagTree): ProblemError {
  const guess = meant(
    name,
    tags.all().map((tag) => tag.name),
  );
  const detail = `there is no tag ${JSON.stringify(name)}${guess === null ? "" : `; did you mean ${JSON.stringify(guess)}?`}`;
  return placed(detail, { offset, line, column, expected: [], near: name });
}

function resolvedWho(who: SaidWho, known: Known): Who {
  switch (who.who) {
    case "all":
    case "any":
      return { who: who.who, of: who.of.map((part) => resolvedWho(part, known)) };
    case "not":
      return { who: "not", of: resolvedWho(who.of, known) };
    case "group": {
      const group = known.directory.groupNamed(who.name);
      return { who: "group", id: group?.id ?? null, name: group?.name ?? who.name };
    }
    case "attribute":
      return who;
  }
}

/** Each tag of a part once. */
function resolvedScope(scope: SaidScope, tags: ReadonlyMap<string, Tag>): PolicyScope {
  if (scope.on === "all") return scope;
  const every = scope.every.map((any) => [
    ...new Set(any.flatMap((name) => tags.get(foldName(name))?.id ?? [])),
  ]);
  return { on: "tagged", every };
}
