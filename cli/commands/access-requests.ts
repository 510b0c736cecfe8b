import type { Command } from "commander";
import type { RequestFilters, RequestOptions } from "../actions/access-requests.ts";
import type { ListOptions } from "../actions/listing.ts";
import { group, inSession, leaf, repeated } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/access-requests.ts");

/** `reeve request …`: asking for access to data sources, and deciding. */
export function addRequestCommands(program: Command, terminal: Terminal): void {
  const request = group(program, "request", "access to data sources: asked for, approved, denied");
  addAsking(request, terminal);
  addDeciding(request, terminal);
}

function addAsking(request: Command, terminal: Terminal): void {
  leaf(request, "create <dataSource>", "ask for access; where nobody has to approve, it is granted at once")
    .requiredOption("--reason <text>", "what it is for")
    .option("--duration <duration>", "for how long: 8h, 30d, 2w, 3m (months), or ISO 8601 like P1M")
    .option("--group <id>", "for a group that you are in")
    .action(
      inSession(terminal, async (session, source: string, options: RequestOptions) =>
        (await actions()).createRequest(session, source, options),
      ),
    );
  listOptions(leaf(request, "list", "list your requests and those that you may decide, newest first"))
    .option("--state <state>", "pending, approved, denied, cancelled or expired; repeated: or", repeated)
    .option("--data-source <dataSource>", "about this data source; repeated: or", repeated)
    .option("--mine", "that you made")
    .option("--others", "that others made")
    .action(
      inSession(terminal, async (session, options: ListOptions & RequestFilters) =>
        (await actions()).listRequests(session, options),
      ),
    );
  leaf(request, "get <request>", "show a request").action(
    inSession(terminal, async (session, id: string) => (await actions()).showRequest(session, id)),
  );
  leaf(request, "cancel <request...>", "take back what you asked for").action(
    inSession(terminal, async (session, ids: readonly string[]) =>
      (await actions()).cancelRequests(session, ids),
    ),
  );
}

function addDeciding(request: Command, terminal: Terminal): void {
  leaf(request, "approve <request...>", "approve requests, each by itself")
    .option("--expires <time>", "when access ends at the latest, such as 2026-12-31T00:00:00Z")
    .action(
      inSession(terminal, async (session, ids: readonly string[], options: { readonly expires?: string }) =>
        (await actions()).approveRequests(session, ids, options),
      ),
    );
  leaf(request, "deny <request...>", "deny requests, each by itself")
    .requiredOption("--reason <text>", "why, for who asked to read")
    .action(
      inSession(terminal, async (session, ids: readonly string[], options: { readonly reason: string }) =>
        (await actions()).denyRequests(session, ids, options),
      ),
    );
}
