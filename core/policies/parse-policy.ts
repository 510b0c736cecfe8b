import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import type { UseCase } from "#core/call/call.ts";
import { readSentence } from "#core/policies/resolve-sentence.ts";
import { shownAst } from "#core/policies/show-policy.ts";

/** What a sentence says, whether or not the tags and groups that it names are there. */
export const parsePolicy: UseCase<Routes["parsePolicy"]> = async ({ body }, call) => {
  authorize(call.user, "policy:parse", deployment);
  const { ast, canonical } = readSentence(body.sentence);
  return { kind: ast.kind, canonical, ast: shownAst(ast) };
};
