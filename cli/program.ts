import { readFileSync } from "node:fs";
import { Command } from "commander";
import { commonGroup } from "./command.ts";
import { addRequestCommands } from "./commands/access-requests.ts";
import { addAdminCommands } from "./commands/admin.ts";
import { addApiCommand } from "./commands/api.ts";
import { addAuditCommands } from "./commands/audit.ts";
import { addConfigureCommand } from "./commands/configure.ts";
import { addConnectionCommands } from "./commands/connections.ts";
import { addDataSourceCommands } from "./commands/data-sources.ts";
import { addDbtCommands } from "./commands/dbt.ts";
import { addGroupCommands, addPrincipalsCommand } from "./commands/groups.ts";
import { addIdentityProviderCommands } from "./commands/identity-providers.ts";
import { addJobCommands } from "./commands/jobs.ts";
import { addPolicyCommands } from "./commands/policies.ts";
import { addMemberCommands, addSubscriptionPolicyCommands } from "./commands/members.ts";
import { addQueryCommands } from "./commands/queries.ts";
import { addSystemCommands } from "./commands/system.ts";
import { addThreadCommands } from "./commands/threads.ts";
import { addUserCommands } from "./commands/users.ts";
import type { Terminal } from "./terminal.ts";

function version(): string {
  const file: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (file as { readonly version: string }).version;
}

/** How a command stands in the list of its parent: name and arguments, since options are for its own help. */
const termOf = (command: Command): string =>
  [
    command.name(),
    ...command.registeredArguments.map((one) => {
      const name = `${one.name()}${one.variadic ? "..." : ""}`;
      return one.required ? `<${name}>` : `[${name}]`;
    }),
  ].join(" ");

const afterHelp = `
Exit codes: 0 done · 1 refused or failed · 2 wrong usage · 3 service not reached or key not accepted · 130 interrupted
Begin with: reeve configure`;

/** The whole command line. What a command does is loaded only when it is run: help needs none of it. */
export function reeveProgram(terminal: Terminal): Command {
  const program = new Command("reeve")
    .description("Reeve, the catalog of data sources with access governance.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .option("--profile <name>", "the profile to use")
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .addHelpText("after", afterHelp)
    .configureHelp({
      subcommandTerm: termOf,
      groupItems: (_, visible, groupOf) =>
        new Map(
          [...Map.groupBy(visible, groupOf)].sort(
            ([a], [b]) => Number(a === commonGroup) - Number(b === commonGroup),
          ),
        ),
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, "reeve: ")),
    });
  addConfigureCommand(program, terminal);
  addSystemCommands(program, terminal);
  addConnectionCommands(program, terminal);
  addDataSourceCommands(program, terminal);
  addMemberCommands(program, terminal);
  addSubscriptionPolicyCommands(program, terminal);
  addQueryCommands(program, terminal);
  addThreadCommands(program, terminal);
  addPolicyCommands(program, terminal);
  addUserCommands(program, terminal);
  addGroupCommands(program, terminal);
  addPrincipalsCommand(program, terminal);
  addRequestCommands(program, terminal);
  addAuditCommands(program, terminal);
  addDbtCommands(program, terminal);
  addIdentityProviderCommands(program, terminal);
  addJobCommands(program, terminal);
  addAdminCommands(program, terminal);
  addApiCommand(program, terminal);
  return program;
}
