import type * as z from "zod";
import type { policy as policySchema } from "#contracts/resources/policy.ts";
import type { Policy } from "#core/policies/policy.ts";
import { saidRule, warningsOf, type Names } from "#core/policies/said.ts";
import { print } from "#core/policies/sentence/print.ts";

export type ShownPolicy = z.output<typeof policySchema>;

/** A policy as people see it, with the names that groups and tags have now. */
export function showPolicy(policy: Policy, names: Names): ShownPolicy {
  const { id, name, state, dataSourceId, rule, createdBy, createdAt, updatedAt, version } = policy;
  const ast = saidRule(rule, names);
  return {
    id,
    name,
    kind: rule.kind,
    sentence: print(ast),
    ast: shownAst(ast),
    state,
    dataSourceId,
    warnings: warningsOf(rule, names),
    createdBy,
    createdAt,
    updatedAt,
    version,
  };
}

/** What a sentence says, as an answer holds it. */
export const shownAst = (ast: ReturnType<typeof saidRule>): ShownPolicy["ast"] => ({
  ...ast,
  terms: { ...ast.terms, approvers: [...ast.terms.approvers] },
  scope:
    ast.scope === null || ast.scope.on === "all"
      ? ast.scope
      : { on: "tagged", every: ast.scope.every.map((any) => [...any]) },
});
