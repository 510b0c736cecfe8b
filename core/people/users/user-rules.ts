import type { Permission } from "#contracts/resources/system.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { keyRemoval, ringWrite, standingKeys } from "#core/people/keys/new-key.ts";
import type { User } from "#core/people/user.ts";
import type { Write } from "#core/ports/change.ts";
import type { SettingsStore } from "#core/ports/store.ts";
import type { UserStore } from "#core/ports/user-store.ts";
import { staleAside } from "#core/call/retry-conflict.ts";

const ownAffairs = ["permissions", "groups", "attributes", "externalUsernames"] as const;

/** Refuses a change by which somebody would give themselves more, or less (rules of access: nobody changes their own rights). */
export function demandNotSelf(caller: Pick<User, "id">, before: User, after: User): void {
  if (caller.id !== before.id) return;
  const changed = ownAffairs.filter((name) => !isSameValue(before[name], after[name]));
  if (changed.length === 0) return;
  throw new DomainError("self-change", `Another administrator has to change your ${changed.join(" and ")}.`);
}

const both = ["USER_ADMIN", "GOVERNANCE"] as const satisfies readonly Permission[];
const hasBoth = ({ permissions }: User): boolean => both.every((one) => permissions.includes(one));

/**
 * Where duties are separated, refuses a change of permissions that leaves somebody with USER_ADMIN and GOVERNANCE, and to
 * let in whom it would. Who had both before keeps them until they are changed.
 */
export async function demandSeparateDuties(
  store: SettingsStore,
  before: User | null,
  after: User,
): Promise<void> {
  const enabled = before?.disabled === true && !after.disabled;
  const changed = before === null || enabled || !isSameValue(before.permissions, after.permissions);
  if (!changed || !hasBoth(after)) return;
  if (!(await store.settings()).separateDuties) return;
  throw new DomainError("duties-separated", undefined, {
    errors: [
      {
        in: "body",
        pointer: "/permissions",
        detail: "must not hold both, as the setting separateDuties says",
      },
    ],
  });
}

const privileges = ["USER_ADMIN", "GOVERNANCE", "AUDIT"] as const satisfies readonly Permission[];

/** Whether a service user may have no keys: whoever made one would hold what they were never given. */
export const isPrivilegedService = ({ kind, permissions }: Pick<User, "kind" | "permissions">): boolean =>
  kind === "service" && privileges.some((one) => permissions.includes(one));

/**
 * Refuses to give such a permission to a service user who has keys. Gives the writes by which those that have expired
 * go, and none comes about meanwhile.
 */
export async function demandNoKeys(
  store: Pick<UserStore, "keyRing">,
  after: User,
  at: Date,
): Promise<readonly Write[]> {
  if (!isPrivilegedService(after)) return [];
  const ring = await store.keyRing(after.id);
  if (standingKeys(ring, at).length > 0) {
    throw new DomainError(
      "privileged-service-user",
      "Revoke its keys first: with these permissions it comes in by its identity provider alone.",
    );
  }
  if (ring.keys.length === 0) {
    return [{ write: "require", kind: "key-ring", record: ring, otherwise: staleAside() }];
  }
  return [ringWrite(ring, []), ...ring.keys.map((key) => keyRemoval(ring, key))];
}
