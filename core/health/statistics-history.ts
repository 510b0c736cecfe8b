import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import type { Measurement } from "#core/health/measurement.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

const show = ({ at, rowCount, highCardinalityColumn }: Measurement) => ({
  at,
  rowCount: { ...rowCount },
  highCardinalityColumn: highCardinalityColumn && { ...highCardinalityColumn },
});

/** What was counted of a data source, newest first. */
export const listStatisticsHistory =
  ({ store, cursors }: SourceDeps): UseCase<Routes["listStatisticsHistory"]> =>
  async ({ params, query }, call) => {
    const { dataSource } = await readDataSource(store, call.user, params.dataSourceId, "data-source:read");
    return await fillPage(cursors, `statistics/${dataSource.id}`, query, z.string(), {
      read: (before, limit) => store.measurements(dataSource.id, before, limit),
      positionOf: ({ id }) => id,
      show,
    });
  };
