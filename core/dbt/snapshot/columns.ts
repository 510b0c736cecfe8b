import type { SnapshotColumn } from "../snapshot.ts";
import { fieldsOf, textOf, wordOf, type Fields } from "./artifact-json.ts";
import { columnTagsOf, unitedTags } from "./tags.ts";

const lower = (name: string): string => name.toLowerCase();

/** Columns by name, in their order: first as it is written, then whatever its case. */
class ColumnList {
  private readonly columns: SnapshotColumn[];
  private readonly exact = new Map<string, number>();
  private readonly folded = new Map<string, number>();

  constructor(columns: readonly SnapshotColumn[]) {
    this.columns = [];
    for (const column of columns) this.push(column);
  }

  /** Adds what is said of a column to the one of its name, or puts it at the end. */
  add(column: SnapshotColumn): void {
    const at = this.exact.get(column.name) ?? this.folded.get(lower(column.name));
    const had = at === undefined ? undefined : this.columns[at];
    if (at === undefined || had === undefined) this.push(column);
    else this.columns[at] = united(had, column);
  }

  private push(column: SnapshotColumn): void {
    const at = this.columns.push(column) - 1;
    this.exact.set(column.name, at);
    if (!this.folded.has(lower(column.name))) this.folded.set(lower(column.name), at);
  }

  all(): readonly SnapshotColumn[] {
    return this.columns;
  }
}

/** What two nodes say of one column: the first one's word counts, but where it says nothing. */
const united = (one: SnapshotColumn, other: SnapshotColumn): SnapshotColumn => ({
  name: one.inCatalog || !other.inCatalog ? one.name : other.name,
  description: one.description === "" ? other.description : one.description,
  tags: unitedTags(one.tags, other.tags),
  dataType: one.dataType ?? other.dataType,
  inCatalog: one.inCatalog || other.inCatalog,
});

function catalogColumns(catalog: unknown): readonly SnapshotColumn[] {
  const told = Object.entries(fieldsOf(fieldsOf(catalog)["columns"])).map(([key, value]) => {
    const fields = fieldsOf(value);
    const index = Number(fields["index"]);
    return { name: wordOf(fields["name"]) ?? key, type: wordOf(fields["type"]), index };
  });
  const place = (index: number): number => (Number.isFinite(index) ? index : Number.MAX_SAFE_INTEGER);
  return told
    .sort((one, other) => place(one.index) - place(other.index))
    .map(({ name, type }) => ({ name, description: "", tags: [], dataType: type, inCatalog: true }));
}

/**
 * The columns of a node: those of the catalog in the warehouse's order, joined with what the project says of them (by
 * name as it is written, else whatever its case), then those that only the project knows.
 */
export function columnsOf(
  node: Fields,
  catalog: unknown,
  of: { readonly tableTags: readonly string[]; readonly fusion: boolean },
): readonly SnapshotColumn[] {
  const list = new ColumnList(catalogColumns(catalog));
  for (const [key, value] of Object.entries(fieldsOf(node["columns"]))) {
    const fields = fieldsOf(value);
    list.add({
      name: (wordOf(fields["name"]) ?? key).toWellFormed(),
      description: textOf(fields["description"]),
      tags: columnTagsOf(fields, of),
      dataType: wordOf(fields["data_type"]),
      inCatalog: false,
    });
  }
  return list.all();
}

/** The columns of two nodes of one relation. */
export function mergedColumns(
  first: readonly SnapshotColumn[],
  then: readonly SnapshotColumn[],
): readonly SnapshotColumn[] {
  const list = new ColumnList(first);
  for (const column of then) list.add(column);
  return list.all();
}
