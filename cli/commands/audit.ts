import type { Command } from "commander";
import type { AuditFilters } from "../actions/audit.ts";
import type { ListOptions } from "../actions/listing.ts";
import { commonOptions, group, inSession, leaf, repeated } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

/** How `audit verify` does without a service. */
interface VerifyOptions {
  readonly offline?: true;
  readonly head?: string;
}

const actions = () => import("../actions/audit.ts");

/** `reeve audit …`: what was done, and what was exported of it. */
export function addAuditCommands(program: Command, terminal: Terminal): void {
  const audit = group(program, "audit", "what was done, by whom, and the exports of it");
  listOptions(leaf(audit, "list", "list what was done, newest first; without a filter, in the last day"))
    .option("--actor <id>", "by this user, or by system")
    .option("--action <action>", "such as data-source:delete; repeated: or", repeated)
    .option("--outcome <outcome>", "success, denied or failure; repeated: or", repeated)
    .option("--resource <type:id>", "to this, such as data-source:ds_…, or an id alone")
    .option("--request <id>", "by this request, as its reply and the logs name it")
    .option("--address <address>", "from there")
    .option("--from <time>", "from then on, such as 2026-11-28T00:00:00Z")
    .option("--to <time>", "until then")
    .action(
      inSession(terminal, async (session, options: ListOptions & AuditFilters) =>
        (await actions()).listAudit(session, options),
      ),
    );
  listOptions(leaf(audit, "exports", "list what was exported, newest first")).action(
    inSession(terminal, async (session, options: ListOptions) =>
      (await actions()).listExports(session, options),
    ),
  );
  addVerification(audit, terminal);
}

function addVerification(audit: Command, terminal: Terminal): void {
  leaf(audit, "verify <folder>", "verify exported objects, and hold them against what the service lists")
    .option("--offline", "ask no service: what is missing at the end is not noticed then")
    .option("--head <sha256>", "ask no service: this export, which you noted, must be there")
    .addHelpText(
      "after",
      "\nExample, of a bucket:\n  $ aws s3 sync s3://BUCKET/audit audit && reeve audit verify audit",
    )
    .action(async (folder: string, options: VerifyOptions, command: Command) => {
      const { verifyExports } = await import("../actions/audit-verify.ts");
      if (options.offline === true || options.head !== undefined) {
        const { output } = commonOptions(command);
        await verifyExports({ terminal, output }, folder, options.head ?? null);
      } else {
        const verify = inSession(terminal, async (session) => verifyExports(session, folder, session.client));
        await verify(command);
      }
    });
}
