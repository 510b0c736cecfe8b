import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRelationName } from "#core/dbt/snapshot/relation-name.ts";

const parts = (name: string) => parseRelationName(name)?.map(({ text }) => text) ?? null;

describe("a rendered name", () => {
  it.each([
    ['"shop"."public"."orders"', ["shop", "public", "orders"]],
    ["`my-project`.`shop`.`orders`", ["my-project", "shop", "orders"]],
    ["[shop].[dbo].[orders]", ["shop", "dbo", "orders"]],
    ["shaman.dummy.stg_products", ["shaman", "dummy", "stg_products"]],
    ["analytics.orders", ["analytics", "orders"]],
    ["orders", ["orders"]],
    [
      "`my-project`.`region-eu`.INFORMATION_SCHEMA.`TABLES`",
      ["my-project", "region-eu", "INFORMATION_SCHEMA", "TABLES"],
    ],
    ['"a.b"."c"', ["a.b", "c"]],
    ['"say ""hi"""."t"', ['say "hi"', "t"]],
    ["`a``b`.`t`", ["a`b", "t"]],
    ["[a]]b].[t]", ["a]b", "t"]],
    ['"shop".public."Bestellungen für Öl"', ["shop", "public", "Bestellungen für Öl"]],
  ])("%s has these parts", (name, expected) => {
    expect(parts(name)).toEqual(expected);
  });

  it.each([
    "read_csv('./orders.csv')",
    "read_parquet('s3://bucket/orders/*.parquet', union_by_name = true)",
    "'s3://bucket/orders.parquet'",
    "s3://bucket/orders.parquet",
    "(select 1)",
    '"orders',
    '"a"."b".',
    '""',
    ".orders",
    "a..b",
    '"a"b',
    "a.b.c.d.e",
    "two words",
    "",
  ])("%s is no relation", (name) => {
    expect(parts(name)).toBeNull();
  });

  it("knows which parts were quoted", () => {
    expect(parseRelationName('shop."Public".orders')?.map(({ quoted }) => quoted)).toEqual([
      false,
      true,
      false,
    ]);
  });

  it("comes apart into the names that were put together, whatever stands in them", () => {
    const quotes = fc.constantFrom<readonly [string, string]>(['"', '"'], ["`", "`"], ["[", "]"]);
    const names = fc.array(fc.string({ minLength: 1, unit: "grapheme" }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(quotes, names, ([open, close], given) => {
        const written = given
          .map((name) => `${open}${name.replaceAll(close, close + close)}${close}`)
          .join(".");
        expect(parts(written)).toEqual(given);
      }),
    );
  });
});
