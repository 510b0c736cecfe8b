import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, staleRead } from "#core/call/retry-conflict.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { valuesOf, withAttribute, withoutAttribute } from "#core/people/attributes.ts";
import type { PeopleDeps } from "#core/people/people-deps.ts";
import { callerStands, retryAsCaller } from "#core/people/retry-as-caller.ts";
import type { Attributes, User } from "#core/people/user.ts";
import { readPerson } from "#core/people/users/read-users.ts";
import { showUser } from "#core/people/users/show-user.ts";
import { demandNotSelf } from "#core/people/users/user-rules.ts";

/** Says what values a user's attribute has. */
export const setUserAttribute =
  (deps: PeopleDeps): UseCase<Routes["setUserAttribute"]> =>
  ({ params: { userId, name }, body }, call) =>
    changeAttributes(deps, call, { userId, name, action: "user:set-attribute" }, (attributes) =>
      withAttribute(attributes, name, body.values),
    );

/** Takes a user's attribute away. */
export const removeUserAttribute =
  (deps: PeopleDeps): UseCase<Routes["removeUserAttribute"]> =>
  async ({ params: { userId, name } }, call) => {
    await changeAttributes(deps, call, { userId, name, action: "user:remove-attribute" }, (attributes) =>
      withoutAttribute(attributes, name),
    );
    return undefined;
  };

interface Change {
  readonly userId: string;
  readonly name: string;
  readonly action: string;
}

const changeAttributes = (
  { store, ids, clock }: PeopleDeps,
  call: Call,
  { userId, name, action }: Change,
  change: (attributes: Attributes) => Attributes,
) =>
  retryAsCaller({ store, clock }, call, async (asked) => {
    authorize(asked.user, "user:manage", deployment);
    const stored = await readPerson(store, userId);
    const before = stored.user;
    demandVersion(asked, before.version);
    const after: User = { ...before, attributes: change(before.attributes), version: before.version + 1 };
    if (isSameValue(before.attributes, after.attributes)) return showUser(stored, clock.now());
    demandNotSelf(asked.user, before, after);
    const at = clock.now();
    await store.commit([
      ...callerStands(asked, before.id),
      { write: "replace", kind: "user", record: after, expected: before.version, otherwise: staleRead() },
      audited(ids, at, asked, {
        action,
        resource: { type: "user", id: before.id },
        details: {
          name,
          attributeValues: {
            before: valuesOf(before.attributes, name),
            after: valuesOf(after.attributes, name),
          },
        },
      }),
    ]);
    return showUser({ ...stored, user: after }, at);
  });
