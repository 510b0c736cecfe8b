import type { Routes } from "#contracts/http/routes.ts";
import { permission } from "#contracts/resources/system.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion } from "#core/call/retry-conflict.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { administratorWrites } from "#core/people/administrators.ts";
import type { PeopleDeps } from "#core/people/people-deps.ts";
import { callerStands, retryAsCaller } from "#core/people/retry-as-caller.ts";
import type { User } from "#core/people/user.ts";
import { readPerson } from "#core/people/users/read-users.ts";
import { showUser } from "#core/people/users/show-user.ts";
import { demandNoKeys, demandNotSelf, demandSeparateDuties } from "#core/people/users/user-rules.ts";
import { changeWrites } from "#core/people/users/user-writes.ts";
import type { Write } from "#core/ports/change.ts";

type Patch = Parameters<UseCase<Routes["updateUser"]>>[0]["body"];

/** Changes what is given of a user. What leaves everything as it was stores nothing. */
export const updateUser =
  (deps: PeopleDeps): UseCase<Routes["updateUser"]> =>
  ({ params, body }, call) =>
    retryAsCaller(deps, call, async (asked) => {
      authorize(asked.user, "user:manage", deployment);
      const stored = await readPerson(deps.store, params.userId);
      demandVersion(asked, stored.user.version);
      const before = inOrder(stored.user);
      const after = changed(before, body);
      if (isSameValue(before, after)) return showUser(stored, deps.clock.now());
      const user: User = { ...after, version: before.version + 1 };
      await deps.store.commit(await writesOf(deps, asked, before, user));
      return showUser({ ...stored, user }, deps.clock.now());
    });

/** Permissions in Reeve's own order, so that only which they are counts. */
const inOrder = (user: User): User => ({
  ...user,
  permissions: permission.options.filter((one) => user.permissions.includes(one)),
});

function changed(before: User, { name, permissions, disabled, externalUsernames = {} }: Patch): User {
  const usernames = Object.entries({ ...before.externalUsernames, ...externalUsernames });
  return {
    ...before,
    name: name ?? before.name,
    permissions: permissions ?? before.permissions,
    disabled: disabled ?? before.disabled,
    externalUsernames: Object.fromEntries(
      usernames.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    ),
  };
}

async function writesOf(
  { store, ids, clock }: PeopleDeps,
  call: Call,
  before: User,
  after: User,
): Promise<readonly Write[]> {
  const at = clock.now();
  demandNotSelf(call.user, before, after);
  await demandSeparateDuties(store, before, after);
  const keyless = await demandNoKeys(store, after, at);
  return [
    ...callerStands(call, before.id),
    ...changeWrites(before, after),
    ...keyless,
    ...(await administratorWrites(store, { before, after })),
    audited(ids, at, call, {
      action: "user:update",
      resource: { type: "user", id: before.id },
      details: { before: differing(before, after), after: differing(after, before) },
    }),
  ];
}

const recorded = ["name", "permissions", "disabled", "externalUsernames"] as const;

/** What of one differs from the other. */
const differing = (one: User, other: User) =>
  Object.fromEntries(
    recorded.filter((name) => !isSameValue(one[name], other[name])).map((name) => [name, one[name]]),
  );
