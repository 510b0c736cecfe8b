import { cell } from "../output/derived-columns.ts";
import { printList } from "../output/print.ts";
import type { Column } from "../output/table.ts";
import type { Session } from "../session.ts";
import { listed, type ListOptions } from "./listing.ts";
import { dataSourceId } from "./resolve.ts";

type Activity = Awaited<ReturnType<Session["client"]["listActivity"]>>["items"][number];

const columns: readonly Column<Activity>[] = [
  { title: "at", value: ({ at }) => at, whole: true },
  { title: "actor", value: ({ actor }) => actor },
  { title: "action", value: ({ action }) => action },
  { title: "outcome", value: ({ outcome }) => outcome },
  { title: "details", value: ({ details }) => cell(details) },
];

/** What was done to a data source, newest first. */
export async function showActivity(session: Session, name: string, options: ListOptions): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, name) };
  const list = ({ query }: { readonly query: { readonly limit: number } }) =>
    session.client.listActivity({ params, query });
  printList(session, columns, await listed(session.terminal, list, {}, options));
}
