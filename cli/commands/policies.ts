import type { Command } from "commander";
import type { ListOptions } from "../actions/listing.ts";
import type { PolicyListOptions, PolicyOptions } from "../actions/policies.ts";
import { group, inSession, leaf } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/policies.ts");

const inFile = (command: Command): Command =>
  command.option("--file <name>", "a file that holds the sentence; - is standard input");

/** `reeve policy …`: who may subscribe, as sentences. A policy is named by its id or by its name. */
export function addPolicyCommands(program: Command, terminal: Terminal): void {
  const policy = group(program, "policy", "policies, written as sentences");
  addReading(policy, terminal);
  addChanging(policy, terminal);
}

function addReading(policy: Command, terminal: Terminal): void {
  listOptions(leaf(policy, "list", "list the policies that you may read"))
    .option("--data-source <dataSource>", "those of it, and the global ones that apply to it")
    .option("--state <state>", "staged or active")
    .action(
      inSession(terminal, async (session, options: PolicyListOptions) =>
        (await actions()).listPolicies(session, options),
      ),
    );
  listOptions(
    leaf(policy, "applying <dataSource>", "list the policies that bear on a data source, and why"),
  ).action(
    inSession(terminal, async (session, source: string, options: ListOptions) =>
      (await actions()).listSourcePolicies(session, source, options),
    ),
  );
  leaf(policy, "get <policy>", "show a policy").action(
    inSession(terminal, async (session, name: string) => (await actions()).showPolicy(session, name)),
  );
  inFile(leaf(policy, "parse [sentence]", "tell what a sentence says, and keep nothing")).action(
    inSession(terminal, async (session, sentence: string | undefined, options: PolicyOptions) =>
      (await actions()).parsePolicy(session, sentence, options),
    ),
  );
}

function addChanging(policy: Command, terminal: Terminal): void {
  inFile(leaf(policy, "create <name> [sentence]", "state a policy, which decides once it is active"))
    .option("--data-source <dataSource>", "the one data source that it is about; else it is global")
    .option("--active", "let it decide at once")
    .addHelpText(
      "after",
      "\nExample:\n  $ reeve policy create 'Legal reads SSN' 'Allow users to subscribe when user is a member of group Legal on data sources tagged PII.SSN'",
    )
    .action(
      inSession(
        terminal,
        async (session, name: string, sentence: string | undefined, options: PolicyOptions) =>
          (await actions()).createPolicy(session, name, sentence, options),
      ),
    );
  for (const [verb, state, summary] of [
    ["activate", "active", "let a policy decide"],
    ["stage", "staged", "let a policy decide nothing, and keep it"],
  ] as const) {
    leaf(policy, `${verb} <policy>`, summary).action(
      inSession(terminal, async (session, name: string) =>
        (await actions()).setPolicyState(session, name, state),
      ),
    );
  }
  inFile(leaf(policy, "update <policy>", "rename a policy, or write its sentence anew"))
    .option("--name <name>", "its new name")
    .option("--sentence <sentence>", "its new sentence")
    .action(
      inSession(terminal, async (session, name: string, options: PolicyOptions) =>
        (await actions()).updatePolicy(session, name, options),
      ),
    );
  leaf(policy, "delete <policy>", "delete a policy").action(
    inSession(terminal, async (session, name: string) => (await actions()).deletePolicy(session, name)),
  );
}
