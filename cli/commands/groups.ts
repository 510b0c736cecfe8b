import type { Command } from "commander";
import type { AttributeChanges } from "../actions/attributes.ts";
import type { ListOptions } from "../actions/listing.ts";
import { group, inSession, leaf, repeated } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/groups.ts");

/** `reeve group …`. A group is named by id or by name. */
export function addGroupCommands(program: Command, terminal: Terminal): void {
  const groups = group(program, "group", "groups, who is in them, and what that gives");
  addGroups(groups, terminal);
  addMembers(groups, terminal);
}

function addGroups(groups: Command, terminal: Terminal): void {
  listOptions(leaf(groups, "list", "list the groups by name"))
    .option("--search <words>", "with these words, or their beginnings, in the name")
    .action(
      inSession(terminal, async (session, options: ListOptions & { readonly search?: string }) =>
        (await actions()).listGroups(session, options),
      ),
    );
  leaf(groups, "show <group>", "show a group").action(
    inSession(terminal, async (session, name: string) => (await actions()).showGroup(session, name)),
  );
  leaf(groups, "create <name>", "make a group that nobody is in yet")
    .option("--attribute <name=value>", "what its members have; repeated: and", repeated)
    .action(
      inSession(
        terminal,
        async (session, name: string, options: { readonly attribute?: readonly string[] }) =>
          (await actions()).createGroup(session, name, options),
      ),
    );
  leaf(groups, "rename <group> <newName>", "rename a group").action(
    inSession(terminal, async (session, name: string, newName: string) =>
      (await actions()).renameGroup(session, name, newName),
    ),
  );
  leaf(groups, "delete <group>", "delete a group with its roles").action(
    inSession(terminal, async (session, name: string) => (await actions()).deleteGroup(session, name)),
  );
  leaf(groups, "attributes <group> [name=value...]", "show a group's attributes, or set some of them")
    .option("--unset <name>", "take an attribute away; repeated: and", repeated)
    .addHelpText(
      "after",
      "\nExample, two values of one attribute:\n  $ reeve group attributes Finance 'Cost center=DE-1' 'Cost center=DE-2'",
    )
    .action(
      inSession(
        terminal,
        async (session, name: string, values: readonly string[], options: AttributeChanges) =>
          (await actions()).changeAttributes(session, name, values, options),
      ),
    );
}

function addMembers(groups: Command, terminal: Terminal): void {
  listOptions(leaf(groups, "members <group>", "list who is in a group, and who says so")).action(
    inSession(terminal, async (session, name: string, options: ListOptions) =>
      (await actions()).listMembers(session, name, options),
    ),
  );
  leaf(groups, "add <group> <user...>", "put users into a group; who is in it already stays in it").action(
    inSession(terminal, async (session, name: string, users: readonly string[]) =>
      (await actions()).addMembers(session, name, users),
    ),
  );
  leaf(groups, "remove <group> <user...>", "take users out of a group").action(
    inSession(terminal, async (session, name: string, users: readonly string[]) =>
      (await actions()).removeMembers(session, name, users),
    ),
  );
}

/** `reeve principals`: users and groups to choose from, for those who give something to others. */
export function addPrincipalsCommand(program: Command, terminal: Terminal): void {
  listOptions(leaf(program, "principals [search]", "find users and groups by the words of their names"))
    .option("--data-source <dataSource>", "only who may read this data source, by id or by name")
    .action(
      inSession(
        terminal,
        async (
          session,
          search: string | undefined,
          options: ListOptions & { readonly dataSource?: string },
        ) => (await actions()).findPrincipals(session, search, options),
      ),
    );
}
