import type { Command } from "commander";
import type { ListOptions } from "../actions/listing.ts";
import type { MemberAddition, MemberChange } from "../actions/members.ts";
import type { PolicyStatement } from "../actions/subscription-policy.ts";
import { group, inSession, leaf, repeated } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/members.ts");
const policyActions = () => import("../actions/subscription-policy.ts");

const expires = "--expires <time>";

/** `reeve member …`: who has which role on a data source. */
export function addMemberCommands(program: Command, terminal: Terminal): void {
  const member = group(program, "member", "who has which role on a data source");
  listOptions(
    leaf(member, "list <dataSource>", "list the members; for owners also whom the policies subscribe"),
  ).action(
    inSession(terminal, async (session, source: string, options: ListOptions) =>
      (await actions()).listMembers(session, source, options),
    ),
  );
  leaf(member, "add <dataSource>", "give a user or a group a role")
    .option("--user <user>", "the user, by id or by name")
    .option("--group <group>", "the group, by id or by name")
    .requiredOption("--role <role>", "owner, expert, subscriber or ingest")
    .option(expires, "until when, such as 2027-01-31T17:00:00Z")
    .action(
      inSession(terminal, async (session, source: string, options: MemberAddition) =>
        (await actions()).addMember(session, source, options),
      ),
    );
  leaf(member, "set <dataSource> <memberId>", "change a member's role, or until when it holds")
    .option("--role <role>", "owner, expert, subscriber or ingest")
    .option(expires, "until when; never takes the end away")
    .action(
      inSession(terminal, async (session, source: string, memberId: string, options: MemberChange) =>
        (await actions()).setMember(session, source, memberId, options),
      ),
    );
  leaf(
    member,
    "remove <dataSource> <memberId>",
    "take a role away; whom a policy would let in again stays out until an owner adds them",
  ).action(
    inSession(terminal, async (session, source: string, memberId: string) =>
      (await actions()).removeMember(session, source, memberId),
    ),
  );
}

/** `reeve subscription-policy …`: who may subscribe to a data source. */
export function addSubscriptionPolicyCommands(program: Command, terminal: Terminal): void {
  const policy = group(program, "subscription-policy", "who may subscribe to a data source");
  leaf(policy, "get <dataSource>", "show who may subscribe, and what that means to you").action(
    inSession(terminal, async (session, source: string) =>
      (await policyActions()).getSubscriptionPolicy(session, source),
    ),
  );
  leaf(policy, "set <dataSource>", "state who may subscribe, beside the policies that apply everywhere")
    .requiredOption("--kind <kind>", "anyone, approval, entitlement or individual")
    .option("--discoverable", "let everybody find it, subscribed or not")
    .option("--approver <who>", "for approval: owner, USER_ADMIN, GOVERNANCE or AUDIT; each must", repeated)
    .option("--operator <all|any>", "whether all groups and attributes are needed, or any (default: all)")
    .option("--group <name>", "for entitlement: whoever is in it", repeated)
    .option("--attribute <name[=value]>", "whoever has it, with this value; repeated values: any", repeated)
    .addHelpText(
      "after",
      `
Example:
  $ reeve subscription-policy set Orders --kind entitlement --group Legal --attribute region=EU --attribute region=US`,
    )
    .action(
      inSession(terminal, async (session, source: string, options: PolicyStatement) =>
        (await policyActions()).setSubscriptionPolicy(session, source, options),
      ),
    );
}
