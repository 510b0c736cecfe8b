import { restoration } from "#contracts/resources/deleted-data-source.ts";
import { checked } from "../input/check.ts";
import { printDataSource } from "../output/data-source.ts";
import { deletedColumns } from "../output/deleted-data-source.ts";
import { printList } from "../output/print.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { idPrefixes } from "#contracts/ids.ts";
import { items } from "#client/paging.ts";
import { listed, type ListOptions } from "./listing.ts";
import { byName, isId } from "./resolve.ts";

/** What can be restored. */
export async function listDeleted(session: Session, options: ListOptions): Promise<void> {
  const list = session.client.listDeletedDataSources;
  printList(session, deletedColumns, await listed(session.terminal, list, {}, options));
}

/** Restores a deleted data source that is named by its id or its name; of several, the one deleted last. */
export async function restoreDataSource(
  session: Session,
  text: string,
  options: { readonly name?: string },
): Promise<void> {
  const given = options.name === undefined ? {} : { name: options.name };
  const body = restoration.parse(checked(restoration, given));
  const params = { dataSourceId: await deletedId(session, text) };
  const restored = await session.client.restoreDataSource({ params, body });
  printDataSource(session, restored);
  if (restored.status === "disabled") {
    say(session.terminal, "It is disabled: look at its columns, then enable it by --status enabled.");
  }
}

async function deletedId({ client }: Session, text: string): Promise<string> {
  if (isId(idPrefixes.dataSource, text)) return text;
  const found = items(client.listDeletedDataSources, { query: { limit: 200 } });
  return (await byName(found, text, "deleted data source")).id;
}
