import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { givenName } from "#contracts/resources/fields.ts";
import {
  defaultTemplate,
  nameBy,
  parseTemplate,
  placeholders,
  printTemplate,
  type NameTemplate,
  type TemplatePart,
} from "#core/sources/name-template.ts";

const table = { database: "Shop", schema: "Sales EU", tablename: "Orders" };
const named = (source: string, of = table): string => {
  const parsed = parseTemplate(source);
  return "offset" in parsed ? `error at ${parsed.offset}` : nameBy(parsed, of);
};

/** Any text at all: halves of surrogate pairs, control characters and marks that combine too. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc
    .array(fc.constantFrom("<", ">", "<<", "tablename", "\uD83D", "\u0301", "\0", " "))
    .map((all) => all.join("")),
);

const template: fc.Arbitrary<NameTemplate> = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }).map((text): TemplatePart => ({ text })),
      fc.constantFrom(...placeholders).map((placeholder): TemplatePart => ({ placeholder })),
    ),
  )
  .map((parts): NameTemplate => [
    // Texts that stand side by side would be read as one.
    ...parts.filter((part, index) => !("text" in part && "text" in (parts[index - 1] ?? {}))),
    { placeholder: "tablename" },
  ]);

describe("a name template", () => {
  it.each([
    ["<schema>.<tablename>", "Sales EU.Orders"],
    ["<tablename>", "Orders"],
    ["<database>/<schema>/<tablename> (raw)", "Shop/Sales EU/Orders (raw)"],
    ["<<<tablename>>", "<Orders>"],
    ["a > b <tablename>", "a > b Orders"],
    ["  <tablename>  ", "Orders"],
  ])("%j names a table %j", (source, name) => {
    expect(named(source)).toBe(name);
  });

  it.each([
    ["<schema>.<table>", "error at 9"],
    ["x <Tablename>", "error at 2"],
    ["<tablename> < 3", "error at 12"],
    ["<>", "error at 0"],
    ["<schema>", "error at 8"],
    ["all", "error at 3"],
    ["<<tablename>", "error at 12"],
  ])("%j is refused, with the place", (source, error) => {
    expect(named(source)).toBe(error);
  });

  it("says which placeholders there are, and tells no long text back", () => {
    expect(parseTemplate(`<${"x".repeat(150)}>`)).toEqual({
      offset: 0,
      message: `there is no placeholder "<${"x".repeat(39)}…"; there are <database>, <schema>, <tablename>`,
    });
  });

  it("names tables by schema and table by default", () => {
    expect(printTemplate(defaultTemplate)).toBe("<schema>.<tablename>");
    expect(nameBy(defaultTemplate, table)).toBe("Sales EU.Orders");
  });

  it("cuts a long name to 200 without leaving half of a character, and names what has no name", () => {
    expect(nameBy(defaultTemplate, { ...table, schema: "s", tablename: `${"x".repeat(197)}🐘` })).toBe(
      `s.${"x".repeat(197)}`,
    );
    expect(nameBy([{ placeholder: "tablename" }], { ...table, tablename: " \n\0" })).toBe("unnamed");
  });
});

describe("for any text", () => {
  it("reading never throws: it gives a template or a place within the text", () => {
    fc.assert(
      fc.property(anyText, (source) => {
        const parsed = parseTemplate(source);
        expect("offset" in parsed ? source.length - parsed.offset : parsed.length).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("a template that is written reads as the same one", () => {
    fc.assert(
      fc.property(template, (parts) => {
        expect(parseTemplate(printTemplate(parts))).toEqual(parts);
      }),
    );
  });

  it("the name is one that a person could have given", () => {
    fc.assert(
      fc.property(template, anyText, anyText, anyText, (parts, database, schema, tablename) => {
        const name = nameBy(parts, { database, schema, tablename });
        expect(givenName.parse(name)).toBe(name);
      }),
    );
  });
});
