import type { Call } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Policy } from "#core/policies/policy.ts";
import type { PolicyDeps } from "#core/policies/policy-deps.ts";
import { readSentence, resolve, sentenceInvalid, type Resolved } from "#core/policies/resolve-sentence.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/**
 * The rule that a sentence states for all data sources or for one. A global one says which data sources it is about
 * (`scope-required`); of one data source that is said already.
 */
export function statedRule(
  { clock }: Pick<PolicyDeps, "clock">,
  call: Call,
  tags: TagTree,
  sentence: string,
  { dataSourceId }: Pick<Policy, "dataSourceId">,
): Resolved {
  const parsed = readSentence(sentence);
  if (dataSourceId === null && parsed.ast.scope === null) {
    throw new DomainError(
      "scope-required",
      "Say which: `on all data sources`, or `on data sources tagged …`.",
      {
        errors: [{ in: "body", pointer: "/sentence", detail: "says not which data sources it is about" }],
      },
    );
  }
  if (dataSourceId !== null && parsed.scopeAt !== null) {
    const why = "A policy of one data source says nothing of others: leave out `on …`.";
    throw sentenceInvalid(why, parsed.scopeAt);
  }
  return resolve(parsed, { tags, directory: call.user.directory, at: clock.now() });
}
