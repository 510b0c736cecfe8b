import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { SaidScope, SaidWho, Sentence } from "#core/policies/sentence/ast.ts";
import { parse } from "#core/policies/sentence/parse.ts";
import { print } from "#core/policies/sentence/print.ts";
import { SentenceError, type SentenceFault } from "#core/policies/sentence/sentence-error.ts";
import { approverKinds } from "#core/subscriptions/subscription-policy.ts";

/** Names as people give them: any letters, also words that hold sentences together. */
const aName = fc
  .oneof(
    fc.constantFrom(
      "Legal",
      "A.b-c",
      "users",
      "and",
      "let",
      "Data Science",
      'so-called "group"',
      "x.",
      "1st",
      "a..b",
    ),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }),
  )
  .map((name) => name.normalize("NFC").trim())
  .filter((name) => name !== "" && !/[\p{Cc}\p{Cs}]/u.test(name));

const aValue = fc.oneof(
  fc.constantFrom("", "it's", "''", "'", '"', " a ", "e\u0301\n"),
  fc.string({ maxLength: 8 }),
);

const aGroup = aName.map((name): SaidWho => ({ who: "group", name }));
const anAttribute = fc.record({
  who: fc.constant("attribute" as const),
  name: aName,
  values: fc.option(fc.uniqueArray(aValue, { minLength: 1, maxLength: 3 })),
});

/** Conditions in their normal form: `all` and `any` have two parts or more, none of their own kind. */
const aCondition = (depth: number): fc.Arbitrary<SaidWho> =>
  depth === 0
    ? fc.oneof(aGroup, anAttribute)
    : fc.oneof(
        aGroup,
        anAttribute,
        aCondition(depth - 1).map((of): SaidWho => ({ who: "not", of })),
        fc
          .tuple(
            fc.constantFrom("all" as const, "any" as const),
            fc.array(aCondition(depth - 1), { minLength: 2, maxLength: 3 }),
          )
          .map(([who, of]): SaidWho => ({
            who,
            of: of.flatMap((part) => (part.who === who ? part.of : [part])),
          })),
      );

const aScope: fc.Arbitrary<SaidScope> = fc.oneof(
  fc.constant({ on: "all" } as const),
  fc
    .array(fc.array(aName, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
    .map((every) => ({ on: "tagged", every }) as const),
);

const approvers = fc.array(fc.constantFrom(...approverKinds), { minLength: 1, maxLength: 4 });

const someTerms: fc.Arbitrary<Omit<Sentence["terms"], "discoverable">> = fc.oneof(
  fc.constantFrom("anyone" as const, "individual").map((kind) => ({ kind, approvers: [], when: null })),
  aCondition(2).map((when) => ({ kind: "entitlement", approvers: [], when }) as const),
  fc
    .record({ approvers, when: fc.option(aCondition(2)) })
    .map((given) => ({ kind: "approval", ...given }) as const),
);

const aSentence: fc.Arbitrary<Sentence> = fc
  .record({ terms: someTerms, discoverable: fc.boolean(), scope: fc.option(aScope) })
  .map(({ terms, discoverable, scope }) => ({
    kind: "subscription",
    terms: { ...terms, discoverable },
    scope,
  }));

it("says the same when what it prints is parsed again", () => {
  fc.assert(
    fc.property(aSentence, (ast) => {
      const printed = print(ast);
      fc.pre(printed.length <= 2000);
      const { ast: again, canonical } = parse(printed);
      expect(again).toEqual(ast);
      expect(canonical).toBe(printed);
    }),
    { numRuns: 2000 },
  );
});

it("says the same in capitals, and however blanks stand between its words", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("Legal", "A.b-c"),
      fc.array(fc.constantFrom(" ", "\t", "\n", "\u00a0  "), { minLength: 13, maxLength: 13 }),
      (name, blanks) => {
        const words = [
          "ALLOW",
          "users",
          "TO",
          "Subscribe",
          "wHen",
          "user",
          "is",
          "A",
          "member",
          "OF",
          "group",
          name,
        ];
        const sentence = words.map((word, index) => word + (blanks[index] ?? "")).join("");
        expect(parse(sentence).canonical).toBe(
          `Allow users to subscribe when user is a member of group ${name}`,
        );
      },
    ),
  );
});

const words = fc.constantFrom(
  ..."allow anyone users to subscribe when user is a member of group A B any all the groups and or not ( ) , 'x' possesses attribute with value on data sources tagged approval by owner let everyone discover it .".split(
    " ",
  ),
  '"B c"',
);

/** What is wrong with a sentence; null where it is understood. */
function faultOf(sentence: string): SentenceFault | null {
  try {
    expect(parse(parse(sentence).canonical).ast).toEqual(parse(sentence).ast);
    return null;
  } catch (error) {
    if (error instanceof SentenceError) return error.fault;
    throw error;
  }
}

it("is understood, or refused at a place within it: nothing else happens", () => {
  const anything = fc.oneof(
    fc.array(words, { maxLength: 25 }).map((all) => all.join(" ")),
    fc.string(),
  );
  fc.assert(
    fc.property(anything, (sentence) => {
      const { offset, near } = faultOf(sentence) ?? { offset: 0, near: "" };
      expect(sentence.slice(offset, offset + near.length)).toBe(near);
    }),
    { numRuns: 3000 },
  );
});
