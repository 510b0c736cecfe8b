import type { Measurement } from "#core/health/measurement.ts";
import type { Page } from "#core/ports/store.ts";

/** What was measured of data sources. */
export interface MeasurementStore {
  /** The measurements of one data source that are kept, newest first, from below the one with the id `before`. */
  measurements(dataSourceId: string, before: string | null, limit: number): Promise<Page<Measurement>>;
}
