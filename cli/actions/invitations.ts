import type { ReeveClient } from "#client/client.ts";
import { invitationAcceptance } from "#contracts/resources/user.ts";
import { checked } from "../input/check.ts";
import { secret } from "../input/ask.ts";
import { printOne } from "../output/print.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { userId } from "./resolve-user.ts";

type Invitation = Awaited<ReturnType<ReeveClient["inviteUser"]>>;

/** An invitation as a person reads it. */
export const invitationPairs = ({ token, expiresAt }: Invitation): readonly (readonly [string, string])[] => [
  ["invitation", token ?? ""],
  ["expires", expiresAt],
];

/** Says what to do with an invitation that was printed. */
export const tellInvitation = ({ terminal }: Session): void =>
  say(terminal, "The invitation is shown once: hand it over in private. `reeve user accept` takes it.");

/** Invites a person anew. */
export async function inviteUser(session: Session, user: string): Promise<void> {
  const invitation = await session.client.inviteUser({ params: { userId: await userId(session, user) } });
  printOne(session, invitation, invitationPairs(invitation));
  tellInvitation(session);
}

/** Turns an invitation into one's first key. The key is printed, because it is told once. */
export async function acceptInvitation(session: Session, keyName: string): Promise<void> {
  const withToken = (token: string) =>
    invitationAcceptance.parse(checked(invitationAcceptance, { token, keyName }));
  withToken("-");
  const body = withToken((await secret(session.terminal, "Invitation", "REEVE_INVITATION")).trim());
  const joined = await session.client.acceptInvitation({ body });
  printOne(session, joined, [
    ["id", joined.user.id],
    ["name", joined.user.name],
    ["key", joined.key],
  ]);
  say(session.terminal, "The key is shown once. `reeve configure` keeps it for the next commands.");
}
