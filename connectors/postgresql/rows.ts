import * as z from "zod";
import type { Relation } from "#core/ports/remote.ts";
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

/** Counts every row in one scan. */
export async function countRows(run: RunStatement, relation: Relation): Promise<number> {
  const [row] = await run(countRow, `select pg_catalog.count(*) from ${quoteRelation(relation)}`);
  return row?.count ?? 0;
}
