import { describe, expect, it } from "vitest";
import type { RelationDescription } from "#core/ports/remote.ts";
import { newDataSource, schemaColumns } from "#core/sources/new-data-source.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";
import { aConnection } from "#test/support/catalog-records.ts";
import { countingIds } from "#test/support/fixed-clock.ts";
import { aCaller, aColumn } from "#test/support/records.ts";

const call = { user: aCaller(), requestId: "request-1", ifMatch: null, idempotency: null };

const described = (comment: string): RelationDescription => ({
  schema: "sales",
  name: "orders",
  kind: "table",
  comment,
  columns: [aColumn({ comment })],
});

/** What is stored of a comment on a table, and of one on its column. */
function kept(comment: string): readonly (string | null)[] {
  const relation = described(comment);
  const findings = {
    connection: aConnection(),
    relation,
    name: "sales.orders",
    description: null,
    documentation: "",
    tagIds: [],
    statisticsPrevented: false,
    subscription: individually,
  };
  const at = new Date("2026-01-01T00:00:00.000Z");
  const { dataSource } = newDataSource(countingIds(), at, call, "ds_1", findings, {
    generation: "g",
    chunks: 1,
  });
  return [
    dataSource.description.schema,
    ...schemaColumns(countingIds(), relation).map((column) => column.comment),
  ];
}

describe("a remote's comment", () => {
  it("is kept as it is", () => {
    expect(kept("Bestellungen 📏\nje Zeile eine")).toEqual([
      "Bestellungen 📏\nje Zeile eine",
      "Bestellungen 📏\nje Zeile eine",
    ]);
  });

  it("is cut where it is so long that it would not fit into what is stored, and never ends in half a letter", () => {
    const [table, column] = kept(`${"x".repeat(3999)}📏${"y".repeat(500_000)}`);
    expect(table).toBe(`${"x".repeat(3999)}\ufffd`);
    expect(column).toBe(table);
  });
});
