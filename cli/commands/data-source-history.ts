import type { Command } from "commander";
import type { DocumentationOptions } from "../actions/documentation.ts";
import type { ListOptions } from "../actions/listing.ts";
import { inSession, leaf, positive } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

/** What of `reeve data-source …` is about what was: earlier texts, counts, deleted data sources, activity. */
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
  listOptions(leaf(source, "deleted", "list what was deleted within 30 days and can be restored")).action(
    inSession(terminal, async (session, options: ListOptions) =>
      (await import("../actions/deletion.ts")).listDeleted(session, options),
    ),
  );
  leaf(source, "restore <dataSource>", "bring a deleted data source back")
    .option("--name <name>", "another name, where its own is taken by now")
    .action(
      inSession(terminal, async (session, text: string, options: { readonly name?: string }) =>
        (await import("../actions/deletion.ts")).restoreDataSource(session, text, options),
      ),
    );
  listOptions(
    leaf(source, "activity <dataSource>", "list what was done to a data source, newest first"),
  ).action(
    inSession(terminal, async (session, name: string, options: ListOptions) =>
      (await import("../actions/activity.ts")).showActivity(session, name, options),
    ),
  );
}
