import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SaidWho } from "#core/policies/sentence/ast.ts";
import { parse } from "#core/policies/sentence/parse.ts";

const canonical = (sentence: string): string => parse(sentence).canonical;
const group = (name: string): SaidWho => ({ who: "group", name });
const attribute = (name: string, ...values: readonly string[]): SaidWho => ({
  who: "attribute",
  name,
  values: values.length === 0 ? null : values,
});

describe("a canonical sentence", () => {
  it.each([
    "Allow anyone to subscribe",
    "Allow anyone to subscribe on all data sources",
    "Allow anyone to subscribe, and let everyone discover it",
    "Allow anyone to subscribe on data sources tagged PII, and let everyone discover them",
    "Allow users to subscribe when user is a member of group Legal on data sources tagged PII.SSN",
    "Allow users to subscribe when user is a member of any of the groups A or B",
    "Allow users to subscribe when user is a member of any of the groups A, B or C",
    "Allow users to subscribe when user is a member of all of the groups A and B",
    "Allow users to subscribe when user is a member of all of the groups A, B and C and user possesses attribute X",
    "Allow users to subscribe when user possesses attribute Department",
    "Allow users to subscribe when user possesses attribute Department with value 'Sales'",
    "Allow users to subscribe when user possesses attribute Department with values 'a', 'b' or 'it''s'",
    "Allow users to subscribe when user is a member of group A or (user is a member of group B and user possesses attribute X)",
    "Allow users to subscribe when user is not a member of group Contractors",
    "Allow users to subscribe when user is not a member of any of the groups A or B",
    "Allow users to subscribe when user does not possess attribute Barred with value 'yes'",
    "Allow users to subscribe when not (user is a member of group A or user possesses attribute B)",
    "Allow users to subscribe when not (not (user possesses attribute B or user is a member of group A))",
    "Allow users to subscribe with approval by owner",
    "Allow users to subscribe with approval by owner and GOVERNANCE",
    "Allow users to subscribe with approval by owner, owner, USER_ADMIN and AUDIT when user is a member of group A on data sources tagged A or B",
    "Allow individually selected users to subscribe",
    "Allow individually selected users to subscribe on data sources tagged A and B, and let everyone discover them",
    "Allow anyone to subscribe on data sources tagged (A or B) and C.D-e",
    'Allow users to subscribe when user is a member of group "Data ""Science""" on data sources tagged "Two words.Below"',
  ])("is printed as it was written: %s", (sentence) => {
    expect(canonical(sentence)).toBe(sentence);
  });
});

describe("what can be said in other words", () => {
  it.each([
    ["allow ANYONE to Subscribe.", "Allow anyone to subscribe"],
    ["Let everyone subscribe", "Allow anyone to subscribe"],
    [
      "Allow all users to subscribe to data sources with the tag X",
      "Allow anyone to subscribe on data sources tagged X",
    ],
    ["Allow anyone to subscribe on every data source", "Allow anyone to subscribe on all data sources"],
    ["Allow anyone to subscribe on tables tagged X", "Allow anyone to subscribe on data sources tagged X"],
    [
      "Allow anyone to subscribe on all data sources tagged X",
      "Allow anyone to subscribe on data sources tagged X",
    ],
    [
      "Allow anyone to subscribe and allow everybody to find it",
      "Allow anyone to subscribe, and let everyone discover it",
    ],
    [
      "Allow anyone to subscribe, and let everyone discover them, on data sources tagged X",
      "Allow anyone to subscribe on data sources tagged X, and let everyone discover them",
    ],
    [
      "Allow users who are members of group Legal to subscribe",
      "Allow users to subscribe when user is a member of group Legal",
    ],
    [
      "Allow users to subscribe on data sources tagged X when they belong to the group Legal",
      "Allow users to subscribe when user is a member of group Legal on data sources tagged X",
    ],
    [
      "Allow users to subscribe when the user is in any of the groups A, B",
      "Allow users to subscribe when user is a member of any of the groups A or B",
    ],
    [
      "Allow users to subscribe when user is a member of group A and group B",
      "Allow users to subscribe when user is a member of all of the groups A and B",
    ],
    [
      "Allow users to subscribe when user is a member of groups A, B, or C",
      "Allow users to subscribe when user is a member of any of the groups A, B or C",
    ],
    [
      "Allow users to subscribe when user is a member of group A and user is a member of group B",
      "Allow users to subscribe when user is a member of all of the groups A and B",
    ],
    [
      "Allow users to subscribe when ((user is in group A) and (has attribute X = 'x' and does not have the attribute Y))",
      "Allow users to subscribe when user is a member of group A and user possesses attribute X with value 'x' and user does not possess attribute Y",
    ],
    [
      "Allow users to subscribe when user is a member of group 'Legal' and possesses attribute D with values \"a\" or 5",
      "Allow users to subscribe when user is a member of group Legal and user possesses attribute D with values 'a' or '5'",
    ],
    [
      "Allow users to subscribe when approved by the owner and governance",
      "Allow users to subscribe with approval by owner and GOVERNANCE",
    ],
    [
      "Allow anyone to subscribe with approval by an owner",
      "Allow users to subscribe with approval by owner",
    ],
    [
      'Allow users to subscribe when user is a member of group "  Legal "',
      "Allow users to subscribe when user is a member of group Legal",
    ],
    [
      "Allow users\n  to subscribe\twhen user is a member of group Cafe\u0301",
      "Allow users to subscribe when user is a member of group Caf\u00e9",
    ],
  ])("%s", (sentence, as) => {
    expect(canonical(sentence)).toBe(as);
    expect(parse(as).ast).toEqual(parse(sentence).ast);
  });
});

describe("what a sentence says", () => {
  it("is terms and a scope", () => {
    const sentence =
      "Allow users to subscribe when user is a member of group Legal on data sources tagged PII.SSN";
    expect(parse(sentence)).toMatchObject({
      ast: {
        kind: "subscription",
        terms: { kind: "entitlement", discoverable: false, approvers: [], when: group("Legal") },
        scope: { on: "tagged", every: [["PII.SSN"]] },
      },
      mentions: [
        { of: "group", name: "Legal", offset: 56, line: 1, column: 57 },
        { of: "tag", name: "PII.SSN", offset: 85, line: 1, column: 86 },
      ],
    });
  });

  it.each<[string, SaidWho]>([
    ["user is a member of groups A and B", { who: "all", of: [group("A"), group("B")] }],
    ["user is a member of groups A or B", { who: "any", of: [group("A"), group("B")] }],
    ["user is a member of any of the groups A", group("A")],
    ["user is a member of all of the groups A, B", { who: "all", of: [group("A"), group("B")] }],
    [
      "user is a member of any of the groups A or B and user possesses attribute X",
      { who: "all", of: [{ who: "any", of: [group("A"), group("B")] }, attribute("X")] },
    ],
    [
      "user is a member of groups A and B and user possesses attribute X with values 'x' or 'y' or 'x'",
      { who: "all", of: [group("A"), group("B"), attribute("X", "x", "y")] },
    ],
    ["not user is a member of group A", { who: "not", of: group("A") }],
    [
      "not user is in group A or user is in group B",
      { who: "any", of: [{ who: "not", of: group("A") }, group("B")] },
    ],
  ])("when %s", (condition, when) => {
    expect(parse(`Allow users to subscribe when ${condition}`).ast.terms.when).toEqual(when);
  });

  it.each([
    ["A", [["A"]]],
    ["A or B", [["A", "B"]]],
    ["A, B or C", [["A", "B", "C"]]],
    ["A and B", [["A"], ["B"]]],
    ["(A or B) and C", [["A", "B"], ["C"]]],
    ["(A or B) or C", [["A", "B", "C"]]],
    ["(A)", [["A"]]],
  ])("on data sources tagged %s", (tags, every) => {
    expect(parse(`Allow anyone to subscribe on data sources tagged ${tags}`).ast.scope).toEqual({
      on: "tagged",
      every,
    });
  });

  it("keeps values code point by code point, and composes names", () => {
    const decomposed = "e\u0301";
    const { ast } = parse(
      `Allow users to subscribe when user possesses attribute "${decomposed}" with value '${decomposed}'`,
    );
    expect(ast.terms.when).toEqual(attribute("\u00e9", decomposed));
  });
});

describe("docs/policies.md", () => {
  const page = readFileSync(new URL("../../../docs/policies.md", import.meta.url), "utf8");
  const sentences = [...page.matchAll(/^\| `(Allow [^`]+)` \|/gm)].map(([, sentence = ""]) => sentence);

  it("has sentences", () => {
    expect(sentences.length).toBeGreaterThan(10);
  });

  it.each(sentences)("shows a canonical one: %s", (sentence) => {
    expect(canonical(sentence)).toBe(sentence);
  });
});
