import { catalogRoutes } from "#contracts/http/groups/catalog.ts";
import { replyText, threadCreation, threadPatch } from "#contracts/resources/thread.ts";
import { UsageError } from "../failure.ts";
import { checked } from "../input/check.ts";
import { textOption } from "../input/text-option.ts";
import { printList } from "../output/print.ts";
import { printThread, threadColumns } from "../output/thread.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { listed, type ListOptions } from "./listing.ts";
import { dataSourceId } from "./resolve.ts";

/** What a list of threads can be narrowed by. */
export interface ThreadFilters {
  readonly column?: readonly string[];
  readonly open?: true;
  readonly resolved?: true;
}

/** Where a text comes from that is no argument, and what it is about. */
export interface TextOptions {
  readonly file?: string;
  readonly column?: string;
  readonly reply?: string;
}

type Query = NonNullable<Parameters<Session["client"]["listThreads"]>[0]["query"]>;

/** The threads of a data source, newest activity first. */
export async function listThreads(
  session: Session,
  source: string,
  options: ListOptions & ThreadFilters,
): Promise<void> {
  const { column, open, resolved } = options;
  if (open === true && resolved === true) throw new UsageError("Give either --open or --resolved.");
  const states = { open: "false", resolved: "true" } as const;
  const state = open === true ? states.open : resolved === true ? states.resolved : undefined;
  const query = checked(catalogRoutes.listThreads.query, { column, resolved: state }) as Query;
  const params = { dataSourceId: await dataSourceId(session, source) };
  const list = ({ query: page }: { readonly query: Query & { readonly limit: number } }) =>
    session.client.listThreads({ params, query: page });
  printList(session, threadColumns, await listed(session.terminal, list, query, options));
}

/** One thread. */
export async function showThread(session: Session, threadId: string): Promise<void> {
  printThread(session, await session.client.getThread({ params: { threadId } }));
}

async function given({ terminal }: Session, text: string | undefined, file: string | undefined) {
  const found = await textOption(terminal, "the text", text, file);
  if (found === undefined) throw new UsageError("Give the text, or --file.");
  return found;
}

/** Begins a thread. */
export async function postThread(
  session: Session,
  source: string,
  text: string | undefined,
  { column, file }: TextOptions,
): Promise<void> {
  const said = { text: await given(session, text, file), ...(column === undefined ? {} : { column }) };
  const body = threadCreation.parse(checked(threadCreation, said));
  const params = { dataSourceId: await dataSourceId(session, source) };
  printThread(session, await session.client.createThread({ params, body }));
}

/** Replies in a thread, and shows it. */
export async function replyTo(
  session: Session,
  threadId: string,
  text: string | undefined,
  { file }: TextOptions,
): Promise<void> {
  const body = replyText.parse(checked(replyText, { text: await given(session, text, file) }));
  await session.client.createReply({ params: { threadId }, body });
  await showThread(session, threadId);
}

/** Changes what one wrote: the thread's own text, or a reply. */
export async function editThread(
  session: Session,
  threadId: string,
  text: string | undefined,
  { file, reply }: TextOptions,
): Promise<void> {
  const said = { text: await given(session, text, file) };
  if (reply === undefined) {
    const body = threadPatch.parse(checked(threadPatch, said));
    await session.client.updateThread({ params: { threadId }, body });
  } else {
    const body = replyText.parse(checked(replyText, said));
    await session.client.updateReply({ params: { threadId, replyId: reply }, body });
  }
  await showThread(session, threadId);
}

/** Resolves a thread, or reopens it. */
export async function setResolved(session: Session, threadId: string, resolved: boolean): Promise<void> {
  printThread(session, await session.client.updateThread({ params: { threadId }, body: { resolved } }));
}

/** Deletes a thread, or one of its replies. */
export async function deleteThread(
  session: Session,
  threadId: string,
  { reply }: TextOptions,
): Promise<void> {
  if (reply === undefined) await session.client.deleteThread({ params: { threadId } });
  else await session.client.deleteReply({ params: { threadId, replyId: reply } });
  say(session.terminal, `${reply === undefined ? `Thread ${threadId}` : `Reply ${reply}`} is deleted.`);
}
