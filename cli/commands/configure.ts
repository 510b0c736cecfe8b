import type { Command } from "commander";
import { leaf } from "../command.ts";
import type { CommonOptions } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { commonOptions } from "../command.ts";

const help = `
The key is typed unseen, piped in, or taken from REEVE_API_KEY; it is never an argument, and never printed.

Examples:
  $ reeve configure --url http://127.0.0.1:4000
  $ reeve configure --profile production --url https://reeve.example.com < key.txt`;

/** `reeve configure`: which service, and which key. */
export function addConfigureCommand(program: Command, terminal: Terminal): void {
  const configure = leaf(program, "configure", "set the service and the key of a profile")
    .option("--url <url>", "the address of the service")
    .option("--no-verify", "keep them without asking the service who you are")
    .addHelpText("after", help)
    .action(async (options: ConfigureOptions, command: Command) => {
      const { configureProfile } = await import("../actions/configure.ts");
      await configureProfile(terminal, { ...options, ...commonOptions(command) });
    });
  leaf(configure, "list", "list the profiles").action(async (_: unknown, command: Command) => {
    const { listProfiles } = await import("../actions/configure.ts");
    listProfiles({ terminal, output: commonOptions(command).output });
  });
  leaf(configure, "show [name]", "show which service and profile would be used").action(
    async (name: string | undefined, _: unknown, command: Command) => {
      const { showProfile } = await import("../actions/configure.ts");
      const { output, profile } = commonOptions(command);
      showProfile({ terminal, output }, name ?? profile);
    },
  );
  leaf(configure, "use <name>", "make a profile the current one").action(async (name: string) => {
    const { selectProfile } = await import("../actions/configure.ts");
    selectProfile(terminal, name);
  });
  leaf(configure, "remove <name>", "forget a profile and its key").action(async (name: string) => {
    const { removeProfile } = await import("../actions/configure.ts");
    removeProfile(terminal, name);
  });
}

/** The options of `reeve configure`. */
export interface ConfigureOptions extends CommonOptions {
  readonly url?: string;
  readonly verify: boolean;
}
