import type { Command } from "commander";
import type { KeyCreation } from "../actions/api-keys.ts";
import type { AttributeChanges } from "../actions/attributes.ts";
import type { ListOptions } from "../actions/listing.ts";
import type { UserCreation, UserFilters, UserUpdate } from "../actions/users.ts";
import { group, inSession, leaf, repeated } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/users.ts");
const keyActions = () => import("../actions/api-keys.ts");
const invitationActions = () => import("../actions/invitations.ts");

/** `reeve user …`. A user is named by id, by e-mail address or by name. */
export function addUserCommands(program: Command, terminal: Terminal): void {
  const user = group(program, "user", "users with their permissions, attributes, invitations and API keys");
  addReading(user, terminal);
  addChanging(user, terminal);
  addInvitations(user, terminal);
  addKeys(user, terminal);
}

function addReading(user: Command, terminal: Terminal): void {
  listOptions(leaf(user, "list", "list the users, oldest first"))
    .option("--search <words>", "with these words, or their beginnings, in name or e-mail address")
    .option("--permission <permission>", "with this permission; repeated: any of them", repeated)
    .option("--disabled", "who is out")
    .option("--enabled", "who is not out")
    .action(
      inSession(terminal, async (session, options: ListOptions & UserFilters) =>
        (await actions()).listUsers(session, options),
      ),
    );
  leaf(user, "get <user>", "show a user").action(
    inSession(terminal, async (session, name: string) => (await actions()).showUser(session, name)),
  );
}

function addChanging(user: Command, terminal: Terminal): void {
  leaf(user, "create <name>", "make a user: a person gets an invitation, which is shown once")
    .option("--email <address>", "a person's e-mail address")
    .option("--service", "a service user, for which keys are made instead")
    .option("--permission <permission>", "what they may; repeated: and", repeated)
    .action(
      inSession(terminal, async (session, name: string, options: UserCreation) =>
        (await actions()).createUser(session, name, options),
      ),
    );
  leaf(user, "update <user>", "change a user")
    .option("--name <name>", "the new name")
    .option("--grant <permission>", "give a permission; repeated: and", repeated)
    .option("--revoke <permission>", "take a permission; repeated: and", repeated)
    .option(
      "--external-username <technology=name>",
      "who they are in remote databases; without a name: nobody",
      repeated,
    )
    .action(
      inSession(terminal, async (session, name: string, options: UserUpdate) =>
        (await actions()).updateUser(session, name, options),
      ),
    );
  leaf(user, "disable <user>", "let a user in no more, from the next request on").action(
    inSession(terminal, async (session, name: string) => (await actions()).setDisabled(session, name, true)),
  );
  leaf(user, "enable <user>", "let a user in again").action(
    inSession(terminal, async (session, name: string) => (await actions()).setDisabled(session, name, false)),
  );
  leaf(user, "delete <user>", "delete a user with their keys and roles").action(
    inSession(terminal, async (session, name: string) => (await actions()).deleteUser(session, name)),
  );
  leaf(user, "attributes <user> [name=value...]", "show a user's attributes, or set some of them")
    .option("--unset <name>", "take an attribute away; repeated: and", repeated)
    .addHelpText(
      "after",
      "\nExample, two values of one attribute:\n  $ reeve user attributes ann@example.com 'Cost center=DE-1' 'Cost center=DE-2'",
    )
    .action(
      inSession(
        terminal,
        async (session, name: string, values: readonly string[], options: AttributeChanges) =>
          (await actions()).changeAttributes(session, name, values, options),
      ),
    );
}

function addInvitations(user: Command, terminal: Terminal): void {
  leaf(user, "invite <user>", "invite a person who has no key; an earlier invitation is void").action(
    inSession(terminal, async (session, name: string) =>
      (await invitationActions()).inviteUser(session, name),
    ),
  );
  leaf(user, "accept", "come in by an invitation: make your first key, which is shown once")
    .requiredOption("--key-name <name>", "what the key is called, such as the machine it is for")
    .addHelpText(
      "after",
      "\nThe invitation is typed unseen, piped in, or taken from REEVE_INVITATION; it is never an argument.",
    )
    .action(
      inSession(
        terminal,
        async (session, options: { readonly keyName: string }) =>
          (await invitationActions()).acceptInvitation(session, options.keyName),
        { needsKey: false },
      ),
    );
}

function addKeys(user: Command, terminal: Terminal): void {
  listOptions(leaf(user, "keys [user]", "list your API keys, or those of a user")).action(
    inSession(terminal, async (session, name: string | undefined, options: ListOptions) =>
      (await keyActions()).listKeys(session, name, options),
    ),
  );
  leaf(user, "create-key <name>", "make an API key for yourself, which is shown once")
    .option("--for <user>", "a service user whose key it is instead")
    .option("--expires <time>", "until when it is accepted, such as 2027-01-31T17:00:00Z")
    .action(
      inSession(terminal, async (session, name: string, options: KeyCreation) =>
        (await keyActions()).createKey(session, name, options),
      ),
    );
  leaf(user, "revoke-key <keyId>", "revoke an API key of yours, at once")
    .option("--of <user>", "a user whose key it is instead")
    .action(
      inSession(terminal, async (session, keyId: string, options: { readonly of?: string }) =>
        (await keyActions()).revokeKey(session, keyId, options.of),
      ),
    );
}
