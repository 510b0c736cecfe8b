import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TagTree } from "#core/tags/tag-tree.ts";
import type { TagRecord } from "#core/tags/tag.ts";
import { aTag } from "#test/support/catalog-records.ts";

const state = { version: 1, deletions: 0 };
const treeOf = (...records: readonly TagRecord[]) => new TagTree(records, state);

const pii = aTag({ id: "tag_1", segment: "PII" });
const ssn = aTag({ id: "tag_2", parentId: "tag_1", segment: "SSN" });
const us = aTag({ id: "tag_3", parentId: "tag_2", segment: "U.S.".replaceAll(".", "") });

describe("the tree of tags", () => {
  it("names a tag by all that it stands below", () => {
    const tree = treeOf(us, ssn, pii);
    expect(["tag_1", "tag_2", "tag_3"].map((id) => tree.get(id)?.name)).toEqual([
      "PII",
      "PII.SSN",
      "PII.SSN.US",
    ]);
    expect(tree.find("pii.ssn")?.id).toBe("tag_2");
    expect(tree.find("SSN")).toBeUndefined();
    expect(tree.descendants("tag_1").map(({ id }) => id)).toEqual(["tag_2", "tag_3"]);
    expect(tree.descendants("tag_3")).toEqual([]);
  });

  it("leaves out what stands below nothing that is there, and what stands below itself", () => {
    const lost = aTag({ parentId: "tag_gone", segment: "lost" });
    const [a, b] = [
      aTag({ id: "tag_a", parentId: "tag_b", segment: "a" }),
      aTag({ id: "tag_b", parentId: "tag_a", segment: "b" }),
    ];
    expect(
      treeOf(pii, lost, a, b)
        .all()
        .map(({ id }) => id),
    ).toEqual(["tag_1"]);
  });

  /** Random trees: each tag stands below one that came before it, or below none. */
  const records = fc
    .array(fc.tuple(fc.nat(30), fc.stringMatching(/^[A-Za-z _-]{1,4}$/u)), { maxLength: 30 })
    .map((made) =>
      made.map(([above, segment], index) =>
        aTag({
          id: `tag_${index}`,
          parentId: above % (index + 1) === 0 ? null : `tag_${(above % (index + 1)) - 1}`,
          segment: `${segment}${index}`,
        }),
      ),
    );

  it("is what a naive walk says, for any tree, in any order of its records", () => {
    fc.assert(
      fc.property(
        records.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([all, shuffled]) => {
          const byId = new Map(all.map((record) => [record.id, record]));
          const nameOf = (record: TagRecord): string => {
            const parent = record.parentId === null ? undefined : byId.get(record.parentId);
            return parent === undefined ? record.segment : `${nameOf(parent)}.${record.segment}`;
          };
          const isBelow = (record: TagRecord, id: string): boolean =>
            record.parentId === id ||
            (record.parentId !== null && isBelow(byId.get(record.parentId) ?? record, id));
          const tree = treeOf(...shuffled);
          expect(tree.size).toBe(all.length);
          for (const record of all) {
            expect(tree.get(record.id)?.name).toBe(nameOf(record));
            expect(tree.find(nameOf(record).toUpperCase())?.id).toBe(record.id);
            const below = tree.descendants(record.id).map(({ id }) => id);
            expect(new Set(below)).toEqual(
              new Set(all.filter((one) => isBelow(one, record.id)).map(({ id }) => id)),
            );
          }
          const names = tree.all().map(({ name }) => name.toLowerCase());
          expect(names).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)));
        },
      ),
    );
  });
});
