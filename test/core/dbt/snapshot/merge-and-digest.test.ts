import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf, standsAs } from "#core/dbt/digest.ts";
import { canonicalForms } from "#core/dbt/snapshot/canonical.ts";
import { GroupOwners } from "#core/dbt/snapshot/facts.ts";
import { projectFactsOf } from "#core/dbt/snapshot/origin.ts";
import { mergedRelation, relationOf, type RelationFacts } from "#core/dbt/snapshot/relation.ts";

const project = projectFactsOf({ adapter_type: "postgres", dbt_version: "1.11.2" });

function relation(uniqueId: string, fields: object): RelationFacts {
  const [resource_type, package_name, name] = uniqueId.split(".");
  const node = { resource_type, package_name, name, schema: "raw", ...fields };
  const made = relationOf({ uniqueId, node, catalog: null, built: false }, project, new GroupOwners());
  if (made === null) throw new Error(`${uniqueId} is no relation`);
  return made;
}

describe("nodes of one relation", () => {
  const seed = relation("seed.shop.countries", {
    tags: ["a"],
    columns: { code: { tags: ["x"] } },
    depends_on: { nodes: ["b", "a"] },
    config: { materialized: "seed" },
  });
  const source = relation("source.shop.countries", {
    description: "as a source",
    tags: ["b", "a"],
    columns: { CODE: { description: "two letters", data_type: "text" }, name: {} },
    depends_on: { nodes: ["a", "c"] },
    meta: { owner: "@alice" },
  });

  it("become one, in which the first one's word counts but where it says nothing", () => {
    expect(mergedRelation(seed, { ...source, built: true })).toMatchObject({
      key: "raw.countries",
      description: "as a source",
      tags: ["a", "b"],
      columns: [
        { name: "code", description: "two letters", tags: ["x"], dataType: "text" },
        { name: "name" },
      ],
      facts: {
        uniqueIds: ["seed.shop.countries", "source.shop.countries"],
        dependsOn: ["a", "b", "c"],
        resourceType: "seed",
        materialized: "seed",
        owner: "@alice",
      },
      built: true,
    });
  });
});

describe("the canonical form", () => {
  const tag = fc.string({ maxLength: 4 });
  const column = fc.record({ description: tag, tags: fc.uniqueArray(tag), data_type: fc.option(tag) });
  const given = fc.record({
    description: fc.string(),
    tags: fc.uniqueArray(tag.filter((text) => text !== "")),
    depends: fc.uniqueArray(tag.filter((text) => text !== "")),
    columns: fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,3}$/), column), {
      selector: ([name]) => name,
    }),
  });
  const made = ({
    description,
    tags,
    depends,
    columns,
  }: typeof given extends fc.Arbitrary<infer T> ? T : never) =>
    relation("model.shop.orders", {
      description,
      tags,
      depends_on: { nodes: depends },
      columns: Object.fromEntries(columns),
    });

  it("is the same in whatever order tags, columns and what it depends on stand", () => {
    const shuffled = given.chain((one) =>
      fc
        .record({
          tags: fc.shuffledSubarray(one.tags, { minLength: one.tags.length }),
          depends: fc.shuffledSubarray(one.depends, { minLength: one.depends.length }),
          columns: fc.shuffledSubarray(one.columns, { minLength: one.columns.length }),
        })
        .map((other) => [one, { ...one, ...other }] as const),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(canonicalForms(made(other))).toEqual(canonicalForms(made(one)));
      }),
    );
  });

  const base = {
    description: "d",
    tags: ["a"],
    columns: { id: { description: "k", tags: ["t"], data_type: "int" } },
  };
  it.each([
    ["description", { description: "other" }],
    ["a tag", { tags: ["a", "b"] }],
    ["the case of a tag", { tags: ["A"] }],
    ["a column", { columns: { ...base.columns, more: {} } }],
    ["a column's description", { columns: { id: { ...base.columns.id, description: "" } } }],
    ["a column's tags", { columns: { id: { ...base.columns.id, tags: [] } } }],
    ["a column's type", { columns: { id: { ...base.columns.id, data_type: "bigint" } } }],
    ["the spelling of its table", { alias: "Orders" }],
    ["what it is made from", { depends_on: { nodes: ["seed.shop.x"] } }],
    ["its owner", { meta: { owner: "@alice" } }],
    ["its contract", { contract: { enforced: true } }],
    ["its access", { access: "public" }],
    ["its version", { version: 2 }],
    ["its materialization", { config: { materialized: "view" } }],
  ])("is another one when %s changes", (_what, change) => {
    const form = (fields: object) => canonicalForms(relation("model.shop.orders", { ...base, ...fields }));
    expect(form(change)).not.toEqual(form({}));
  });

  it("has nothing of which run built it", () => {
    const one = relation("model.shop.orders", base);
    expect(canonicalForms({ ...one, built: true })).toEqual(canonicalForms(one));
  });

  describe("compared with the one that stands", () => {
    const of = (fields: object, inCatalog: boolean) => {
      const made = relation("model.shop.orders", { ...base, ...fields });
      const columns = made.columns.map((column) => ({ ...column, inCatalog }));
      return digestOf(canonicalForms({ ...made, columns }), (text) => text.replaceAll(".", "·"));
    };
    const retyped = { columns: { id: { ...base.columns.id, data_type: "bigint" } } };
    const redescribed = { description: "other" };

    it.each([
      ["the same", of({}, true), of({}, true), true],
      ["a run without a catalog after one with it", of({}, true), of(retyped, false), true],
      ["a run with a catalog after one without", of({}, false), of({}, true), false],
      ["another type by the catalog", of({}, true), of(retyped, true), false],
      ["another type by the project", of({}, false), of(retyped, false), false],
      ["another description without a catalog", of({}, true), of(redescribed, false), false],
      ["nothing that stands", null, of({}, true), false],
    ])("tells %s", (_what, standing, digest, stands) => {
      expect(standsAs(standing, digest, false)).toBe(stands);
    });

    it("asks for dbt's words alone where a remote tells the table", () => {
      expect(standsAs(of({}, true), of(retyped, true), true)).toBe(true);
      expect(standsAs(of({}, true), of(redescribed, true), true)).toBe(false);
    });
  });
});
