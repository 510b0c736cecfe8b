import { describe, expect, it } from "vitest";
import { columnsOf, mergedColumns } from "#core/dbt/snapshot/columns.ts";
import { isFusion, projectFactsOf } from "#core/dbt/snapshot/origin.ts";
import { columnTagsOf, tagsOf } from "#core/dbt/snapshot/tags.ts";

describe("tags", () => {
  it("are those at the top and those of the configuration, each once, in their order", () => {
    expect(tagsOf({ tags: ["b", "a"], config: { tags: ["a", "c"] } })).toEqual(["b", "a", "c"]);
    expect(tagsOf({ config: { tags: ["only"] } })).toEqual(["only"]);
    expect(tagsOf({ tags: ["only"], config: {} })).toEqual(["only"]);
  });

  it("may be one text", () => {
    expect(tagsOf({ tags: "one", config: { tags: "two" } })).toEqual(["one", "two"]);
  });

  it("keep their case and their dots, and are none where there is nothing or something else", () => {
    expect(tagsOf({ tags: ["PII", "pii", "dept.hr"] })).toEqual(["PII", "pii", "dept.hr"]);
    for (const tags of [null, undefined, {}, [null, "", {}, []]])
      expect(tagsOf({ tags, config: null })).toEqual([]);
  });

  it("of a column that Fusion took over from the table are not the column's, in whatever order", () => {
    const fusion = { tableTags: ["a", "b"], fusion: true };
    expect(columnTagsOf({ tags: ["b", "a"], config: {} }, fusion)).toEqual([]);
    expect(columnTagsOf({ tags: ["b", "a"], config: { tags: [] } }, fusion)).toEqual([]);
    expect(columnTagsOf({ tags: ["a", "b"], config: { tags: ["a", "b"] } }, fusion)).toEqual(["a", "b"]);
    expect(columnTagsOf({ tags: ["a"] }, fusion)).toEqual(["a"]);
    expect(columnTagsOf({ tags: ["a", "b"] }, { ...fusion, fusion: false })).toEqual(["a", "b"]);
  });

  it("are taken as Fusion's from dbt 2.0 on, but not of release tracks, which count in years", () => {
    const fusion = (dbt_version: string) => isFusion(projectFactsOf({ dbt_version }).origin);
    expect(["2.0.0-preview.173", "2.0.0-beta.2", "2.1.0", "3.0.0"].map(fusion)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(["1.11.2", "0.19.1", "2025.9.30+21d3fd7", "2024.9.246", "", "PREVIOUS"].map(fusion)).toEqual(
      Array.from({ length: 6 }, () => false),
    );
  });
});

const none = { tableTags: [], fusion: false };
const manifest = (columns: object) => ({ columns });
const catalog = (...columns: readonly (readonly [name: string, index: number])[]) => ({
  columns: Object.fromEntries(
    columns.map(([name, index]) => [name, { name, index, type: `type of ${name}` }]),
  ),
});

describe("columns", () => {
  it("stand in the warehouse's order with its names and types, then those that only the project knows", () => {
    const node = manifest({
      note: { name: "note", description: "written about", data_type: "text" },
      id: { name: "id", description: "the key", data_type: "bigint", tags: ["key"] },
    });
    expect(columnsOf(node, catalog(["NAME", 2], ["ID", 1]), none)).toEqual([
      { name: "ID", description: "the key", tags: ["key"], dataType: "type of ID", inCatalog: true },
      { name: "NAME", description: "", tags: [], dataType: "type of NAME", inCatalog: true },
      { name: "note", description: "written about", tags: [], dataType: "text", inCatalog: false },
    ]);
  });

  it("are joined by the exact name before any other case", () => {
    const node = manifest({ id: { description: "small" }, ID: { description: "large" } });
    expect(
      columnsOf(node, catalog(["ID", 1], ["id", 2]), none).map(({ name, description }) => [
        name,
        description,
      ]),
    ).toEqual([
      ["ID", "large"],
      ["id", "small"],
    ]);
  });

  it("that a warehouse keeps apart by case stay apart", () => {
    const names = columnsOf(manifest({}), catalog(["Id", 1], ["id", 2]), none).map(({ name }) => name);
    expect(names).toEqual(["Id", "id"]);
  });

  it("may have any name", () => {
    const node = {
      columns: JSON.parse('{"__proto__":{"description":"odd"},"amount,":{},"größe":{}}') as unknown,
    };
    expect(columnsOf(node, null, none).map(({ name }) => name)).toEqual(["__proto__", "amount,", "größe"]);
  });

  it("of two nodes are joined whatever their case: the first one's word counts, but where it says nothing", () => {
    const column = { description: "", tags: [], dataType: null, inCatalog: false };
    const first = [{ ...column, name: "id", tags: ["a"], dataType: "int" }];
    const then = [
      {
        ...column,
        name: "ID",
        description: "the key",
        tags: ["b", "a"],
        dataType: "bigint",
        inCatalog: true,
      },
      { ...column, name: "more" },
    ];
    expect(mergedColumns(first, then)).toEqual([
      { name: "ID", description: "the key", tags: ["a", "b"], dataType: "int", inCatalog: true },
      { ...column, name: "more" },
    ]);
  });

  it("are none of what is no columns at all", () => {
    for (const columns of [null, [], "text", 5])
      expect(columnsOf({ columns }, { columns }, none)).toEqual([]);
  });
});
