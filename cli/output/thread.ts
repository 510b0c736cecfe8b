import type { ReeveClient } from "#client/client.ts";
import { formatOf, printOne, type Printer } from "./print.ts";
import { oneLine, severalLines } from "./safe-text.ts";
import type { Column } from "./table.ts";

export type Thread = Awaited<ReturnType<ReeveClient["getThread"]>>;
type Said = Thread["replies"][number];

const firstLine = (text: string): string => text.trimStart().split("\n", 1)[0] ?? "";

const columnOf = ({ column, columnRemoved }: Thread): string =>
  column === null ? "" : `${column}${columnRemoved ? " (removed)" : ""}`;

const stateOf = ({ resolved }: Thread): string => (resolved ? "resolved" : "open");

/** A line of the list. */
export const threadColumns: readonly Column<Thread>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "column", value: columnOf },
  { title: "state", value: stateOf },
  { title: "replies", value: ({ replies }) => String(replies.length), align: "right" },
  { title: "activity", value: ({ lastActivityAt }) => lastActivityAt },
  { title: "author", value: ({ author }) => author },
  { title: "begins", value: ({ text }) => firstLine(text) },
];

/** What somebody said, under who and when; its lines are indented, so that none can pass for another's. */
function saidText({ id, text, author, createdAt, editedAt }: Said): string {
  const head = `${author}  ${createdAt}${editedAt === null ? "" : "  (edited)"}  ${id}`;
  const body = severalLines(text).replaceAll(/^/gm, "    ");
  return `${oneLine(head)}\n${body}\n`;
}

/** A thread as a conversation for people; all of it for programs. */
export function printThread(printer: Printer, thread: Thread): void {
  if (formatOf(printer) === "table") {
    const head = [stateOf(thread), columnOf(thread)].filter((one) => one !== "").join("  ");
    const said = [thread, ...thread.replies].map(saidText);
    printer.terminal.stdout.write([`${oneLine(head)}\n`, ...said].join("\n"));
    return;
  }
  printOne(printer, thread, [
    ["id", thread.id],
    ["data source", thread.dataSourceId],
    ["column", columnOf(thread)],
    ["state", stateOf(thread)],
    ["author", thread.author],
    ["created", thread.createdAt],
    ["text", thread.text],
    ...thread.replies.map(({ author, text }) => [`  ${author}`, text] as const),
    ["version", String(thread.version)],
  ]);
}
