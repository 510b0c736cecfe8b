import { targetOf } from "#core/connections/connection.ts";
import type { JobHandler, Work } from "#core/jobs/work.ts";
import type { RemoteBudget } from "#core/ports/remote.ts";
import { bulkInput, bulkState } from "#core/sources/bulk/bulk-input.ts";
import { readBasis } from "#core/sources/bulk/basis.ts";
import { Registration, type BulkDeps } from "#core/sources/bulk/register-tables.ts";
import { defaultTemplate, parseTemplate } from "#core/sources/name-template.ts";

/** What the work rests on may change so often without the work coming further in between. */
const changesBorne = 5;

/** One trivial query may take so long, and a handful of them must fit into what a worker keeps in reserve. */
const statementMs = 15_000;

/**
 * Makes data sources of the tables that a job names. It may run twice, in parts, and beside others who do the same:
 * each table becomes one data source at most, and what this job made it never reports as left out.
 */
export const bulkJobHandler =
  (deps: BulkDeps): JobHandler =>
  async (work) => {
    const input = bulkInput.parse(work.job.input);
    const parsed = parseTemplate(input.nameTemplate);
    const template = "offset" in parsed ? defaultTemplate : parsed;
    const state = work.job.checkpoint === null ? null : bulkState.parse(work.job.checkpoint);
    const registration = new Registration(deps, { work, input, template }, state);
    let changes = 0;
    for (;;) {
      const basis = await readBasis(deps, work.job, input);
      if ("stopped" in basis) return basis;
      const before = registration.state;
      try {
        const end = await deps.sessions.withSession(
          targetOf(basis.connection),
          budgetOf(deps, work),
          (session) => registration.goOn(session, basis),
        );
        return end === "done" ? outcomeOf(registration) : { goesOn: true };
      } catch (error) {
        changes = registration.state === before ? changes + 1 : 1;
        if (error !== basis.over || changes > changesBorne) throw error;
      }
    }
  };

const budgetOf = ({ statementTimeoutMs }: BulkDeps, { signal }: Work): RemoteBudget => ({
  connectTimeoutMs: 10_000,
  statementTimeoutMs: Math.min(statementMs, statementTimeoutMs),
  signal,
});

const outcomeOf = ({ state }: Registration) => ({
  result: { ...state?.result },
  writes: () => Promise.resolve([]),
});
