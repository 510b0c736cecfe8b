import type { Measured } from "#core/health/measure.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";

/** One count of a data source's rows as it was taken, with the column that was found by the same run. */
export interface Measurement {
  readonly id: string;
  readonly dataSourceId: string;
  readonly at: string;
  readonly rowCount: { readonly value: number; readonly exact: boolean };
  /** Null where the run did not look for it or found none. */
  readonly highCardinalityColumn: {
    readonly name: string;
    readonly distinct: number;
    readonly exact: boolean;
  } | null;
}

/** Adds what was measured to a data source's history, where rows were counted. */
export function measurementWrites(
  ids: Ids,
  dataSourceId: string,
  { figures: { rowCount, highCardinalityColumn } }: Measured,
): readonly Write[] {
  if (rowCount === undefined || rowCount === null) return [];
  const { at, ...count } = rowCount;
  const column = highCardinalityColumn ?? null;
  const record: Measurement = {
    id: ids.next("measurement"),
    dataSourceId,
    at,
    rowCount: count,
    highCardinalityColumn: column && {
      name: column.name,
      distinct: column.distinct,
      exact: column.exact,
    },
  };
  return [{ write: "create", kind: "measurement", record }];
}
