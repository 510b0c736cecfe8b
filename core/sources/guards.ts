import { DomainError } from "#core/errors/domain-error.ts";
import type { Guard } from "#core/ports/change.ts";

/** The guard of a data source's name. */
export const dataSourceNameGuard = (name: string): Guard => ({ guard: "data-source-name", name });

/** The guard of a remote relation: in its place (`relationPlace`) it is one data source at most. */
export const relationGuard = (
  place: string,
  { schema, table }: { readonly schema: string; readonly table: string },
): Guard => ({ guard: "relation", place, schema, table });

/** The error of a taken name. */
export const dataSourceNameTaken = (name: string): DomainError =>
  new DomainError("data-source-name-taken", `A data source is named ${JSON.stringify(name)} already.`, {
    errors: [{ in: "body", pointer: "/name", detail: "is taken, upper and lower case being the same" }],
  });

/** The error of a relation that is a data source already. */
export const dataSourceExists = ({
  schema,
  table,
}: {
  readonly schema: string;
  readonly table: string;
}): DomainError =>
  new DomainError(
    "data-source-exists",
    `The table ${JSON.stringify(schema)}.${JSON.stringify(table)} is a data source already.`,
  );
