import type { Command } from "commander";
import type { ReportOptions } from "../actions/bulk.ts";
import type { JobFilters } from "../actions/jobs.ts";
import type { ListOptions } from "../actions/listing.ts";
import { group, inSession, leaf, positive, repeated } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/jobs.ts");

/** `reeve job …`: asynchronous work. */
export function addJobCommands(program: Command, terminal: Terminal): void {
  const job = group(program, "job", "asynchronous work that people can see");
  listOptions(leaf(job, "list", "list the jobs, newest first"))
    .option("--type <type>", "of this type", repeated)
    .option("--state <state>", "in this state", repeated)
    .option("--data-source <dataSource>", "about this data source; repeated: or", repeated)
    .action(
      inSession(terminal, async (session, options: ListOptions & JobFilters) =>
        (await actions()).listJobs(session, options),
      ),
    );
  leaf(job, "show <job>", "show a job").action(
    inSession(terminal, async (session, id: string) => (await actions()).showJob(session, id)),
  );
  listOptions(leaf(job, "report <job>", "list what a job made and what it left out, with the reason"))
    .option("--kind <kind>", "created or skipped", repeated)
    .action(
      inSession(terminal, async (session, id: string, options: ReportOptions) =>
        (await import("../actions/bulk.ts")).showReport(session, id, options),
      ),
    );
  leaf(job, "watch <job>", "follow a job to its end: exit code 0 if it succeeded, 1 if not")
    .option("--interval <seconds>", "how long between two looks (default: 1)", positive)
    .action(
      inSession(terminal, async (session, id: string, options: { readonly interval?: number }) => {
        const { watchJob } = await import("../actions/watch.ts");
        await watchJob(session, id, options.interval);
      }),
    );
  addMoves(job, terminal);
}

function addMoves(job: Command, terminal: Terminal): void {
  leaf(job, "retry <job>", "queue a failed or cancelled job again").action(
    inSession(terminal, async (session, id: string) => (await actions()).moveJob(session, id, "retryJob")),
  );
  leaf(job, "approve <job>", "let a job go on that waits for approval").action(
    inSession(terminal, async (session, id: string) => (await actions()).moveJob(session, id, "approveJob")),
  );
  leaf(job, "cancel <job>", "cancel a job").action(
    inSession(terminal, async (session, id: string) => (await actions()).moveJob(session, id, "cancelJob")),
  );
}
