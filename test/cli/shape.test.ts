import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { RouteContract } from "#contracts/http/route.ts";
import { routes } from "#contracts/http/routes.ts";
import { connectionCreation } from "#contracts/resources/connection.ts";
import { dataSourceCreation, dictionaryPatch } from "#contracts/resources/data-source.ts";
import { settingsPatch } from "#contracts/resources/system.ts";
import { UsageError } from "#cli/failure.ts";
import { parseAssignment } from "#cli/input/assignments.ts";
import { shaped } from "#cli/input/check.ts";
import { shape } from "#cli/input/shape.ts";
import { treeOf } from "#cli/input/tree.ts";

const noFiles = (name: string): never => {
  throw new Error(`${name} must not be read`);
};
const tree = (...given: readonly string[]) => treeOf(given.map((one) => parseAssignment(one, noFiles)));
const by = (schema: z.ZodType, ...given: readonly string[]): unknown => shape(schema, tree(...given), []);
const field = (schema: z.ZodType, ...given: readonly string[]): unknown =>
  (by(z.object({ field: schema }), ...given) as { readonly field: unknown }).field;

describe("the contract decides what a text becomes", () => {
  it.each<[string, z.ZodType, string, unknown]>([
    ["a number", z.number(), "5432", 5432],
    ["an integer", z.int(), "-3", -3],
    ["a fraction", z.number(), "2.5e-1", 0.25],
    ["a boolean", z.boolean(), "false", false],
    ["a text that looks like a number", z.string(), "0123", "0123"],
    ["a text that looks like JSON", z.string(), '{"a":1}', '{"a":1}'],
    ["an empty text", z.string(), "", ""],
    ["one of several", z.enum(["a", "b"]), "b", "b"],
    ["a literal number", z.literal(7), "7", 7],
    ["null where a text cannot stand", z.number().nullable(), "null", null],
    ["a text where one can stand", z.string().nullable(), "null", "null"],
    ["an optional value with a default", z.int().default(1).optional(), "9", 9],
    ["what is coerced and piped", z.coerce.number().pipe(z.int()), "12", 12],
    ["what is transformed", z.string().transform(Number), "12", "12"],
    ["the first of a union that holds", z.union([z.number(), z.string()]), "12", 12],
    ["the only one of a union that holds", z.union([z.number(), z.string()]), "twelve", "twelve"],
    ["a list of one", z.array(z.int()), "1", [1]],
    ["anything", z.unknown(), "1", "1"],
  ])("%s", (_, schema, text, expected) => {
    expect(field(schema, `field=${text}`)).toEqual(expected);
  });

  it("a repeated field is a list, in order", () => {
    expect(field(z.array(z.int()), "field=3", "field=1", "field:=2")).toEqual([3, 1, 2]);
    expect(by(z.object({}).loose(), "a=1", "a=2")).toEqual({ a: ["1", "2"] });
  });

  it("dots lead into objects, records and numbered places of a list", () => {
    expect(by(dictionaryPatch, "changes.0.column=a", "changes.1.column=b", "changes.1.addTags=x")).toEqual({
      changes: [{ column: "a" }, { column: "b", addTags: ["x"] }],
    });
    expect(field(z.record(z.string(), z.int()), "field.a=1", String.raw`field.b\.c=2`)).toEqual({
      a: 1,
      "b.c": 2,
    });
  });

  it("JSON stands as it is, also as a whole list", () => {
    expect(field(z.string(), "field:=5")).toBe(5);
    expect(field(z.array(z.int()), "field:=[1,2]")).toEqual([1, 2]);
    expect(field(z.object({ a: z.int() }), 'field:={"a":1}')).toEqual({ a: 1 });
  });

  it("a field may be called like something that objects have from birth", () => {
    const made = by(z.looseObject({}), "__proto__.polluted=yes", "constructor=c");
    expect(Object.keys(made as object)).toEqual(["__proto__", "constructor"]);
    expect(JSON.stringify(made)).toBe('{"__proto__":{"polluted":"yes"},"constructor":"c"}');
    expect({}).not.toHaveProperty("polluted");
    expect(() => by(z.strictObject({ a: z.string() }), "toString=x")).toThrow(
      "toString: is not a known field (a)",
    );
  });
});

describe("what the contract cannot take", () => {
  it.each<[string, z.ZodType, readonly string[], string]>([
    ["no number", z.number(), ["field=abc"], "field: must be a number"],
    ["a hexadecimal number", z.number(), ["field=0x10"], "field: must be a number"],
    ["an infinite number", z.number(), ["field=1e999"], "field: must be a number"],
    ["an empty number", z.number(), ["field="], "field: must be a number"],
    ["an integer that JSON would round", z.int(), ["field=9007199254740993"], "too large to be sent exactly"],
    ["no boolean", z.boolean(), ["field=yes"], "field: must be true or false"],
    ["another literal", z.literal("a"), ["field=b"], "field: must be a"],
    ["two values for one", z.string(), ["field=a", "field=b"], "field: takes one value only"],
    ["fields of a text", z.string(), ["field.a=1"], "field: is one value and has no fields"],
    ["a text for an object", z.object({}), ["field=a"], "field: has fields"],
    ["a list with holes", z.array(z.string()), ["field.1=a"], "field: is a list"],
    [
      "a value and its fields",
      z.unknown(),
      ["field=a", "field.b=1"],
      "field.b and a field above it are both given",
    ],
  ])("%s is refused by the field's name", (_, schema, given, message) => {
    expect(() => field(schema, ...given)).toThrow(UsageError);
    expect(() => field(schema, ...given)).toThrow(message);
  });

  it("is named all at once, without the values", () => {
    const given = [
      "name=x",
      "technology=postgresql",
      "config.host=h",
      "config.port=70000",
      "credentials.password=s3cret",
      "more=1",
    ];
    const refused = () => shaped(connectionCreation, tree(...given.slice(0, -1)));
    expect(refused).toThrow(/config\.port: Too big/);
    expect(refused).toThrow(/config\.database: is needed/);
    expect(refused).toThrow(/credentials\.username: is needed/);
    expect(refused).not.toThrow(/s3cret/);
    expect(() => shaped(connectionCreation, tree(...given))).toThrow(/more: is not a known field/);
  });
});

const bodies = Object.entries<RouteContract>(routes).flatMap(([id, { body, query }]) =>
  [body, query].filter((schema) => schema !== undefined).map((schema) => [id, schema] as const),
);

/** Every field name that any contract has, some that none has, and paths of them. */
const names = [
  "name",
  "technology",
  "config",
  "host",
  "port",
  "database",
  "tls",
  "credentials",
  "username",
  "password",
];
const otherNames = [
  "tags",
  "connectionId",
  "schema",
  "table",
  "checks",
  "changes",
  "0",
  "column",
  "percent",
  "limit",
  "nope",
  "",
];
const fieldName = fc
  .array(fc.constantFrom(...names, ...otherNames.filter((one) => one !== "")), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("."));
const someText = fc.oneof(
  fc.string(),
  fc.constantFrom("postgresql", "5432", "true", "null", "verify-full", "@@x", "row-count"),
);
const assignment = fc.oneof(
  fc.tuple(fieldName, someText).map(([name, text]) => `${name}=${text.startsWith("@") ? "x" : text}`),
  fc.tuple(fieldName, fc.jsonValue()).map(([name, json]) => `${name}:=${JSON.stringify(json)}`),
);

/** Whether the outcome is what is promised: a value that holds, or a refusal whose every line names a field. */
function keepsItsPromise(schema: z.ZodType, given: readonly string[]): boolean {
  try {
    return schema.safeParse(shaped(schema, tree(...given))).success;
  } catch (error) {
    if (!(error instanceof UsageError)) return false;
    const lines = error.message.split("\n  ").filter((line) => line !== "these do not fit:");
    return lines.length > 0 && lines.every((line) => namesOneOf(line, rootsOf(schema, given)));
  }
}

const namesOneOf = (line: string, roots: readonly string[]): boolean =>
  roots.some((root) => line.startsWith(root));

/** The first parts of what was typed and of what the contract has; unions speak of all fields together. */
function rootsOf(schema: z.ZodType, given: readonly string[]): readonly string[] {
  const options = schema instanceof z.ZodUnion ? schema.def.options : [schema];
  const known = options.flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : []));
  return [...given.map((one) => /^[^.=:]+/.exec(one)?.[0] ?? "?"), ...known];
}

describe("whatever is typed", () => {
  it.each(bodies)("for %s either holds by the contract or is refused by a field's name", (_, schema) => {
    fc.assert(
      fc.property(fc.array(assignment, { maxLength: 6 }), (given) => {
        expect(keepsItsPromise(schema, given)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

/** A body as the assignments that a person would type for it. */
function assignmentsOf(value: unknown, at: readonly string[] = []): readonly string[] {
  const name = at.join(".");
  if (Array.isArray(value)) return value.map((one) => `${name}=${escaped(String(one))}`);
  if (typeof value !== "object" || value === null) return [`${name}=${escaped(String(value))}`];
  return Object.entries(value).flatMap(([key, inner]) => assignmentsOf(inner, [...at, key]));
}

const escaped = (text: string): string => (text.startsWith("@") ? `@${text}` : text);

describe("a body typed field by field", () => {
  const word = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter((one) => /^\S+$/u.test(one));
  const safe = word.filter((one) => !/[\p{Cc}\p{Cs}.\0]/u.test(one));
  const cases: readonly (readonly [string, z.ZodType, fc.Arbitrary<unknown>])[] = [
    [
      "a connection",
      connectionCreation,
      fc.record({
        name: safe,
        technology: fc.constant("postgresql"),
        config: fc.record({
          host: fc.constantFrom("db.example.com", "127.0.0.1", "::1"),
          port: fc.integer({ min: 1, max: 65_535 }),
          database: word,
        }),
        credentials: fc.record({ username: word, password: word }),
      }),
    ],
    [
      "a data source",
      dataSourceCreation,
      fc.record(
        {
          connectionId: word,
          schema: safe,
          table: safe,
          description: fc.string({ unit: "binary" }).filter((one) => one.isWellFormed()),
          tags: fc.array(safe, { minLength: 1, maxLength: 4 }),
        },
        { requiredKeys: ["connectionId", "schema", "table"] },
      ),
    ],
    [
      "settings",
      settingsPatch,
      fc.record(
        {
          deletionGuard: fc.record({
            percent: fc.double({ min: 0, max: 100, noNaN: true }).map((one) => Math.abs(one)),
            minimum: fc.nat(100_000),
          }),
          defaultSubscriptionPolicy: fc.record({
            kind: fc.constantFrom("anyone", "approval"),
            discoverable: fc.boolean(),
          }),
        },
        { requiredKeys: [] },
      ),
    ],
  ];

  it.each(cases)("%s arrives with the types of the contract", (_, schema, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (body) => {
        expect(shaped(schema, tree(...assignmentsOf(body)))).toEqual(body);
      }),
    );
  });
});
