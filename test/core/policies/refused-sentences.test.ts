import { describe, expect, it } from "vitest";
import { parse } from "#core/policies/sentence/parse.ts";
import { SentenceError, type SentenceFault } from "#core/policies/sentence/sentence-error.ts";

/** What is wrong with a sentence, which must be wrong. */
function refusal(sentence: string): SentenceFault & { readonly message: string } {
  try {
    parse(sentence);
  } catch (error) {
    if (error instanceof SentenceError) return { ...error.fault, message: error.message };
    throw error;
  }
  throw new Error(`it was understood: ${sentence}`);
}

describe("a sentence that is none", () => {
  it.each([
    ["", 0, "", ["allow"]],
    ["Permit anyone to subscribe", 0, "Permit", ["allow"]],
    ["Allow", 5, "", ["anyone", "users", "individually selected users"]],
    ["Allow users", 11, "", ["to subscribe"]],
    ["Allow users to subscribe", 24, "", ["when", "with approval by"]],
    ["Allow anyone to subscribe today", 26, "today", ["on", "end of the sentence"]],
    ["Allow users to subscribe when user", 34, "", ["is a member of", "possesses attribute"]],
    ["Allow users to subscribe when user is a member of group", 55, "", ["name of a group"]],
    ["Allow users to subscribe when user is a member of group A and", 61, "", ["name of a group", "user"]],
    ["Allow users to subscribe when (user is in group A", 49, "", [")"]],
    ["Allow users to subscribe when user has attribute D with value Sales", 62, "Sales", ["'text'"]],
    ["Allow users to subscribe with approval by nobody", 42, "nobody", ["owner", "USER_ADMIN"]],
    ["Allow anyone to subscribe on data sources tagged", 48, "", ["name of a tag"]],
    ["Allow anyone to subscribe on data sources", 41, "", ["tagged"]],
    ["Allow anyone to subscribe; drop table users", 25, ";", []],
    ["Allow users to subscribe when user has attribute D with value 'Sales", 62, "'", ["'"]],
  ])("is refused where it goes wrong: %s", (sentence, offset, near, expected) => {
    const fault = refusal(sentence);
    expect(fault).toMatchObject({ offset, near, line: 1, column: offset + 1 });
    expect(fault.expected).toEqual(expect.arrayContaining(expected));
  });

  it.each([
    ["user is a member of groups A, B", ","],
    ["user is a member of groups A or B and user possesses attribute X", "or"],
    ["user is a member of groups A, B and C or user possesses attribute X", "and"],
    ["user is in group A or user is in group B and user is in group C", "and"],
    ["user is in group A, user is in group B", ","],
    ["user is a member of groups A and B or C", "or"],
    ["user is a member of all of the groups A or B", "or"],
    ["user is not a member of groups A and B", "and"],
    ["user possesses attribute D with values 'a' and 'b'", "and"],
  ])("is refused where it may mean either: when %s", (condition, near) => {
    expect(refusal(`Allow users to subscribe when ${condition}`).near).toBe(near);
  });

  it.each([
    ["on data sources tagged A, B", ","],
    ["on data sources tagged A or B and C", "and"],
    ["on data sources tagged (A and B) or C", "and"],
    ["with approval by owner or AUDIT", "or"],
    ["with approval by owner, AUDIT", ","],
    ["on data sources tagged A on data sources tagged B", "on"],
  ])("is refused: Allow anyone to subscribe %s", (clause, near) => {
    expect(refusal(`Allow anyone to subscribe ${clause}`).near).toBe(near);
  });

  it.each([
    "on data sources with columns tagged X",
    "on columns tagged X",
    "on data sources with a column tagged X",
  ])("does not look at columns: %s", (clause) => {
    expect(refusal(`Allow anyone to subscribe ${clause}`).message).toContain("not by those of its columns");
  });

  it("has no conditions for who is selected by hand", () => {
    const sentence = "Allow individually selected users to subscribe when user is in group A";
    expect(refusal(sentence)).toMatchObject({ near: "when" });
    expect(refusal(sentence).message).toContain("Owners choose");
  });

  it.each([
    ["Alow anyone to subscribe", 'Did you mean "allow"?'],
    ["Allow users to subscirbe when user is in group A", 'Did you mean "subscribe"?'],
    ["Allow users to subscribe when user is a member of group Data Science", '"Data Science"'],
    ["Allow users to subscribe when user is a member of group Users", 'double quotes: "Users"'],
    ["Allow users to subscribe when user is a member of group 2024", 'double quotes: "2024"'],
    ["Allow users to subscribe when user is a member of group \u201cLegal\u201d", "Quotes are straight"],
    ["Allow users to subscribe when user has attribute D with value Sales", "single quotes: 'Sales'"],
    ["Allow users to subscribe", "Allow anyone to subscribe"],
  ])("is refused with a word on what may be meant: %s", (sentence, hint) => {
    expect(refusal(sentence).message).toContain(hint);
  });

  it("tells line and column, whatever ends a line", () => {
    const sentence = "Allow users\r\nto subscribe\nwhen user is a member of groups A, B";
    expect(refusal(sentence)).toMatchObject({ line: 3, column: 34, offset: sentence.indexOf(",") });
  });
});

describe("the bounds of a sentence", () => {
  const names = (count: number): string =>
    Array.from({ length: count }, (_, index) => `g${index}`).join(", ");

  it("are 64 names", () => {
    const of = (count: number) =>
      `Allow users to subscribe when user is in any of the groups ${names(count)}`;
    expect(() => parse(of(64))).not.toThrow();
    expect(refusal(of(65))).toMatchObject({ near: "g64" });
  });

  it("are conditions ten deep in each other", () => {
    const of = (depth: number) =>
      `Allow users to subscribe when ${"not (".repeat(depth)}user is in group A${")".repeat(depth)}`;
    expect(() => parse(of(5))).not.toThrow();
    expect(refusal(of(6)).message).toContain("10 deep");
    expect(refusal(of(150)).message).toContain("10 deep");
  });

  it("hold for what is printed, too", () => {
    const condition = "in group A or ".repeat(63);
    const sentence = `Allow users to subscribe when user is ${condition}in group A`;
    expect(() => parse(sentence)).not.toThrow();
    const wide = "has attribute LongishName or ".repeat(60);
    expect(wide.length).toBeLessThan(2000);
    expect(refusal(`Allow users to subscribe when user ${wide}in group A`).message).toContain(
      "Written out in full",
    );
  });

  it("are ten approvals", () => {
    const of = (count: number) =>
      `Allow users to subscribe with approval by ${Array(count).fill("owner").join(" and ")}`;
    expect(() => parse(of(10))).not.toThrow();
    expect(refusal(of(11)).message).toContain("At most 10");
  });
});
