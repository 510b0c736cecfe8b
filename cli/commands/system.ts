import type { Command } from "commander";
import { group, inSession, leaf, positive } from "../command.ts";
import type { ListOptions } from "../actions/listing.ts";
import type { Terminal } from "../terminal.ts";

/** The options of a list. */
export const listOptions = (command: Command): Command =>
  command
    .option("--limit <n>", "how many at most (default: 200)", positive)
    .option("--all", "all of them, however many");

/** The service itself, who is asking, settings and tags. */
export function addSystemCommands(program: Command, terminal: Terminal): void {
  leaf(program, "health", "tell whether the service answers").action(
    inSession(terminal, async (session) => (await import("../actions/system.ts")).showHealth(session), {
      needsKey: false,
    }),
  );
  leaf(program, "me", "tell who you are and what you may").action(
    inSession(terminal, async (session) => (await import("../actions/system.ts")).showMe(session)),
  );
  addSettings(program, terminal);
  addTags(program, terminal);
}

function addSettings(program: Command, terminal: Terminal): void {
  const settings = leaf(program, "settings", "show the settings").action(
    inSession(terminal, async (session) => (await import("../actions/system.ts")).showSettings(session)),
  );
  leaf(settings, "set <field=value...>", "change settings")
    .addHelpText(
      "after",
      "\nExample:\n  $ reeve settings set deletionGuard.percent=20 deletionGuard.minimum=50",
    )
    .action(
      inSession(terminal, async (session, changes: readonly string[]) =>
        (await import("../actions/system.ts")).changeSettings(session, changes),
      ),
    );
}

function addTags(program: Command, terminal: Terminal): void {
  const tag = group(program, "tag", "tags, which dots make a tree of");
  listOptions(leaf(tag, "list", "list the tags in the order of their names"))
    .option("--search <words>", "with these words, or their beginnings, in the name")
    .action(
      inSession(terminal, async (session, options: ListOptions & { readonly search?: string }) =>
        (await import("../actions/system.ts")).listTags(session, options),
      ),
    );
  leaf(tag, "create <name>", "make a tag, and its parents with it")
    .option("--description <text>", "what it means")
    .action(
      inSession(terminal, async (session, name: string, options: { readonly description?: string }) =>
        (await import("../actions/system.ts")).createTag(session, name, options.description),
      ),
    );
  leaf(
    tag,
    "rename <name> <newName>",
    "rename a tag, and with it all below it and all that carries it",
  ).action(
    inSession(terminal, async (session, name: string, newName: string) =>
      (await import("../actions/system.ts")).changeTag(session, name, { name: newName }),
    ),
  );
  leaf(tag, "describe <name> <text>", "say what a tag means").action(
    inSession(terminal, async (session, name: string, description: string) =>
      (await import("../actions/system.ts")).changeTag(session, name, { description }),
    ),
  );
  leaf(tag, "delete <name>", "delete a tag with all below it, if nothing carries any of them").action(
    inSession(terminal, async (session, name: string) =>
      (await import("../actions/system.ts")).deleteTag(session, name),
    ),
  );
}
