import { describe, expect, it } from "vitest";
import type { NodeFacts, SnapshotRelation } from "#core/dbt/snapshot.ts";
import { dbtWordOn } from "#core/dbt/sync/plan/dbt-word.ts";
import { kindOf } from "#core/dbt/sync/apply/new-synced-source.ts";
import { TagTree } from "#core/tags/tag-tree.ts";

const facts: NodeFacts = {
  uniqueIds: ["model.shop.orders"],
  dependsOn: [],
  resourceType: "model",
  package: "shop",
  materialized: "table",
  group: null,
  owner: null,
  access: null,
  contract: false,
  version: null,
};
const wordOn = (change: Partial<NodeFacts>, more: Partial<SnapshotRelation> = {}) =>
  dbtWordOn(
    {
      key: "warehouse.marts.orders",
      database: "warehouse",
      schema: "marts",
      table: "orders",
      description: "",
      tags: [],
      columns: [],
      facts: { ...facts, ...change },
      built: false,
      digest: "",
      ...more,
    },
    [],
    new TagTree([], { version: 0, deletions: 0 }),
  );

/** DynamoDB's limit for an item is 400 KB, and the text of a node lies in one with little else. */
const itemBytes = 390_000;
const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

describe("what is kept of a node for later use", () => {
  const many = Array.from(
    { length: 20_000 },
    (_, index) => `model.shop.staging_of_a_very_long_name_${index}`,
  );

  it("fits into one item, however many nodes it is made from and name it, and says what it leaves out", () => {
    const { facts: kept, warnings } = wordOn({ dependsOn: many, uniqueIds: many });
    expect(bytesOf(kept.node)).toBeLessThan(itemBytes);
    expect(kept.node.dependsOn).toEqual(many.slice(0, kept.node.dependsOn.length));
    expect(kept.node.dependsOn.length).toBeGreaterThan(1000);
    expect(warnings).toEqual([
      `it is made from more than can be kept: ${many.length - kept.node.dependsOn.length} are left out`,
    ]);
  });

  it("fits into one item, however long its words are, in whatever script", () => {
    const long = "\u{20000}".repeat(200_000);
    const word = wordOn({
      owner: long,
      group: long,
      materialized: long,
      version: long,
      package: long,
      access: long,
    });
    expect(bytesOf(word.facts.node)).toBeLessThan(itemBytes);
    expect(word.facts.node.owner?.isWellFormed()).toBe(true);
    expect(bytesOf(wordOn({ dependsOn: ["数".repeat(59_999)] }).facts.node)).toBeLessThan(itemBytes);
  });

  it("is all there where it is little", () => {
    const little = { dependsOn: many.slice(0, 300), owner: "Ada", group: "finance" };
    expect(wordOn(little).facts.node).toEqual({ ...facts, ...little });
  });
});

describe("what a relation is by its materialization", () => {
  it.each([
    ["view", "view"],
    ["dynamic_table", "materialized-view"],
    ["incremental", "table"],
    [null, "table"],
    ["constructor", "table"],
    ["__proto__", "table"],
  ])("is of %j a %s", (materialized, kind) => {
    expect(kindOf({ facts: { ...facts, materialized } })).toBe(kind);
  });
});
