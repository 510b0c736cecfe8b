import type { AccessRequest, Approval, RequestList } from "#core/access-requests/access-request.ts";
import { grant } from "#core/access-requests/grant.ts";
import {
  auditedRequest,
  changeWrites,
  creationWrites,
  groundsAtCommit,
} from "#core/access-requests/request-writes.ts";
import type { Write } from "#core/ports/change.ts";
import { someFacts } from "#test/support/people-records.ts";
import { aCaller, aUser } from "#test/support/records.ts";
import { anAccessRequest } from "#test/support/request-records.ts";
import { aCreatedDataSource, commitAll, replyOf, type Prepared, type Trial } from "./access-fixtures.ts";

/** A request as somebody makes it, of usual length. */
const aTypicalRequest = (given: Prepared, of: Partial<AccessRequest> = {}): AccessRequest => {
  const requestedBy = of.requestedBy ?? given.id("user");
  return anAccessRequest({
    id: given.id("accessRequest"),
    dataSourceId: given.id("dataSource"),
    requester: { type: "user", id: requestedBy },
    requestedBy,
    approvals: [],
    createdAt: given.clock.now().toISOString(),
    version: 1,
    ...of,
  });
};

async function sixtyRequests(given: Prepared, of: Partial<AccessRequest> = {}) {
  const requests = given.many(60, () => aTypicalRequest(given, of));
  for (const request of requests) await given.store.commit(creationWrites(request));
  return requests;
}

/** One page of a list, and the page after it. */
function pages(name: string, listOf: (given: Prepared) => { of: Partial<AccessRequest>; list: RequestList }) {
  const page =
    (after: number | null): Trial =>
    async (given) => {
      const { of, list } = listOf(given);
      // A person asks once for a data source: of one's own each is about another one.
      const requests = await sixtyRequests(given, of);
      const before = after === null ? null : (requests[after]?.id ?? null);
      return (used) => used.requestPlaces(list, before, 50);
    };
  return { [`${name}, first 50 of 60`]: page(null), [`${name}, the rest`]: page(10) };
}

/** Somebody who is stored. */
async function aStoredUser(given: Prepared) {
  const user = aUser({ id: given.id("user"), permissions: ["GOVERNANCE"] });
  await given.store.commit([{ write: "create", kind: "user", record: user }]);
  return aCaller(user);
}

/** A data source, two people who are stored, and a request of the one that the other one approves. */
async function anApproval(given: Prepared, required: AccessRequest["required"]) {
  const { dataSource } = await aCreatedDataSource(given);
  const [asker, approver] = [await aStoredUser(given), await aStoredUser(given)];
  const before = aTypicalRequest(given, { dataSourceId: dataSource.id, requestedBy: asker.id, required });
  await given.store.commit(creationWrites(before));
  const at = given.clock.now().toISOString();
  const approval: Approval = {
    by: approver.id,
    at,
    as: "GOVERNANCE",
    kinds: ["GOVERNANCE"],
    expiresAt: null,
  };
  const after = { ...before, approvals: [approval], version: 2 };
  const call = { ...given.call, user: approver };
  return { dataSource, asker, approver, before, after, call };
}

/** Every read and change of access requests, by the function cell of its row. */
export const askingAccess: Readonly<Record<string, Trial>> = {
  "`people`, 20 of them": async (given) => {
    const users = given.many(20, () => aUser({ id: given.id("user") }));
    await commitAll(
      given,
      users.flatMap((record): Write[] => [
        { write: "create", kind: "user", record },
        { write: "create", kind: "user-facts", record: someFacts({ userId: record.id }) },
      ]),
    );
    return (used) => used.people(users.map(({ id }) => id));
  },
  "`dataSourceHeaders` of 50": async (given) => {
    const records = given.many(50, () => given.dataSource());
    await commitAll(
      given,
      records.map((record) => ({ write: "create", kind: "data-source", record })),
    );
    return (used) => used.dataSourceHeaders(records.map(({ id }) => id));
  },
  "`statedMembers`, 3 users": async (given) => {
    const { dataSource } = await aCreatedDataSource(given);
    return (used) =>
      used.statedMembers(dataSource.id, [given.call.user.id, given.id("user"), given.id("user")]);
  },
  "`accessRequests` of 50": async (given) => {
    const requests = await sixtyRequests(given);
    return (used) => used.accessRequests(requests.slice(0, 50).map(({ id }) => id));
  },
  ...pages("`requestPlaces` of all that is pending", () => ({ of: {}, list: { list: "pending" } })),
  ...pages("`requestPlaces` of a person", ({ call: { user } }) => ({
    of: { requestedBy: user.id },
    list: { list: "user", userId: user.id },
  })),
  ...pages("`requestPlaces` of a data source", (given) => {
    const dataSourceId = given.id("dataSource");
    return { of: { dataSourceId }, list: { list: "data-source", dataSourceId } };
  }),
  "`oldestPendingRequests`, 50 of 60": async (given) => {
    await sixtyRequests(given);
    return (used) => used.oldestPendingRequests(50);
  },
  "`commit` of a request for access": async (given) => {
    const { ids, clock, call } = given;
    const { dataSource } = await aCreatedDataSource(given);
    const asker = await aStoredUser(given);
    const made = aTypicalRequest(given, { dataSourceId: dataSource.id, requestedBy: asker.id });
    const { reason, duration } = made;
    const writes = [
      ...groundsAtCommit([asker], dataSource, asker),
      ...creationWrites(made),
      auditedRequest(ids, clock.now(), { ...call, user: asker }, "create", made, { reason, duration }),
    ];
    return (used) => used.commit(writes, replyOf(given, made));
  },
  "`commit` of an approval, others wanted": async (given) => {
    const { dataSource, approver, before, after, call } = await anApproval(given, ["owner", "GOVERNANCE"]);
    const writes = [
      ...groundsAtCommit([approver], dataSource, approver),
      ...changeWrites(before, after),
      auditedRequest(given.ids, given.clock.now(), call, "approve", after, { as: "GOVERNANCE" }),
    ];
    return (used) => used.commit(writes);
  },
  "`commit` of the last approval": async (given) => {
    const { ids, clock, store } = given;
    const { dataSource, asker, approver, before, after, call } = await anApproval(given, ["GOVERNANCE"]);
    const stored = await store.statedMembers(dataSource.id, [asker.id, approver.id]);
    const at = clock.now();
    const expiresAt = at.toISOString();
    const granted = grant(ids, { request: after, stored, at, by: approver.id, expiresAt });
    const approved: AccessRequest = { ...after, state: "approved", decidedBy: approver.id, expiresAt };
    const writes = [
      ...groundsAtCommit([approver, asker], dataSource, approver),
      ...changeWrites(before, approved),
      ...granted.writes,
      auditedRequest(ids, at, call, "approve", approved, { as: "GOVERNANCE", after: granted.after }),
    ];
    return (used) => used.commit(writes);
  },
};
