import { foldName } from "#core/names/fold.ts";

/** The column meant by a name: exactly that, or else the only one that has it ignoring case. */
export function columnNamed<C extends { readonly name: string }>(
  columns: readonly C[],
  name: string,
): C | undefined {
  const alike = columns.filter((column) => foldName(column.name) === foldName(name));
  return alike.find((column) => column.name === name) ?? (alike.length === 1 ? alike[0] : undefined);
}
