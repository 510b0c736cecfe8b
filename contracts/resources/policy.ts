import * as z from "zod";
import { resourceId } from "../ids.ts";
import { givenName, text, timestamp } from "./fields.ts";

/** How long a sentence may be. */
const maxSentenceLength = 2_000;

/** What a policy decides. */
export const policyKind = z.enum(["subscription"]);

/** `staged` ones decide nothing yet. */
export const policyState = z.enum(["staged", "active"]);

const sentence = text(maxSentenceLength).describe("in English; docs/policies.md has the grammar");

const group = z.object({ who: z.literal("group"), name: z.string() });
const attribute = z.object({
  who: z.literal("attribute"),
  name: z.string(),
  values: z.array(z.string()).nullable().describe("any of them; null: whoever has the attribute at all"),
});
const several = z.object({
  who: z.enum(["all", "any"]),
  get of() {
    return z.array(who);
  },
});
const negation = z.object({
  who: z.literal("not"),
  get of() {
    return who;
  },
});

/** A condition on a user. */
const who: z.ZodType<SaidWho> = z
  .lazy(() => z.union([group, attribute, several, negation]))
  .meta({ id: "PolicyCondition" });

/** The shape of a condition, which its schema cannot tell by itself: it stands within itself. */
type SaidWho =
  | { readonly who: "all" | "any"; readonly of: readonly SaidWho[] }
  | { readonly who: "not"; readonly of: SaidWho }
  | { readonly who: "group"; readonly name: string }
  | { readonly who: "attribute"; readonly name: string; readonly values: readonly string[] | null };

const scope = z.discriminatedUnion("on", [
  z.object({ on: z.literal("all") }),
  z.object({
    on: z.literal("tagged"),
    every: z.array(z.array(z.string())).describe("tags by name: of each part any"),
  }),
]);

const subscriptionTerms = z.object({
  kind: z.enum(["anyone", "approval", "entitlement", "individual"]),
  discoverable: z.boolean(),
  approvers: z.array(z.enum(["owner", "USER_ADMIN", "GOVERNANCE", "AUDIT"])),
  when: who.nullable().describe("whom it admits; null: everybody"),
});

/** What a sentence says. A further kind of policy is one more member here. */
export const policyAst = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("subscription"), terms: subscriptionTerms, scope: scope.nullable() }),
  ])
  .meta({ id: "PolicyAst" });

export const sentenceBody = z.strictObject({ sentence }).meta({ id: "PolicySentence" });

export const parsedSentence = z
  .object({
    kind: policyKind,
    canonical: z.string().describe("the same as everybody writes it"),
    ast: policyAst,
  })
  .meta({ id: "ParsedSentence" });

export const policy = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: policyKind,
    sentence: z.string().describe("canonical, with the names that groups and tags have now"),
    ast: policyAst,
    state: policyState,
    dataSourceId: z.string().nullable().describe("null: it is global"),
    warnings: z.array(z.string()).describe("what is named and is not there, and so matches nobody"),
    createdBy: z.string(),
    createdAt: timestamp,
    updatedAt: timestamp,
    version: z.int(),
  })
  .meta({ id: "Policy" });

export const policyCreation = z
  .strictObject({
    name: givenName,
    sentence,
    dataSourceId: resourceId.nullish().describe("without it the policy is global"),
    state: policyState.optional().describe("staged, if not said"),
  })
  .meta({ id: "PolicyCreation" });

export const policyPatch = z
  .strictObject({ name: givenName, sentence, state: policyState })
  .partial()
  .meta({ id: "PolicyPatch" });

/** A policy as it bears on one data source. */
export const sourcePolicy = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: policyKind,
    state: policyState,
    dataSourceId: z.string().nullable().describe("null: it is global"),
    applies: z.boolean(),
    why: z.string().describe("why it applies to the data source, or does not"),
    sentence: z.string().nullable().describe("told to owners of the data source and GOVERNANCE"),
  })
  .meta({ id: "DataSourcePolicy" });
