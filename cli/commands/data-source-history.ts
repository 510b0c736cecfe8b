import type { Command } from "commander";
import type { DocumentationOptions } from "../actions/documentation.ts";
import type { ListOptions } from "../actions/listing.ts";
import { inSession, leaf, positive } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

/** What of `reeve data-source …` is about what was: earlier texts, and counts. */
export function addHistory(source: Command, terminal: Terminal): void {
  listOptions(leaf(source, "documentation <dataSource>", "show the documentation, as it is or as it was"))
    .option("--versions", "list what it was, newest first")
    .option("--restore <version>", "make this version the documentation again", positive)
    .action(
      inSession(terminal, async (session, name: string, options: DocumentationOptions) =>
        (await import("../actions/documentation.ts")).documentation(session, name, options),
      ),
    );
  listOptions(leaf(source, "history <dataSource>", "list what was counted, newest first")).action(
    inSession(terminal, async (session, name: string, options: ListOptions) =>
      (await import("../actions/statistics.ts")).history(session, name, options),
    ),
  );
}
