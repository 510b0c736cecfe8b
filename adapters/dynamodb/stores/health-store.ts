import type { Clock } from "#core/ports/clock.ts";
import type { MeasurementStore } from "#core/ports/health-store.ts";
import { measurementRetentionDays } from "../items/health.ts";
import { keys } from "../keys.ts";
import { read } from "../records.ts";
import { queryItems, type TableRef } from "../requests.ts";

const dayMs = 86_400_000;

/** What was measured, each in its data source's partition. */
export const healthStore = (ref: TableRef, clock: Clock): MeasurementStore => ({
  async measurements(dataSourceId, before, limit) {
    // Every id lies between `!` and `~`.
    const [{ pk, sk: first }, { sk: last }] = [
      keys.measurement(dataSourceId, "!"),
      keys.measurement(dataSourceId, "~"),
    ];
    const found = await queryItems(ref, {
      partition: pk,
      reverse: true,
      limit,
      range: { between: [first, last] },
      after: before === null ? undefined : keys.measurement(dataSourceId, before).sk,
    });
    const oldest = new Date(clock.now().getTime() - measurementRetentionDays * dayMs).toISOString();
    const items = found.map(read.measurement).filter(({ at }) => at >= oldest);
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  },
});
