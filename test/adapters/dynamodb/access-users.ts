import type { Permission } from "#contracts/resources/system.ts";
import type { KeyRing } from "#core/people/keys/key-ring.ts";
import { bootstrapAdministrator } from "#core/people/first-administrator.ts";
import { acceptInvitation } from "#core/people/invitations/accept-invitation.ts";
import { createMyKey, deleteMyKey } from "#core/people/keys/api-keys.ts";
import type { PeopleDeps } from "#core/people/people-deps.ts";
import { createUser } from "#core/people/users/create-user.ts";
import { deleteUser } from "#core/people/users/delete-user.ts";
import { updateUser } from "#core/people/users/update-user.ts";
import { creationWrites } from "#core/people/users/user-writes.ts";
import type { Call } from "#core/call/call.ts";
import type { KeptReply, Write } from "#core/ports/change.ts";
import { fixedParts, indexOf } from "#test/support/composition.ts";
import { KeptLog } from "#test/support/kept-log.ts";
import { Outbox } from "#test/support/outbox.ts";
import { aCaller, aUser } from "#test/support/records.ts";
import { commitAll, type Prepared, type Trial } from "./access-fixtures.ts";

const depsOf = ({ store, clock, ids }: Prepared): PeopleDeps => ({
  store,
  clock,
  ids,
  ...fixedParts,
  ...indexOf(store, clock),
  messages: new Outbox(clock),
  log: new KeptLog(),
});

/** What an operation commits: it runs on the prepared table, but for the commit itself, which the trial makes. */
async function committedBy(
  given: Prepared,
  operation: (deps: PeopleDeps) => Promise<unknown>,
): Promise<(store: Prepared["store"]) => Promise<unknown>> {
  let taken: readonly [readonly Write[], KeptReply | undefined] = [[], undefined];
  const deps = depsOf(given);
  const commit: Prepared["store"]["commit"] = (writes, kept) => {
    taken = [writes, kept];
    return Promise.resolve();
  };
  await operation({ ...deps, store: { ...deps.store, commit } });
  return (store) => store.commit(...taken);
}

/** Somebody who asks, and is there. */
async function somebody(given: Prepared, permissions: readonly Permission[] = []): Promise<Call> {
  const user = aUser({ id: given.id("user"), name: "Grace Hopper", permissions });
  await given.store.commit(creationWrites(user));
  return { ...given.call, user: aCaller(user) };
}

const anAdministrator = (given: Prepared): Promise<Call> => somebody(given, ["USER_ADMIN"]);

const input = (body: unknown, params: object = {}) => ({ params, query: undefined, body }) as never;

/** Somebody whom an administrator made, with what they were sent. */
async function aMadeUser(given: Prepared, call: Call) {
  const made = await createUser(depsOf(given))(
    input({
      name: "Ada King Lovelace",
      email: "ada@example.com",
      kind: "person",
      permissions: ["GOVERNANCE"],
    }),
    { ...call, idempotency: null },
  );
  return { id: made.id, token: made.invitation?.token ?? "" };
}

/** A user with so many keys, as they ask. */
async function withKeys(given: Prepared, count: number): Promise<Call> {
  const call = { ...(await somebody(given)), idempotency: null };
  for (let n = 0; n < count; n += 1) await createMyKey(depsOf(given))(input({ name: "laptop" }), call);
  return { ...call, idempotency: given.call.idempotency };
}

/** Users in a list of their own, by their ids. */
export async function sixtyUsers(given: Prepared): Promise<readonly string[]> {
  const users = given.many(60, (index) =>
    aUser({ id: given.id("user"), name: `Ada King ${index}`, email: `ada.king.${index}@example.com` }),
  );
  await commitAll(given, users.flatMap(creationWrites));
  return users.map(({ id }) => id);
}

/** Every read and change of users, their keys and their invitations, by the function cell of its row. */
export const userAccess: Readonly<Record<string, Trial>> = {
  "`userPlaces`, first 50 of 60": async (given) => {
    await sixtyUsers(given);
    return (store) => store.userPlaces(null, 50);
  },
  "`userPlaces`, the rest": async (given) => {
    const ids = await sixtyUsers(given);
    return (store) => store.userPlaces(ids[49] ?? "", 50);
  },
  "`administrators`": () => Promise.resolve((store) => store.administrators()),
  "`keyRing` of 5 keys": async (given) => {
    const { user } = await withKeys(given, 5);
    return (store): Promise<KeyRing> => store.keyRing(user.id);
  },
  "`invitation`": () => Promise.resolve((store) => store.invitation("usr_1")),
  "`commit` of the first administrator": (given) =>
    committedBy(given, (deps) =>
      bootstrapAdministrator(deps, { id: given.id("apiKey"), hash: "0".repeat(64) }),
    ),
  "`commit` of a new user": async (given) => {
    const call = await anAdministrator(given);
    const body = {
      name: "Ada King Lovelace",
      email: "ada@example.com",
      kind: "person",
      permissions: ["AUDIT"],
    };
    return await committedBy(given, (deps) => createUser(deps)(input(body), call));
  },
  "`commit` of a user's permissions": async (given) => {
    const call = await anAdministrator(given);
    const { id } = await aMadeUser(given, call);
    const change = input({ permissions: ["USER_ADMIN"] }, { userId: id });
    return await committedBy(given, (deps) => updateUser(deps)(change, call));
  },
  "`commit` of a user's end, 5 keys": async (given) => {
    const call = await anAdministrator(given);
    const gone = await withKeys(given, 5);
    return await committedBy(given, (deps) =>
      deleteUser(deps)(input(undefined, { userId: gone.user.id }), call),
    );
  },
  "`commit` of an invitation that is accepted": async (given) => {
    const call = await anAdministrator(given);
    const { token } = await aMadeUser(given, call);
    return await committedBy(given, (deps) =>
      acceptInvitation(deps)(input({ token, keyName: "laptop" }), call),
    );
  },
  "`commit` of a key beside 4 others": async (given) => {
    const call = await withKeys(given, 4);
    return await committedBy(given, (deps) => createMyKey(deps)(input({ name: "laptop" }), call));
  },
  "`commit` of a key's end beside 4 others": async (given) => {
    const call = await withKeys(given, 5);
    const { keys } = await given.store.keyRing(call.user.id);
    return await committedBy(given, (deps) =>
      deleteMyKey(deps)(input(undefined, { keyId: keys[0]?.id ?? "" }), call),
    );
  },
};
