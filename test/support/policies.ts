import { listings } from "./personas.ts";
import { expect } from "vitest";
import type { User } from "#core/people/user.ts";
import type { App } from "./app.ts";
import type { DataSource, Persona } from "./personas.ts";

interface Listed {
  readonly id: string;
  readonly myRole: string | null;
}

/**
 * What a person is to a data source, as the list and its page say, which must say the same: a role, `found` where they may
 * only know of it, or `hidden`.
 */
export async function standing(
  app: App,
  of: Pick<DataSource, "id" | "name">,
  { key }: Pick<Persona, "key">,
): Promise<string> {
  const list = await app.call("GET", "/data-sources", { as: { key }, query: { search: of.name } });
  const { items } = list.body as { readonly items: readonly Listed[] };
  const listed = items.find(({ id }) => id === of.id);
  // Of what can only be found there is no page.
  if (listed?.myRole === null) return "found";
  const { status, body } = await app.call("GET", `/data-sources/${of.id}`, { as: { key } });
  const shown = status === 200 ? (body as Listed).myRole : status;
  expect(shown).toBe(listed?.myRole ?? 404);
  return listed?.myRole ?? "hidden";
}

/** Gives a person other facts, as whoever manages users does. */
export async function become(app: App, { user: { id } }: Persona, facts: Partial<User>): Promise<void> {
  const user = await app.store.user(id);
  if (user === null) throw new Error("there is no such user");
  const record = { ...user, ...facts, version: user.version + 1 };
  await app.store.commit([
    { write: "put", kind: "user", record },
    ...(await listings(app, id, user.groups, record.groups)),
  ]);
}
