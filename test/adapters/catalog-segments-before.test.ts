import { readFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { pipeline } from "node:stream/promises";
import { createReadStream, createWriteStream } from "node:fs";
import { createGunzip, createGzip } from "node:zlib";
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import { expect, describe, it } from "vitest";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import { catalogOf, documentsOf, expected } from "#test/support/catalog-model.ts";
import { aQuery, aTerm, everyPage, theFilters } from "#test/support/catalog-queries.ts";
import {
  aSegmentedCatalog,
  listed,
  rolesListed,
  rolesWanted,
  wanted,
  type SegmentedCatalog,
} from "#test/support/segmented-catalog.ts";

const fixtures = new URL("../fixtures/segments/", import.meta.url);
const madeOf = z.object({ sha256: z.string(), changes: z.array(z.custom<CatalogChange>()) });

/** A catalog that was upgraded: its segment is one that the shape before made of these changes. */
async function anUpgradedCatalog(): Promise<SegmentedCatalog> {
  const catalog = await aSegmentedCatalog();
  const { sha256, changes } = madeOf.parse(
    JSON.parse(await readFile(new URL("shape-1.json", fixtures), "utf8")),
  );
  await catalog.files.put("shape-1", new URL("shape-1.segment", fixtures).pathname);
  await pointTo(catalog, "shape-1", sha256);
  catalog.changes.push(...changes);
  return catalog;
}

const pointTo = (catalog: SegmentedCatalog, id: string, sha256: string) =>
  catalog.pointers.moveSegmentPointer({
    version: (catalog.pointer()?.version ?? 0) + 1,
    epoch: 1,
    current: { id, watermark: "dlt_000000", sha256 },
    previous: null,
    floor: null,
    movedAt: catalog.clock.now().toISOString(),
  });

const shapeOf = async (catalog: SegmentedCatalog): Promise<unknown> => {
  const [packed, file] = [
    join(catalog.directory, `${catalog.pointer()?.current.id}.segment`),
    join(catalog.directory, "unpacked.db"),
  ];
  await pipeline(createReadStream(packed), createGunzip(), createWriteStream(file));
  const database = new DatabaseSync(file);
  const { user_version: shape } = database.prepare("pragma user_version").get() ?? {};
  database.close();
  return shape;
};

/** Everything that it is asked, as a plain look at all changes answers it. */
async function expectSame(catalog: SegmentedCatalog): Promise<void> {
  const replica = catalog.replica();
  expect(await listed(replica)).toEqual(wanted(catalog));
  expect(await rolesListed(replica)).toEqual(rolesWanted(catalog));
  for (const sight of ["read", "discover"] as const) {
    for (const text of ["order", "orders", "größe", "a", "💾d"]) {
      const visibility = { ...theFilters().visibility, sight: () => sight };
      const query = aQuery({ visibility, terms: [aTerm(text)] });
      expect(await everyPage(replica, query)).toEqual(expected(catalogOf(catalog.changes), query, query));
    }
  }
}

describe("after an upgrade, a segment of the shape before", () => {
  it("lists what it listed, to the same people, and is searched as a new one", async () => {
    const catalog = await anUpgradedCatalog();
    expect(wanted(catalog).length).toBeGreaterThan(3);
    expect(rolesWanted(catalog).some(([, roles]) => roles.includes("owner"))).toBe(true);
    await expectSame(catalog);
    expect(catalog.log.lines).toEqual([]);
  });

  it("takes in deltas of before and of now, of what it knows and of what is new", async () => {
    const catalog = await anUpgradedCatalog();
    const before = wanted(catalog);
    const version = catalog.changes.length;
    const base = {
      name: "order_new",
      table: "ab",
      columns: ["abcd"],
      tags: [],
      columnTags: [],
      owner: "user:usr_2",
      members: [{ principal: "group:grp_1", role: "expert", expiresAt: null }],
      whole: false,
      discoverable: true,
      enabled: true,
      technology: "postgresql",
      connectionId: "con_1",
      healthy: true,
    } as const;
    for (const of of [0, 1, 2, 7]) {
      catalog.add([
        documentsOf(
          {
            ...base,
            columns: [...base.columns],
            tags: [],
            columnTags: [],
            members: [],
            of,
            parts: ["header", "owners"],
          },
          version + 1 + of,
        ),
      ]);
      catalog.add([
        documentsOf(
          {
            ...base,
            columns: [],
            tags: [],
            columnTags: [],
            members: [...base.members],
            of,
            parts: ["members", "health"],
          },
          version + 20 + of,
        ),
      ]);
    }
    expect(wanted(catalog)).not.toEqual(before);
    await expectSame(catalog);
  });

  it("is replaced by the next compaction, also where nothing is new", async () => {
    const catalog = await anUpgradedCatalog();
    expect(await shapeOf(catalog)).toBe(1);
    expect(await catalog.compaction().compact()).toMatchObject({ outcome: "written", rebuilt: false });
    expect(await shapeOf(catalog)).toBe(2);
    await expectSame(catalog);
    expect(await catalog.compaction().compact()).toMatchObject({ outcome: "unchanged" });
  });

  it("of a shape that nobody knows is not read: the index is made anew", async () => {
    const catalog = await anUpgradedCatalog();
    const [file, packed] = [join(catalog.directory, "odd.db"), join(catalog.directory, "odd.gz")];
    const database = new DatabaseSync(file);
    database.exec("pragma user_version = 99");
    database.close();
    await pipeline(createReadStream(file), createGzip(), createWriteStream(packed));
    const bytes = await readFile(packed);
    await catalog.files.put("odd", packed);
    await pointTo(catalog, "odd", createHash("sha256").update(bytes).digest("hex"));
    await expect(listed(catalog.replica())).rejects.toMatchObject({ code: "unavailable" });
    expect(await catalog.compaction().compact()).toMatchObject({ outcome: "written", rebuilt: true });
    await expectSame(catalog);
  });
});
