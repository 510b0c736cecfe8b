import { apiKeyCreation } from "#contracts/resources/api-key.ts";
import { checked } from "../input/check.ts";
import { printList, printOne } from "../output/print.ts";
import { keyColumns } from "../output/user.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { listed, type ListOptions } from "./listing.ts";
import { userId } from "./resolve-user.ts";

/** One's own keys, or those of a user. */
export async function listKeys(
  session: Session,
  user: string | undefined,
  options: ListOptions,
): Promise<void> {
  const { client, terminal } = session;
  const params = user === undefined ? null : { userId: await userId(session, user) };
  const list = ({ query }: { readonly query: { readonly limit: number } }) =>
    params === null ? client.listMyKeys({ query }) : client.listUserKeys({ params, query });
  printList(session, keyColumns, await listed(terminal, list, {}, options));
}

/** The options of `user create-key`. */
export interface KeyCreation {
  readonly for?: string;
  readonly expires?: string;
}

/** Makes a key for oneself or for a service user. It is printed, because it is told once. */
export async function createKey(session: Session, name: string, options: KeyCreation): Promise<void> {
  const { client } = session;
  const { for: user, expires } = options;
  const given = { name, ...(expires === undefined ? {} : { expiresAt: expires }) };
  const body = apiKeyCreation.parse(checked(apiKeyCreation, given));
  const made =
    user === undefined
      ? await client.createMyKey({ body })
      : await client.createUserKey({ params: { userId: await userId(session, user) }, body });
  printOne(session, made, [
    ["id", made.id],
    ["name", made.name],
    ["expires", made.expiresAt ?? "never"],
    ["key", made.key ?? ""],
  ]);
  say(session.terminal, "The key is shown once.");
}

/** Revokes a key. */
export async function revokeKey(session: Session, keyId: string, user: string | undefined): Promise<void> {
  const { client, terminal } = session;
  if (user === undefined) await client.deleteMyKey({ params: { keyId } });
  else await client.deleteUserKey({ params: { userId: await userId(session, user), keyId } });
  say(terminal, `Key ${keyId} is revoked.`);
}
