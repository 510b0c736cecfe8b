import type { Command } from "commander";
import type { ListOptions } from "../actions/listing.ts";
import type { TextOptions, ThreadFilters } from "../actions/threads.ts";
import { group, inSession, leaf, repeated } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/threads.ts");

/** `reeve thread …`: conversations about data sources and their columns. */
export function addThreadCommands(program: Command, terminal: Terminal): void {
  const thread = group(program, "thread", "conversations about data sources and their columns");
  addReading(thread, terminal);
  addTalking(thread, terminal);
  leaf(thread, "resolve <thread>", "say that a thread is settled").action(
    inSession(terminal, async (session, id: string) => (await actions()).setResolved(session, id, true)),
  );
  leaf(thread, "reopen <thread>", "say that it is not").action(
    inSession(terminal, async (session, id: string) => (await actions()).setResolved(session, id, false)),
  );
  leaf(thread, "delete <thread>", "delete a thread with its replies, or one reply")
    .option("--reply <reply>", "this reply alone")
    .action(
      inSession(terminal, async (session, id: string, options: TextOptions) =>
        (await actions()).deleteThread(session, id, options),
      ),
    );
}

function addReading(thread: Command, terminal: Terminal): void {
  listOptions(leaf(thread, "list <dataSource>", "list the threads of a data source, newest activity first"))
    .option("--column <name>", "on this column, by its name or the last one that it had", repeated)
    .option("--open", "that are not resolved")
    .option("--resolved", "that are resolved")
    .action(
      inSession(terminal, async (session, source: string, options: ListOptions & ThreadFilters) =>
        (await actions()).listThreads(session, source, options),
      ),
    );
  leaf(thread, "show <thread>", "show a thread with its replies").action(
    inSession(terminal, async (session, id: string) => (await actions()).showThread(session, id)),
  );
}

const withFile = (command: Command): Command =>
  command.option("--file <name>", "a file that holds the text; - is standard input");

function addTalking(thread: Command, terminal: Terminal): void {
  withFile(leaf(thread, "post <dataSource> [text]", "begin a thread, in markdown"))
    .option("--column <name>", "about this column")
    .action(
      inSession(terminal, async (session, source: string, text: string | undefined, options: TextOptions) =>
        (await actions()).postThread(session, source, text, options),
      ),
    );
  withFile(leaf(thread, "reply <thread> [text]", "reply in a thread")).action(
    inSession(terminal, async (session, id: string, text: string | undefined, options: TextOptions) =>
      (await actions()).replyTo(session, id, text, options),
    ),
  );
  withFile(leaf(thread, "edit <thread> [text]", "change what you wrote"))
    .option("--reply <reply>", "in this reply, not in the thread's own text")
    .action(
      inSession(terminal, async (session, id: string, text: string | undefined, options: TextOptions) =>
        (await actions()).editThread(session, id, text, options),
      ),
    );
}
