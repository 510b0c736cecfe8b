import type { Routes } from "#contracts/http/routes.ts";
import type { UseCase } from "#core/call/call.ts";

/** Who the caller is, as Reeve knows them. */
export const getMe: UseCase<Routes["getMe"]> = (_, { user }) =>
  Promise.resolve({
    user: { id: user.id, name: user.name, email: user.email },
    permissions: [...user.permissions],
    groups: user.memberOf.map(({ name }) => name),
    attributes: Object.fromEntries(
      Object.entries(user.standing).map(([name, values]) => [name, [...values]]),
    ),
  });
