import * as z from "zod";
import { runnableChecks } from "#core/health/health-job.ts";
import { healthJobHandler, type HealthDeps } from "#core/health/run-health-job.ts";
import { abandonedChecks } from "#core/health/unfinished-checks.ts";
import type { Job } from "#core/jobs/job.ts";
import type { JobHandler } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";
import type { DataSourceStore } from "#core/ports/store.ts";

const refreshInput = z.object({
  dataSourceIds: z.array(z.string()),
  checks: z.array(z.enum(runnableChecks)),
});
const refreshState = z.object({ done: z.number() });

/** Runs the checks of many data sources, one after the other, and goes on behind the last one that was stored. */
export const refreshJobHandler =
  (deps: HealthDeps): JobHandler =>
  async (work) => {
    const { dataSourceIds, checks } = refreshInput.parse(work.job.input);
    const single = healthJobHandler(deps);
    const before = work.job.checkpoint === null ? 0 : refreshState.parse(work.job.checkpoint).done;
    for (const [index, dataSourceId] of dataSourceIds.entries()) {
      if (index < before) continue;
      if (index > before && work.timeIsUp()) return { goesOn: true };
      const job = { ...work.job, input: { dataSourceId, checks } };
      const outcome = await single({ ...work, job, progress: () => {} });
      if (!("writes" in outcome)) return outcome;
      work.progress(index + 1);
      await work.checkpoint({ done: index + 1 }, await outcome.writes());
    }
    return { result: { measured: dataSourceIds.length }, writes: () => Promise.resolve([]) };
  };

/** The writes that go with the end of such a job that came to no result: no check is left waiting for it. */
export async function abandonedRefresh(
  store: Pick<DataSourceStore, "dataSource">,
  job: Job,
  detail: string,
): Promise<readonly Write[]> {
  const { dataSourceIds, checks } = refreshInput.parse(job.input);
  const all = await Promise.all(
    dataSourceIds.map((dataSourceId) =>
      abandonedChecks(store, { ...job, input: { dataSourceId, checks } }, detail),
    ),
  );
  return all.flat();
}
