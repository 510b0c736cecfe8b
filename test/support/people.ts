import type { ReeveClient } from "#client/client.ts";
import type { App } from "./app.ts";
import { personaOf, type Persona } from "./personas.ts";
import { unique } from "./records.ts";

/** The body of a person who is to be made. */
export const personBody = (given: Partial<UserBody> = {}): UserBody => ({
  name: unique("Ann "),
  email: "ann@example.com",
  ...given,
});

type UserBody = Parameters<ReeveClient["createUser"]>[0]["body"];

/** A person whom an administrator made, come in by their invitation; as they call from then on. */
export async function aJoinedPerson(
  app: App,
  admin: Persona,
  given: Partial<UserBody> = {},
): Promise<Persona> {
  const made = await admin.api.createUser({ body: personBody(given) });
  const joined = await admin.api.acceptInvitation({
    body: { token: made.invitation?.token ?? "", keyName: "first" },
  });
  const user = await app.store.user(made.id);
  if (user === null) throw new Error("they are gone");
  return personaOf(app, user, joined.key);
}

/** A service user whom an administrator made, without keys. */
export const aService = (admin: Persona, permissions: UserBody["permissions"] = []) =>
  admin.api.createUser({ body: { name: unique("Robot "), kind: "service", permissions } });
