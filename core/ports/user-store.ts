import type { Administrators } from "#core/people/administrators.ts";
import type { Invitation } from "#core/people/invitations/invitation.ts";
import type { KeyRing } from "#core/people/keys/key-ring.ts";
import type { UserPlace } from "#core/people/user.ts";
import type { Page } from "#core/ports/store.ts";

/** Users as they are managed; who a caller is, is read by `PeopleStore`. */
export interface UserStore {
  /** Every user's place, in the order of their ids. */
  userPlaces(after: string | null, limit: number): Promise<Page<UserPlace>>;
  /** Who has the permissions on which the deployment rests; null where nobody has written it down yet. */
  administrators(): Promise<Administrators | null>;
  /** A user's keys as they are listed; none where they never had one. */
  keyRing(userId: string): Promise<KeyRing>;
  /** The invitation that a user may accept, or might have before it expired; null where there is none. */
  invitation(userId: string): Promise<Invitation | null>;
}
