import type { Command } from "commander";
import { group, inSession, leaf } from "../command.ts";
import type { Terminal } from "../terminal.ts";

const actions = () => import("../actions/admin.ts");

/** `reeve admin …`: work on the deployment as a whole. */
export function addAdminCommands(program: Command, terminal: Terminal): void {
  const admin = group(program, "admin", "work on the deployment as a whole");
  leaf(admin, "check", "read everything that is stored and tell what does not fit together").action(
    inSession(terminal, async (session) => (await actions()).checkTable(session)),
  );
  leaf(
    admin,
    "rebuild",
    "make the catalog's index and the lines of jobs anew from all that is stored",
  ).action(inSession(terminal, async (session) => (await actions()).rebuildCatalog(session)));
}
