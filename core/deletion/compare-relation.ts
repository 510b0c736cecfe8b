import { targetOf, type Connection } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { RelationDescription } from "#core/ports/remote.ts";
import { askRemote } from "#core/remote/remote-problem.ts";
import { relationOf, type DataSource, type SchemaColumn } from "#core/sources/data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

/** How a table stands to what is known of it. */
export type Comparison =
  | "unchanged"
  | "columns-changed"
  | "kind-changed"
  | "owner-changed"
  | "not-comparable";

/**
 * Whether the table is still of the kind, the owner and the columns that it had. One that cannot
 * be looked at now is not comparable.
 */
export async function compareRelation(
  { remote, log }: Pick<SourceDeps, "remote" | "log">,
  connection: Connection,
  source: DataSource,
  known: readonly SchemaColumn[],
): Promise<Comparison> {
  try {
    const found = await askRemote(() => remote.inspect(targetOf(connection), relationOf(source)));
    return compared(source, known, found);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    log.info("a restored table could not be looked at", { dataSourceId: source.id, error });
    return "not-comparable";
  }
}

/**
 * The owner is compared by name. Where neither side knows it, kind and columns decide; where one side does, as for
 * what was last described before owners were kept, nobody can tell whether it is the same.
 */
export function compared(
  { remote, remoteOwner }: Pick<DataSource, "remote" | "remoteOwner">,
  known: readonly SchemaColumn[],
  found: RelationDescription,
): Comparison {
  const owner = found.owner ?? null;
  if (found.kind !== remote.kind) return "kind-changed";
  if (owner !== remoteOwner)
    return owner === null || remoteOwner === null ? "not-comparable" : "owner-changed";
  return sameColumns(known, found.columns) ? "unchanged" : "columns-changed";
}

const textOf = (columns: readonly { readonly name: string; readonly remoteType: string }[]): string =>
  JSON.stringify(columns.map(({ name, remoteType }) => JSON.stringify([name, remoteType])).toSorted());

/** Whether two descriptions name the same columns of the same types, in whatever order. */
const sameColumns = (known: readonly SchemaColumn[], found: RelationDescription["columns"]): boolean =>
  textOf(known) === textOf(found);
