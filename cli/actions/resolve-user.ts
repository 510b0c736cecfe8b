import { items } from "#client/paging.ts";
import { Refusal, UsageError } from "../failure.ts";
import type { Session } from "../session.ts";

/** Also the first administrator's, which is fixed. */
const isUserId = (text: string): boolean => /^usr_\w+$/.test(text);

const folded = (text: string): string => text.normalize("NFC").trim().toLowerCase();

/** The id of a user who is named by id, by e-mail address or by name; neither of these two is one user's alone. */
export async function userId({ client }: Session, text: string): Promise<string> {
  if (isUserId(text)) return text;
  const wanted = folded(text);
  const found: { readonly id: string; readonly name: string; readonly email: string }[] = [];
  for await (const user of items(client.listUsers, { query: { search: text, limit: 200 } })) {
    if (folded(user.email) === wanted || folded(user.name) === wanted) found.push(user);
  }
  const [only, ...more] = found;
  if (only === undefined) throw new Refusal(`There is no user ${JSON.stringify(text)}.`);
  if (more.length === 0) return only.id;
  const which = found.map(({ id, name, email }) => `${id} (${name}, ${email})`);
  throw new UsageError(
    [`${JSON.stringify(text)} is several users: say which, by id:`, ...which].join("\n  "),
  );
}
