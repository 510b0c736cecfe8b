import * as z from "zod";
import { concernsOneRelation, relationKey, type Relation, type RemoteError } from "#core/ports/remote.ts";
import { quoteRelation } from "./identifiers.ts";
import type { RunStatement } from "./statements.ts";

/** Counts arrive as text, because the engine's are 64 bits wide. */
const countRow = z.object({ count: z.coerce.number().int().nonnegative() });

/**
 * Proves that a row of a relation can be read, every column of it: `one.*` needs the row whole, so a
 * view that fails in a single column fails here, yet no value leaves the database.
 */
export async function probeRelation(run: RunStatement, relation: Relation): Promise<void> {
  await run(
    countRow,
    `select pg_catalog.count(one.*) from (select * from ${quoteRelation(relation)} limit 1) one`,
  );
}

/** The same for many with one statement, which fails if any of them does. */
async function probeTogether(run: RunStatement, relations: readonly Relation[]): Promise<void> {
  const each = relations.map(
    (relation) =>
      `select pg_catalog.count(one.*) from (select * from ${quoteRelation(relation)} limit 1) one`,
  );
  await run(countRow, each.join(" union all "));
}

/**
 * Proves of many relations that a row can be read, and gives why of the others. One statement answers where all
 * is well; where not, each is asked by itself, because an error names no relation.
 */
export async function probeRelations(
  run: RunStatement,
  relations: readonly Relation[],
): Promise<ReadonlyMap<string, RemoteError>> {
  const failures = new Map<string, RemoteError>();
  if (relations.length === 0) return failures;
  try {
    await probeTogether(run, relations);
    return failures;
  } catch (error) {
    if (!concernsOneRelation(error)) throw error;
  }
  for (const relation of relations) {
    try {
      await probeRelation(run, relation);
    } catch (error) {
      if (!concernsOneRelation(error)) throw error;
      failures.set(relationKey(relation), error);
    }
  }
  return failures;
}

/** Counts every row in one scan. */
export async function countRows(run: RunStatement, relation: Relation): Promise<number> {
  const [row] = await run(countRow, `select pg_catalog.count(*) from ${quoteRelation(relation)}`);
  return row?.count ?? 0;
}
