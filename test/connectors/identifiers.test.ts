import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteIdentifier, quoteRelation } from "#connectors/postgresql/identifiers.ts";
import { pgClient } from "#test/support/postgres-client.ts";

const name = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 63 }),
    fc.string({
      unit: fc.constantFrom('"', "'", "\\", "$", " ", "a", ";", "\n"),
      minLength: 1,
      maxLength: 63,
    }),
  )
  .filter((text) => !text.includes("\0") && Buffer.byteLength(text) <= 63);

describe("a quoted identifier", () => {
  it("stands on the server for exactly the name it was made from", async () => {
    const client = await pgClient();
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        const { fields } = await client.query(`select 1 as ${quoteIdentifier(text)}`);
        expect(fields.map((field) => field.name)).toEqual([text]);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps schema and name apart", () => {
    expect(quoteRelation({ schema: "a.b", name: 'c"d' })).toBe('"a.b"."c""d"');
  });

  it.each(["", "a\0b", "x".repeat(64), "é".repeat(32)])(
    "is refused for %j, which nothing can be called",
    (text) => {
      expect(() => quoteIdentifier(text)).toThrow(expect.objectContaining({ reason: "table-not-found" }));
    },
  );
});
