import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import type { apiKey as apiKeySchema } from "#contracts/resources/api-key.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { ListedKey } from "#core/people/keys/key-ring.ts";
import { keyRemoval, newKey, ringWrite } from "#core/people/keys/new-key.ts";
import type { PeopleDeps } from "#core/people/people-deps.ts";
import { callerStands, retryAsCaller } from "#core/people/retry-as-caller.ts";
import type { User } from "#core/people/user.ts";
import { readPerson } from "#core/people/users/read-users.ts";
import { isPrivilegedService } from "#core/people/users/user-rules.ts";

const show = ({ id, name, expiresAt, createdAt, createdBy }: ListedKey): z.output<typeof apiKeySchema> => ({
  id,
  name,
  expiresAt,
  createdAt,
  createdBy,
});

type PageOf = Parameters<UseCase<Routes["listMyKeys"]>>[0]["query"];

/** There are few: a page is cut from all of them. */
async function listKeys({ store, cursors }: PeopleDeps, userId: string, query: PageOf) {
  const keys = (await store.keyRing(userId)).keys.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return await fillPage(cursors, `users/${userId}/api-keys`, query, z.string(), {
    read: (after) =>
      Promise.resolve({ items: keys.filter(({ id }) => after === null || id > after), next: null }),
    positionOf: ({ id }) => id,
    show,
  });
}

/** The caller's own keys. */
export const listMyKeys =
  (deps: PeopleDeps): UseCase<Routes["listMyKeys"]> =>
  ({ query }, { user }) =>
    listKeys(deps, user.id, query);

/** The keys of a user. */
export const listUserKeys =
  (deps: PeopleDeps): UseCase<Routes["listUserKeys"]> =>
  async ({ params, query }, call) => {
    authorize(call.user, "api-key:list", { type: "user", id: params.userId });
    const { user } = await readPerson(deps.store, params.userId);
    return await listKeys(deps, user.id, query);
  };

type Wish = Parameters<UseCase<Routes["createMyKey"]>>[0]["body"];

/** Makes a key for the caller. */
export const createMyKey =
  (deps: PeopleDeps): UseCase<Routes["createMyKey"]> =>
  ({ body }, call) =>
    retryAsCaller(deps, call, (asked) => createKey(deps, asked, asked.user, body));

/** Makes a key for a service user: a person's keys are made by nobody but themselves. */
export const createUserKey =
  (deps: PeopleDeps): UseCase<Routes["createUserKey"]> =>
  ({ params, body }, call) =>
    retryAsCaller(deps, call, async (asked) => {
      authorize(asked.user, "user:manage", deployment);
      const { user } = await readPerson(deps.store, params.userId);
      if (user.kind !== "service") {
        throw new DomainError("forbidden", "People make their own keys: POST /me/api-keys.");
      }
      return await createKey(deps, asked, user, body);
    });

async function createKey(deps: PeopleDeps, call: Call, user: User, body: Wish) {
  const { store, ids, clock } = deps;
  const at = clock.now();
  const expiresAt = demandFuture(body.expiresAt, at);
  if (isPrivilegedService(user)) throw new DomainError("privileged-service-user");
  const ring = await store.keyRing(user.id);
  const wish = { user, ring, name: body.name, expiresAt, createdBy: call.user.id };
  const { listed, token, writes } = newKey(deps, at, wish);
  await store.commit(
    [
      ...callerStands(call, user.id),
      // Neither gone by now nor with permissions that allow no keys.
      { write: "require", kind: "user", record: user, otherwise: staleAside() },
      ...writes,
      audited(ids, at, call, {
        action: "api-key:create",
        resource: { type: "user", id: user.id },
        details: { after: show(listed) },
      }),
    ],
    keptReply(call, 201, { ...show(listed), key: null }, at),
  );
  return { ...show(listed), key: token };
}

function demandFuture(expiresAt: string | null | undefined, at: Date): string | null {
  if (expiresAt === undefined || expiresAt === null) return null;
  const time = new Date(expiresAt);
  if (time.getTime() > at.getTime()) return time.toISOString();
  throw new DomainError("invalid-request", undefined, {
    errors: [{ in: "body", pointer: "/expiresAt", detail: "must be in the future" }],
  });
}

/** Revokes a key of the caller's own. */
export const deleteMyKey =
  (deps: PeopleDeps): UseCase<Routes["deleteMyKey"]> =>
  ({ params }, call) =>
    retryAsCaller(deps, call, (asked) => revoke(deps, asked, asked.user.id, params.keyId));

/** Revokes a key of a user. */
export const deleteUserKey =
  (deps: PeopleDeps): UseCase<Routes["deleteUserKey"]> =>
  ({ params: { userId, keyId } }, call) =>
    retryAsCaller(deps, call, async (asked) => {
      authorize(asked.user, "api-key:revoke", { type: "user", id: userId });
      return await revoke(deps, asked, userId, keyId);
    });

/** From the commit on nobody gets in with it: keys are read with every request. */
async function revoke({ store, ids, clock }: PeopleDeps, call: Call, userId: string, keyId: string) {
  const [ring, stored] = await Promise.all([store.keyRing(userId), store.apiKey(keyId)]);
  const listed = ring.keys.find(({ id }) => id === keyId);
  const key = stored?.userId === userId ? stored : listed;
  if (key === undefined) throw new DomainError("not-found");
  await store.commit([
    ...callerStands(call, userId),
    keyRemoval(ring, key, new DomainError("not-found")),
    // One from before keys were listed stands in no list.
    ...(listed === undefined
      ? []
      : [
          ringWrite(
            ring,
            ring.keys.filter(({ id }) => id !== keyId),
          ),
        ]),
    audited(ids, clock.now(), call, {
      action: "api-key:revoke",
      resource: { type: "user", id: userId },
      details: { before: { id: keyId, name: key.name } },
    }),
  ]);
  return undefined;
}
