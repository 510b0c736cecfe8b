import type { Command } from "commander";
import type { ProviderOptions } from "../actions/identity-providers.ts";
import type { ListOptions } from "../actions/listing.ts";
import { group, inSession, leaf, repeated } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/identity-providers.ts");

const secretHelp = `
A secret is typed unseen, piped in, or taken from REEVE_PROVIDER_SECRET; it is never an argument.`;

const dataHelp = "a field, its parts joined by dots; field:=json for JSON; repeated: and";

/** `reeve identity-provider …`. A provider is named by its id or by its name. */
export function addIdentityProviderCommands(program: Command, terminal: Terminal): void {
  const provider = group(program, "identity-provider", "where people come from");
  listOptions(leaf(provider, "list", "list the identity providers")).action(
    inSession(terminal, async (session, options: ListOptions) =>
      (await actions()).listProviders(session, options),
    ),
  );
  leaf(provider, "get <provider>", "show an identity provider, never its secret").action(
    inSession(terminal, async (session, name: string) => (await actions()).getProvider(session, name)),
  );
  addChanging(provider, terminal);
  leaf(provider, "sync <provider>", "read a directory now, and bring people and groups in step with it")
    .option("--no-wait", "print the job at once instead of following it")
    .action(
      inSession(terminal, async (session, name: string, options: { readonly wait: boolean }) =>
        (await actions()).syncProvider(session, name, options),
      ),
    );
  leaf(provider, "delete <provider>", "accept nobody from there any more").action(
    inSession(terminal, async (session, name: string) => (await actions()).deleteProvider(session, name)),
  );
}

function addChanging(provider: Command, terminal: Terminal): void {
  leaf(provider, "create", "accept people of another place; an issuer is asked for its endpoints first")
    .requiredOption("--name <name>", "its name, as people see it when they sign in")
    .option("--kind <kind>", "oidc or ldap", "oidc")
    .option("-d, --data <field=value>", dataHelp, repeated)
    .option("--secret", "ask for the secret of an OIDC client; a directory's password always is")
    .addHelpText(
      "after",
      `${secretHelp}\n
Example:
  $ reeve identity-provider create --name Company -d issuer=https://login.example.com -d audiences=reeve \\
      -d groupsClaim=groups -d attributes.Country=country -d signIn.clientId=console --secret`,
    )
    .action(
      inSession(terminal, async (session, options: ProviderOptions) =>
        (await actions()).createProvider(session, options),
      ),
    );
  leaf(
    provider,
    "update <provider>",
    "change an identity provider; what is inside a field is replaced as a whole",
  )
    .option("--name <name>", "its new name")
    .option("-d, --data <field=value>", dataHelp, repeated)
    .option("--secret", "ask for a new secret")
    .addHelpText("after", secretHelp)
    .action(
      inSession(terminal, async (session, name: string, options: ProviderOptions) =>
        (await actions()).updateProvider(session, name, options),
      ),
    );
}
