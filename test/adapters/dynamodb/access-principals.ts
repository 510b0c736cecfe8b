import type { Write } from "#core/ports/change.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import { aGroupMember } from "#test/support/people-records.ts";
import { commitAll, conflict, deed, replyOf, type Prepared, type Trial } from "./access-fixtures.ts";
import { sixtyUsers } from "./access-users.ts";

/** A group of sixty; the one behind whom the second page begins. */
async function sixtyMembers(given: Prepared) {
  const groupId = given.id("group");
  const records = given.many(60, () =>
    aGroupMember({ groupId, userId: given.id("user"), addedBy: given.call.user.id }),
  );
  await commitAll(
    given,
    records.map((record) => ({ write: "create", kind: "group-member", record })),
  );
  return { groupId, last: records[49] ?? null };
}

/** Every read of who belongs to whom, is found by what, and can act, by the function cell of its row. */
export const principalAccess: Readonly<Record<string, Trial>> = {
  "`people`, 50 of them": async (given) => {
    const ids = await sixtyUsers(given);
    return (store) => store.people(ids.slice(0, 50));
  },
  "`groupMembers`, first 50 of 60": async (given) => {
    const { groupId } = await sixtyMembers(given);
    return (store) => store.groupMembers(groupId, null, 50);
  },
  "`groupMembers`, the rest": async (given) => {
    const { groupId, last } = await sixtyMembers(given);
    return (store) => store.groupMembers(groupId, last, 50);
  },
  "`principalWords` that begin so, first 50 of 60": async (given) => {
    await sixtyUsers(given);
    return (store) => store.principalWords("ki", null, 50);
  },
  "`principalWords` that begin so, the rest": async (given) => {
    const ids = await sixtyUsers(given);
    return (store) => store.principalWords("ki", { word: "king", id: ids[49] ?? "" }, 50);
  },
  "`ownersLeft`": () => Promise.resolve((store) => store.ownersLeft()),
  "`commit` of a group's new name": async (given) => {
    const principal = { type: "group", id: given.id("group") } as const;
    await given.store.commit(principalWords(principal, "Finance analysts"));
    return (store) => store.commit(principalWords(principal, "Finance people", "Finance analysts"));
  },
  "`commit` of a user's role on a connection": async (given) => {
    const connection = given.connection();
    const { user } = given.call;
    const member = given.role(connection.id, "registrar");
    await given.store.commit([
      { write: "create", kind: "connection", record: connection },
      { write: "create", kind: "user", record: user },
    ]);
    const writes: Write[] = [
      { write: "require-connection", connectionId: connection.id, otherwise: conflict },
      { write: "create", kind: "connection-member", record: member },
      { write: "require-principal", principal: { type: "user", id: user.id }, otherwise: conflict },
      deed(given, "connection:add-member", "connection", connection.id, { role: "registrar" }),
    ];
    return (store) => store.commit(writes, replyOf(given, member));
  },
};
