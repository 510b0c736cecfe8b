import { describe, expect, it } from "vitest";
import { warehouseColumns } from "#core/dbt/sync/plan/warehouse-columns.ts";
import type { SnapshotColumn } from "#core/dbt/snapshot.ts";

const column = (name: string, dataType: string | null = null, inCatalog = false): SnapshotColumn => ({
  name,
  dataType,
  inCatalog,
  description: "",
  tags: [],
});
const stored = warehouseColumns(
  { columns: [column("ID", "NUMBER", true), column("AT", "DATE", true), column("ghost")] },
  [],
).map((each) => ({ id: each.name, ...each }));
const told = (columns: readonly SnapshotColumn[]) =>
  warehouseColumns({ columns }, stored).map(({ name, remoteType, ordinal }) => [name, remoteType, ordinal]);

describe("the columns of what nobody but dbt tells of", () => {
  it("keep name, type and place where a run has no catalog, whatever the project's order and spelling", () => {
    expect(told([column("ghost"), column("at", "date"), column("id")])).toEqual([
      ["ID", "NUMBER", 1],
      ["AT", "DATE", 2],
      ["ghost", "", 3],
    ]);
  });

  it("come behind where they are named for the first time, and go where only the project ever named them", () => {
    expect(told([column("fresh", "text"), column("at", "timestamp")])).toEqual([
      ["ID", "NUMBER", 1],
      ["AT", "timestamp", 2],
      ["fresh", "text", 3],
    ]);
  });

  it("are as the catalog has them where there is one", () => {
    expect(told([column("AT", "DATE", true), column("id2", "TEXT", true), column("doc")])).toEqual([
      ["AT", "DATE", 1],
      ["id2", "TEXT", 2],
      ["doc", "", 3],
    ]);
  });
});
