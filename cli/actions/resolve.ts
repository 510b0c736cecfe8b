import { items } from "#client/paging.ts";
import { idPrefixes } from "#contracts/ids.ts";
import { Refusal } from "../failure.ts";
import type { Session } from "../session.ts";

/** `<prefix>_<ULID>`: what looks so is an id and costs no look-up. */
export const isId = (prefix: string, text: string): boolean =>
  new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`).test(text);

/** Names are compared as the service compares them. */
const folded = (name: string): string => name.normalize("NFC").trim().toLowerCase();

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The first of a list that bears a name, as the service compares names. */
export async function byName<Item extends Named>(
  found: AsyncIterable<Item>,
  name: string,
  kind: string,
): Promise<Item> {
  for await (const item of found) if (folded(item.name) === folded(name)) return item;
  throw new Refusal(`There is no ${kind} "${name}", or you may not know of it.`);
}

/** The id of a connection that is named by its id or its name. */
export async function connectionId({ client }: Session, text: string): Promise<string> {
  if (isId(idPrefixes.connection, text)) return text;
  const found = items(client.listConnections, { query: { limit: 200 } });
  return (await byName(found, text, "connection")).id;
}

/** The id of a data source that is named by its id or its name. */
export async function dataSourceId({ client }: Session, text: string): Promise<string> {
  if (isId(idPrefixes.dataSource, text)) return text;
  const found = items(client.listDataSources, { query: { search: text, limit: 200 } });
  return (await byName(found, text, "data source")).id;
}

/** The id of a user or a group that is named by its id or its name. Two users may have one name: then the id is needed. */
export async function principalId(
  { client }: Session,
  type: "user" | "group",
  text: string,
): Promise<string> {
  if (isId(idPrefixes[type], text)) return text;
  const found: Named[] = [];
  for await (const one of items(client.listPrincipals, { query: { search: text, limit: 200 } })) {
    if (one.kind === type && folded(one.name) === folded(text)) found.push(one);
  }
  const [first, ...others] = found;
  if (first === undefined) throw new Refusal(`There is no ${type} "${text}", or you may not know of it.`);
  if (others.length > 0) {
    throw new Refusal(`Several are named "${text}": ${found.map(({ id }) => id).join(", ")}. Give the id.`);
  }
  return first.id;
}
