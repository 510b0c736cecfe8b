import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseHighCardinalityColumn } from "#core/health/choose-column.ts";
import { aColumn } from "#test/support/records.ts";

const figure = (column: string, distinct: number, exact = true) => ({ column, distinct, nulls: 0, exact });

describe("the high cardinality column", () => {
  it("is the one with the most distinct values", () => {
    const columns = [aColumn({ name: "a", ordinal: 1 }), aColumn({ name: "b", ordinal: 2 })];
    expect(chooseHighCardinalityColumn(columns, [figure("a", 5), figure("b", 9)])?.column).toBe("b");
  });

  it("is the primary key where an estimate could be level with it", () => {
    const columns = [
      aColumn({ name: "estimated", ordinal: 1 }),
      aColumn({ name: "unique", ordinal: 2, unique: true }),
      aColumn({ name: "id", ordinal: 3, unique: true, inPrimaryKey: true }),
    ];
    const figures = [figure("estimated", 99, false), figure("unique", 100), figure("id", 100)];
    expect(chooseHighCardinalityColumn(columns, figures)?.column).toBe("id");
  });

  it("is a unique column before one that merely comes first", () => {
    const columns = [
      aColumn({ name: "first", ordinal: 1 }),
      aColumn({ name: "unique", ordinal: 2, unique: true }),
    ];
    expect(chooseHighCardinalityColumn(columns, [figure("first", 10), figure("unique", 10)])?.column).toBe(
      "unique",
    );
  });

  it("is the first in order among equals", () => {
    const columns = [aColumn({ name: "b", ordinal: 2 }), aColumn({ name: "a", ordinal: 1 })];
    expect(chooseHighCardinalityColumn(columns, [figure("b", 10), figure("a", 10)])?.column).toBe("a");
  });

  it("is not a part of a longer key just because of the key", () => {
    const columns = [
      aColumn({ name: "many", ordinal: 1 }),
      aColumn({ name: "part", ordinal: 2, inPrimaryKey: true, unique: false }),
    ];
    expect(chooseHighCardinalityColumn(columns, [figure("many", 100), figure("part", 3)])?.column).toBe(
      "many",
    );
  });

  it("does not exist where every column is null, or none can be counted", () => {
    expect(chooseHighCardinalityColumn([aColumn({ name: "a" })], [figure("a", 0)])).toBeNull();
    expect(
      chooseHighCardinalityColumn([aColumn({ name: "j", countable: false })], [figure("j", 4)]),
    ).toBeNull();
    expect(chooseHighCardinalityColumn([], [])).toBeNull();
  });

  it("never depends on the order in which figures arrive", () => {
    const distincts = fc.array(
      fc.record({ distinct: fc.nat(50), exact: fc.boolean(), unique: fc.boolean() }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(distincts, fc.infiniteStream(fc.nat()), (shapes, order) => {
        const columns = shapes.map(({ unique }, index) =>
          aColumn({ name: `c${index}`, ordinal: index + 1, unique }),
        );
        const figures = shapes.map(({ distinct, exact }, index) => figure(`c${index}`, distinct, exact));
        const shuffled = figures
          .map((one) => [order.next().value, one] as const)
          .sort(([a], [b]) => (a ?? 0) - (b ?? 0))
          .map(([, one]) => one);
        expect(chooseHighCardinalityColumn(columns, shuffled)).toEqual(
          chooseHighCardinalityColumn(columns, figures),
        );
      }),
    );
  });
});
