import type { Command } from "commander";
import type { IntegrationCreation } from "../actions/dbt.ts";
import type { SyncOptions } from "../actions/dbt-sync.ts";
import type { ListOptions } from "../actions/listing.ts";
import { group, inSession, leaf, repeated } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/dbt.ts");
const syncing = () => import("../actions/dbt-sync.ts");

const keyHelp = `
dbt Cloud's API key is typed unseen, piped in, or taken from REEVE_DBT_API_KEY; it is never an argument.

Example:
  $ reeve dbt connect --host ab123.us1.dbt.com --account 1 --project 10 --environment 100 --connection shop`;

/** `reeve dbt …`. An integration is named account/project/environment; where there is one alone, it need not be named. */
export function addDbtCommands(program: Command, terminal: Terminal): void {
  const dbt = group(program, "dbt", "dbt Cloud environments that keep the catalog in step");
  addConnect(dbt, terminal);
  addReading(dbt, terminal);
  addSync(dbt, terminal);
  leaf(dbt, "disconnect [integration]", "remove an integration and every data source that it made")
    .option("--yes", "without asking")
    .option("--no-wait", "print the job at once instead of following it")
    .action(
      inSession(
        terminal,
        async (session, name: string | undefined, options: { readonly yes?: true; readonly wait: boolean }) =>
          (await actions()).disconnect(session, name, options),
      ),
    );
}

function addConnect(dbt: Command, terminal: Terminal): void {
  leaf(dbt, "connect", "keep the catalog in step with an environment; its key is tried first")
    .requiredOption("--host <host>", "the account's own, such as ab123.us1.dbt.com")
    .requiredOption("--account <id>", "the account")
    .requiredOption("--project <id>", "the project")
    .requiredOption("--environment <id>", "the environment")
    .option("--connection <connection>", "how its tables are reached; without one dbt alone tells of them")
    .option(
      "--owner <user>",
      "the id of a user who owns what it makes; repeated: and (default: you)",
      repeated,
    )
    .option("--schema <glob>", "only schemas like this; repeated: or", repeated)
    .option("--name-template <template>", "how data sources are named (default: <schema>.<tablename>)")
    .option("--no-packages", "leave out what installed packages make")
    .option("--no-sources", "leave out sources")
    .option("--create-webhook", "let Reeve subscribe itself to the account's runs")
    .addHelpText("after", keyHelp)
    .action(
      inSession(terminal, async (session, options: IntegrationCreation) =>
        (await actions()).connect(session, options),
      ),
    );
}

function addReading(dbt: Command, terminal: Terminal): void {
  leaf(
    dbt,
    "status [integration]",
    "tell how an integration stands, or list them where there are several",
  ).action(
    inSession(terminal, async (session, name: string | undefined) =>
      (await actions()).showStatus(session, name),
    ),
  );
  listOptions(leaf(dbt, "runs [integration]", "list what became of the runs of an environment")).action(
    inSession(terminal, async (session, name: string | undefined, options: ListOptions) =>
      (await actions()).listRuns(session, name, options),
    ),
  );
}

function addSync(dbt: Command, terminal: Terminal): void {
  leaf(dbt, "sync [integration]", "bring the catalog in step with a run, and tell what changed")
    .option("--run <id>", "this run (default: the newest finished one)")
    .option("--dry-run", "tell what would change, and change nothing")
    .option("--no-wait", "print the job at once instead of following it")
    .action(
      inSession(terminal, async (session, name: string | undefined, options: SyncOptions) =>
        (await syncing()).syncIntegration(session, name, options),
      ),
    );
}
