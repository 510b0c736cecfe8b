import type { ProblemError } from "#contracts/problems.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { columnNamed } from "#core/dictionary/column-named.ts";
import type { SchemaColumn } from "#core/sources/data-source.ts";

/** The columns meant, exactly by name or uniquely ignoring case; `column-not-found` says where each unknown one stands. */
export function findColumns(
  columns: readonly SchemaColumn[],
  names: readonly string[],
  pointerOf: (index: number) => string,
): readonly SchemaColumn[] {
  const missing: ProblemError[] = [];
  const found = names.flatMap((name, index) => {
    const meant = columnNamed(columns, name);
    if (meant !== undefined) return [meant];
    missing.push({
      in: "body",
      pointer: pointerOf(index),
      detail: `there is no column ${JSON.stringify(name)}`,
    });
    return [];
  });
  if (missing.length > 0) throw new DomainError("column-not-found", undefined, { errors: missing });
  return found;
}
