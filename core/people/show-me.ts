import type { Routes } from "#contracts/http/routes.ts";
import type { UseCase } from "#core/call/call.ts";
import { inOrder } from "#core/people/attributes.ts";

/** Who the caller is, as Reeve knows them; attributes by the names under which they were given. */
export const getMe: UseCase<Routes["getMe"]> = (_, { user }) =>
  Promise.resolve({
    user: { id: user.id, name: user.name, email: user.email },
    permissions: [...user.permissions],
    groups: user.memberOf.map(({ name }) => name),
    attributes: inOrder(
      Object.entries(user.standing).map(([name, values]) => [user.attributeNames[name] ?? name, [...values]]),
    ),
  });
