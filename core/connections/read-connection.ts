import { authorize, type Action } from "#core/access/can.ts";
import type { ConnectionDeps } from "#core/connections/connection-deps.ts";
import type { ConnectionView } from "#core/ports/store.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Caller } from "#core/people/caller.ts";

/** The connection, if the user may take the action on it; `not-found` if they may not know of it. */
export async function readConnection(
  store: ConnectionDeps["store"],
  user: Caller,
  connectionId: string,
  action: Action,
): Promise<ConnectionView> {
  const view = await store.connection(connectionId, user.principals);
  if (view === null) throw new DomainError("not-found");
  authorize(user, action, { type: "connection", memberships: view.memberships });
  return view;
}
