import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldName } from "#core/names/fold.ts";
import type { RemoteColumn } from "#core/ports/remote.ts";
import { maxGoneColumns, mergeDictionary } from "#core/dictionary/merge-dictionary.ts";
import type { StoredColumns } from "#core/dictionary/match-columns.ts";
import { aColumn } from "#test/support/records.ts";

const at = "2026-01-02T00:00:00.000Z";
const nothing: StoredColumns = { columns: [], gone: [] };

let made = 0;
const nextId = (): string => `new_${(made += 1)}`;

/** A column as the remote describes it: no id. */
const described = (name: string, given: Partial<RemoteColumn> = {}): RemoteColumn => {
  const { id: _, ...column } = aColumn({ name });
  return { ...column, ...given };
};

/** Columns in their order, each known to the remote by its number. */
const numbered = (...columns: readonly (readonly [number, string])[]): readonly RemoteColumn[] =>
  columns.map(([number, name], index) => described(name, { identity: String(number), ordinal: index + 1 }));

const merge = (stored: StoredColumns, columns: readonly RemoteColumn[], sameObject = true) =>
  mergeDictionary(stored, { columns, sameObject, at }, nextId);

const first = (...columns: readonly (readonly [number, string])[]) => merge(nothing, numbered(...columns));
const idOf = ({ columns, gone }: StoredColumns, name: string): string | undefined =>
  [...columns, ...gone].find((column) => column.name === name)?.id;

describe("a dictionary described anew within the same remote object", () => {
  it("is the stored one itself where nothing changed", () => {
    const stored = first([1, "id"], [2, "email"]);
    const again = merge(stored, numbered([1, "id"], [2, "email"]));
    expect(again.changes).toBeNull();
    expect(again.columns).toBe(stored.columns);
    expect(again.gone).toBe(stored.gone);
  });

  it("keeps a renamed column's id", () => {
    const stored = first([1, "id"], [2, "email"]);
    const after = merge(stored, numbered([1, "id"], [2, "mail"]));
    expect(idOf(after, "mail")).toBe(idOf(stored, "email"));
    expect(after.gone).toEqual([]);
    expect(after.changes).toMatchObject({ renamed: [{ from: "email", to: "mail" }], added: [], removed: [] });
  });

  it("sees that two columns swapped their names", () => {
    const stored = first([1, "a"], [2, "b"]);
    const after = merge(stored, numbered([1, "b"], [2, "a"]));
    expect([idOf(after, "b"), idOf(after, "a")]).toEqual([idOf(stored, "a"), idOf(stored, "b")]);
  });

  it("gives a dropped column that is made again under its name its id back, sooner or later", () => {
    const stored = first([1, "id"], [2, "email"]);
    const atOnce = merge(stored, numbered([1, "id"], [3, "email"]));
    expect(idOf(atOnce, "email")).toBe(idOf(stored, "email"));
    const without = merge(stored, numbered([1, "id"]));
    expect(without.gone).toEqual([{ id: idOf(stored, "email"), name: "email", removedAt: at }]);
    const later = merge(without, numbered([1, "id"], [3, "email"]));
    expect(idOf(later, "email")).toBe(idOf(stored, "email"));
    expect(later.changes).toMatchObject({ returned: ["email"], added: [] });
    expect(later.gone).toEqual([]);
  });

  it("does not take a new column for a dropped one whose name another bears now", () => {
    const stored = first([1, "a"], [2, "b"]);
    const after = merge(stored, numbered([2, "a"], [3, "b"]));
    expect(idOf(after, "a")).toBe(idOf(stored, "b"));
    // The name alone is left to tell by, and the column that bore it went on under another.
    expect(idOf(after, "b")).not.toBe(idOf(stored, "b"));
  });

  it("matches what was stored before identities were known by name", () => {
    const stored = merge(nothing, [described("id"), described("email")]);
    const after = merge(stored, numbered([1, "id"], [2, "email"]));
    expect(after.columns.map(({ id }) => id)).toEqual(stored.columns.map(({ id }) => id));
  });
});

describe("a dictionary described from another object of its name", () => {
  it("goes by names, whatever the new object calls its columns by", () => {
    const stored = first([1, "id"], [2, "email"]);
    const after = merge(stored, numbered([1, "email"], [2, "id"]), false);
    expect(idOf(after, "id")).toBe(idOf(stored, "id"));
    expect(idOf(after, "email")).toBe(idOf(stored, "email"));
  });

  it("finds a name in another case where it is the only one", () => {
    const stored = first([1, "Email"], [2, "Twin"], [3, "twin"]);
    const after = merge(stored, numbered([1, "email"], [2, "TWIN"]), false);
    expect(idOf(after, "email")).toBe(idOf(stored, "Email"));
    expect(after.changes).toMatchObject({ renamed: [{ from: "Email", to: "email" }], added: ["TWIN"] });
    expect(after.gone.map(({ name }) => name)).toEqual(["Twin", "twin"]);
  });

  it("says nothing of a rebuild that changed nothing", () => {
    const stored = first([1, "id"], [2, "email"]);
    expect(merge(stored, numbered([1, "id"], [2, "email"]), false).changes).toBeNull();
  });
});

describe("what changed", () => {
  it("tells types by the remote's names, and what else the remote says", () => {
    const stored = merge(nothing, [described("a"), described("b"), described("c")]);
    const after = merge(stored, [
      described("a", { dataType: "integer", remoteType: "integer" }),
      described("b", { nullable: false, comment: "Now with a comment" }),
      described("c"),
    ]);
    expect(after.changes).toEqual({
      added: [],
      returned: [],
      removed: [],
      renamed: [],
      retyped: [{ name: "a", from: "text", to: "integer" }],
      altered: ["b"],
    });
  });

  it("is something also where columns only changed places", () => {
    const stored = first([1, "a"], [2, "b"]);
    expect(merge(stored, numbered([2, "b"], [1, "a"])).changes).not.toBeNull();
  });
});

describe("columns that went", () => {
  it("are remembered up to a bound, the last to go first", () => {
    const names = (from: number) =>
      Array.from({ length: maxGoneColumns }, (_, index) => described(`c${from + index}`));
    const all = merge(merge(nothing, names(0)), names(maxGoneColumns));
    expect(all.gone).toHaveLength(maxGoneColumns);
    const none = merge(all, []);
    expect(none.gone.map(({ name }) => name)).toEqual(names(maxGoneColumns).map(({ name }) => name));
  });
});

/** What a look at a table finds. */
interface Look {
  readonly sameObject: boolean;
  readonly columns: readonly { readonly name: string; readonly number: number }[];
}
const step: fc.Arbitrary<Look> = fc.record({
  sameObject: fc.boolean(),
  columns: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "A", "b", "B", "c", "ä", "d"),
      number: fc.integer({ min: 1, max: 9 }),
    }),
    { selector: ({ name }) => name, maxLength: 6 },
  ),
});
const numberOnce = ({ columns }: Look): readonly RemoteColumn[] => {
  const seen = new Set<number>();
  const unique = columns.filter(({ number }) => !seen.has(number) && seen.add(number));
  return numbered(...unique.map(({ number, name }) => [number, name] as const));
};

describe("whatever happens to a table,", () => {
  it("no id is lost or given twice, and each column has the remote's facts", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (history) => {
        let stored: StoredColumns = nothing;
        for (const one of history) {
          const columns = numberOnce(one);
          const after = merge(stored, columns, one.sameObject);
          const ids = [...after.columns, ...after.gone].map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          for (const { id } of [...stored.columns, ...stored.gone]) expect(ids).toContain(id);
          expect(after.columns).toEqual(columns.map((column, index) => ({ ...column, id: ids[index] })));
          expect(after.gone.every(({ id }) => !after.columns.some((column) => column.id === id))).toBe(true);
          stored = after;
        }
      }),
    );
  });

  it("within one object every column that is still there keeps its id", () => {
    fc.assert(
      fc.property(step, step, (one, two) => {
        const stored = merge(nothing, numberOnce(one));
        const after = merge(stored, numberOnce(two));
        const now = new Map(after.columns.map(({ identity, id }) => [identity, id]));
        const lasting = stored.columns.filter(({ identity }) => now.has(identity));
        expect(lasting.map(({ identity }) => now.get(identity))).toEqual(lasting.map(({ id }) => id));
      }),
    );
  });

  it("a second look changes nothing", () => {
    fc.assert(
      fc.property(step, step, (one, two) => {
        const after = merge(merge(nothing, numberOnce(one)), numberOnce(two), two.sameObject);
        expect(merge(after, numberOnce(two)).changes).toBeNull();
        expect(merge(after, numberOnce(two), false).changes).toBeNull();
      }),
    );
  });

  it("a name that was there, and is there again in another object, has its id", () => {
    fc.assert(
      fc.property(step, step, (one, two) => {
        const stored = merge(nothing, numberOnce(one));
        const after = merge(stored, numberOnce(two), false);
        const [was, is] = [stored, after].map(
          ({ columns }) => new Map(columns.map(({ id, name }) => [name, id])),
        );
        const lasting = [...(was?.keys() ?? [])].filter((name) => is?.has(name) === true);
        expect(lasting.map((name) => is?.get(name))).toEqual(lasting.map((name) => was?.get(name)));
        const names = new Map(stored.columns.map(({ id, name }) => [id, foldName(name)]));
        const kept = after.columns.filter(({ id }) => names.has(id));
        expect(kept.map(({ id }) => names.get(id))).toEqual(kept.map(({ name }) => foldName(name)));
      }),
    );
  });
});
