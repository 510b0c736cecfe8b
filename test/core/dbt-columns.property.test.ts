import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asManual } from "#core/dbt/layer.ts";
import { awaitsRun, unedited, withdrawnAfter, type Stated } from "#core/dictionary/column-edit.ts";
import {
  columnDescription,
  columnTags,
  dbtColumns,
  type ColumnLayers,
} from "#core/dictionary/dbt-columns.ts";
import { foldName } from "#core/names/fold.ts";
import type { ColumnEdit, DbtColumn, DictionarySource } from "#core/sources/data-source.ts";
import { aColumnEdit, aDataSource } from "#test/support/catalog-records.ts";
import { dbtFacts } from "#test/support/dbt-records.ts";

const at = new Date("2026-02-03T04:05:06.000Z");
const by = "usr_2";
const named = (...names: readonly string[]) => names.map((name) => ({ id: `col ${name}`, name }));
const says = (name: string, given: Partial<DbtColumn> = {}): DbtColumn => ({
  name,
  description: `dbt on ${name}`,
  tagIds: [],
  ...given,
});
/** What each column of a dictionary gets of what dbt says, by names alone. */
const matched = (columns: readonly string[], said: readonly string[]) =>
  Object.fromEntries(
    [...dbtColumns(named(...columns), dbtFacts(said.map((name) => says(name))))].map(([id, column]) => [
      id.slice(4),
      column.name,
    ]),
  );

describe("a column of dbt's", () => {
  it.each([
    ["is the one of exactly its name", ["ID", "id"], ["id"], { id: "id" }],
    ["is the only one of its name ignoring case", ["ORDER_ID"], ["order_id"], { ORDER_ID: "order_id" }],
    ["is none where two have its name ignoring case", ["ID", "Id"], ["id"], {}],
    ["is none where dbt means two by it", ["id"], ["ID", "Id"], {}],
    ["leaves the one to whom the name is exact", ["id"], ["ID", "id"], { id: "id" }],
    ["is none where there is no such column", ["id"], ["amount"], {}],
    ["is the first of two of one name", ["id"], ["id", "id"], { id: "id" }],
  ] as const)("%s", (_, columns, said, expected) => {
    expect(matched(columns, said)).toEqual(expected);
  });

  it("stands with one column at most, and each column with one of dbt's, whose name is its own but for case", () => {
    const names = fc.uniqueArray(fc.constantFrom<string>("a", "A", "b", "B", "ä", "Ä", "a_b", "A_B", "c"));
    fc.assert(
      fc.property(names, names, (columns, said) => {
        const found = Object.entries(matched(columns, said));
        expect(new Set(found.map(([, name]) => name)).size).toBe(found.length);
        for (const [column, name] of found) expect(foldName(column)).toBe(foldName(name));
        const exact = said.filter((name) => columns.includes(name)).map((name) => [name, name]);
        expect(found).toEqual(expect.arrayContaining(exact));
      }),
    );
  });
});

const tagIds = ["tag_1", "tag_2", "tag_3", "tag_4"];
const someTags = fc.uniqueArray(fc.constantFrom(...tagIds));
const aText = fc.option(fc.constantFrom("", "one", "two"));
const anEdit: fc.Arbitrary<Stated> = fc.record({
  description: aText,
  tags: someTags.map((ids) =>
    ids.map((tagId) => ({ tagId, provenance: "manual" as const, appliedBy: "usr_1", appliedAt: "then" })),
  ),
  withdrawn: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...tagIds), fc.boolean()), { selector: ([id]) => id })
    .map((all) => all.map(([tagId, keptAway]) => ({ tagId, keptAway, by: "usr_1", at: "then" }))),
});
const layers = fc.record({
  edit: anEdit,
  dbt: fc.option(fc.record({ name: fc.constant("c"), description: aText, tagIds: someTags }), {
    nil: undefined,
  }),
  comment: fc.constantFrom("", "the remote's"),
  source: fc.constantFrom<DictionarySource>("remote", "manual", "dbt"),
});

/** What people and dbt say of a column, first what counts first. */
const statedOf = ({ schema, dbt, edit, source }: ColumnLayers) =>
  [
    { text: edit?.description, by: "manual" },
    { text: source === "manual" && schema.comment !== "" ? schema.comment : null, by: "manual" },
    { text: dbt?.description, by: "dbt" },
  ].filter(({ text }) => typeof text === "string");

describe("of the layers of a column", () => {
  it("a person's word is never lost, and dbt's stands where there is none and nobody took it away", () => {
    fc.assert(
      fc.property(layers, ({ edit, dbt, comment, source }) => {
        const column = { schema: { comment }, dbt, edit, source };
        const words = statedOf(column);
        const { value, provenance } = columnDescription(column);
        expect([value, words[0]?.by ?? provenance]).toEqual([words[0]?.text ?? comment, provenance]);

        const shown = columnTags(column);
        const own = edit.tags.map(({ tagId }) => tagId);
        const away = edit.withdrawn.map(({ tagId }) => tagId);
        expect(shown.filter((one) => one.provenance === "manual").map(({ tagId }) => tagId)).toEqual(own);
        const brought = (dbt?.tagIds ?? []).filter((id) => !own.includes(id) && !away.includes(id));
        expect(shown.filter((one) => one.provenance === "dbt").map(({ tagId }) => tagId)).toEqual(brought);
      }),
    );
  });

  it("becoming a person's alone changes nothing of what is shown but whose word it is, and is done once", () => {
    fc.assert(
      fc.property(layers, ({ edit, dbt, comment, source }) => {
        const column = { ...named("c")[0], id: "col_1", name: "c", comment };
        const dictionary = { ...aDataSource().dictionary, source };
        const view = {
          dataSource: aDataSource({ dictionary }),
          columns: [{ ...column, ...restOfColumn }],
          edits: new Map<string, ColumnEdit>([["col_1", aColumnEdit(edit)]]),
          dbt: dbt === undefined ? null : dbtFacts([dbt]),
        };
        const before = { schema: column, dbt, edit, source };
        const { dataSource, edits } = asManual(view, by, at);
        const after = edits[0] ?? edit;
        const alone = { schema: column, dbt: undefined, edit: after, source: dataSource.dictionary.source };
        expect(columnDescription(alone).value).toBe(columnDescription(before).value);
        const idsOf = (of: Parameters<typeof columnTags>[0]) => columnTags(of).map(({ tagId }) => tagId);
        expect(idsOf(alone)).toEqual(idsOf(before));
        expect(columnDescription(alone).provenance).not.toBe("dbt");
        expect(after.withdrawn).toEqual([]);
        const settled = new Map(edits.map((one) => [one.columnId, one] as const));
        const again = asManual({ ...view, dataSource, dbt: null, edits: settled }, by, at);
        expect(edits.length === 0 ? [] : again.edits).toEqual([]);
      }),
    );
  });
});

const restOfColumn = {
  ordinal: 1,
  dataType: "text",
  remoteType: "text",
  nullable: true,
  countable: true,
  inPrimaryKey: false,
  unique: false,
} as const;

/** A person's change of a column's tags, on what dbt says of it. */
function retagged(
  edit: Stated,
  dbtTagIds: readonly string[],
  change: {
    readonly removed?: readonly string[];
    readonly added?: readonly string[];
    readonly keepAway?: boolean;
  },
): Stated {
  const [removed, added] = [new Set(change.removed), new Set(change.added)];
  const kept = edit.tags.filter(({ tagId }) => !removed.has(tagId) && !added.has(tagId));
  return {
    description: edit.description,
    tags: [
      ...kept,
      ...[...added].map((tagId) => ({
        tagId,
        provenance: "manual" as const,
        appliedBy: by,
        appliedAt: "now",
      })),
    ],
    withdrawn: withdrawnAfter(edit.withdrawn, {
      removed,
      added,
      keepAway: change.keepAway ?? false,
      dbtTagIds: new Set(dbtTagIds),
      by,
      at: "now",
    }),
  };
}

/** The next run of dbt clears what was taken away until then. */
const afterRun = (edit: Stated): Stated => ({
  ...edit,
  withdrawn: edit.withdrawn.filter(({ keptAway }) => keptAway),
});
const shownOf = (edit: Stated, dbtTagIds: readonly string[]) =>
  columnTags({ dbt: says("c", { tagIds: dbtTagIds }), edit })
    .map(({ tagId }) => tagId)
    .toSorted();

describe("a tag that is taken off a column", () => {
  it("is gone, and back with the next run if dbt has it, which that run is told", () => {
    fc.assert(
      fc.property(anEdit, someTags, fc.constantFrom(...tagIds), (edit, dbts, tagId) => {
        const off = retagged(edit, dbts, { removed: [tagId] });
        expect(shownOf(off, dbts)).not.toContain(tagId);
        expect(shownOf(afterRun(off), dbts).includes(tagId)).toBe(dbts.includes(tagId));
        const isNews = shownOf(afterRun(off), dbts).length > shownOf(off, dbts).length;
        const wasAwaited = edit.withdrawn.some(({ keptAway }) => !keptAway);
        expect(awaitsRun(edit.withdrawn, off.withdrawn) || wasAwaited || !isNews).toBe(true);
      }),
    );
  });

  it("is not back with any run where it is kept away, until that is ended or somebody puts it there", () => {
    fc.assert(
      fc.property(anEdit, someTags, fc.constantFrom(...tagIds), (edit, dbts, tagId) => {
        const away = retagged(edit, dbts, { removed: [tagId], keepAway: true });
        expect(shownOf(afterRun(away), dbts)).not.toContain(tagId);
        expect(shownOf(afterRun(away), [...dbts, tagId])).not.toContain(tagId);
        const ended = retagged(away, dbts, { removed: [tagId] });
        expect(awaitsRun(away.withdrawn, ended.withdrawn)).toBe(true);
        expect(shownOf(afterRun(ended), [...dbts, tagId])).toContain(tagId);
        const put = retagged(away, dbts, { added: [tagId] });
        expect(shownOf(put, dbts)).toContain(tagId);
        expect(awaitsRun(away.withdrawn, put.withdrawn)).toBe(true);
        const putOff = retagged(put, dbts, { removed: [tagId] });
        expect(shownOf(afterRun(putOff), dbts).includes(tagId)).toBe(dbts.includes(tagId));
      }),
    );
  });

  it("and put there again shows the column as it was, before and after the next run", () => {
    fc.assert(
      fc.property(
        someTags,
        someTags,
        fc.constantFrom(...tagIds),
        fc.boolean(),
        (own, dbts, tagId, keepAway) => {
          const edit = retagged(unedited, [], { added: own });
          fc.pre(shownOf(edit, dbts).includes(tagId));
          const back = retagged(retagged(edit, dbts, { removed: [tagId], keepAway }), dbts, {
            added: [tagId],
          });
          expect(shownOf(back, dbts)).toEqual(shownOf(edit, dbts));
          expect(shownOf(afterRun(back), dbts)).toEqual(shownOf(edit, dbts));
          expect(back.withdrawn).toEqual([]);
        },
      ),
    );
  });

  it("states nothing of dbt where dbt has no say in the data source", () => {
    const retagging = { removed: new Set(["tag_1"]), added: new Set<string>(), by, at: "now" };
    for (const keepAway of [true, false]) {
      expect(withdrawnAfter([], { ...retagging, keepAway, dbtTagIds: null })).toEqual([]);
    }
  });

  it("is one of a hundred at most that are kept away", () => {
    const removed = (count: number) => new Set(Array.from({ length: count }, (_, index) => `tag_${index}`));
    const retagging = {
      keepAway: true,
      added: new Set<string>(),
      dbtTagIds: new Set<string>(),
      by,
      at: "now",
    };
    expect(withdrawnAfter([], { ...retagging, removed: removed(100) })).toHaveLength(100);
    expect(() => withdrawnAfter([], { ...retagging, removed: removed(101) })).toThrow("at most 100 tags");
  });
});

describe("a data source whose dbt goes and whose word stays", () => {
  it("keeps each tag once, a person's before dbt's, and its own description before dbt's", () => {
    const tag = (tagId: string, provenance: "manual" | "dbt", appliedBy: string) => ({
      tagId,
      provenance,
      appliedBy,
      appliedAt: "then",
    });
    const dataSource = aDataSource({
      description: { manual: null, dbt: "dbt's", schema: "the remote's" },
      tags: [tag("tag_1", "dbt", "system"), tag("tag_1", "manual", "usr_1"), tag("tag_2", "dbt", "system")],
      keptAway: [{ tagId: "tag_3", by: "usr_1", at: "then" }],
    });
    const view = { dataSource, columns: [], edits: new Map(), dbt: dbtFacts([]) };
    expect(asManual(view, by, at).dataSource).toMatchObject({
      description: { manual: "dbt's", dbt: null, schema: "the remote's" },
      tags: [tag("tag_1", "manual", "usr_1"), tag("tag_2", "manual", "system")],
      keptAway: [],
      dbt: null,
    });
    const own = { ...dataSource, description: { ...dataSource.description, manual: "" } };
    expect(asManual({ ...view, dataSource: own }, by, at).dataSource.description.manual).toBe("");
  });
});
