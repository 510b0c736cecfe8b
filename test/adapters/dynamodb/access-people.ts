import { memberWrites } from "#core/members/member-writes.ts";
import type { Write } from "#core/ports/change.ts";
import type { Group } from "#core/people/group.ts";
import type { UserFacts } from "#core/people/user-facts.ts";
import { aGroup, anIdentityProvider, someFacts, someProviderFacts } from "#test/support/people-records.ts";
import { aDataSourceMember } from "#test/support/catalog-records.ts";
import {
  aCreatedDataSource,
  aHeldJob,
  commitAll,
  conflict,
  deed,
  fiftyTags,
  type Prepared,
  type Trial,
} from "./access-fixtures.ts";
import { aTypicalPolicy } from "./access-policies.ts";

/** An id of a kind that has no prefix of its own yet. */
const idAs = (prefix: string, id: string): string => id.replace(/^[a-z]+/, prefix);

/** Groups as a company has them. */
const someGroups = (given: Prepared, count: number): readonly Group[] =>
  given.many(count, (index) => aGroup({ id: given.id("group"), name: `Finance analysts ${index}` }));

/** What a provider says of the caller. */
const theirFacts = ({ call, id }: Prepared): UserFacts =>
  someFacts({
    userId: call.user.id,
    providers: [
      someProviderFacts({ providerId: idAs("idp", id("integration")), groups: [id("group"), id("group")] }),
    ],
  });

/** A directory of usual size, and the caller in it. */
async function aDirectory(given: Prepared): Promise<void> {
  const tags = await fiftyTags(given);
  await commitAll(given, [
    { write: "create", kind: "user", record: given.call.user },
    { write: "create", kind: "user-facts", record: theirFacts(given) },
    { write: "create", kind: "identity-provider", record: aProvider(given) },
    ...someGroups(given, 50).map((record): Write => ({ write: "create", kind: "group", record })),
    ...given.many(20, (index): Write => ({
      write: "create",
      kind: "policy",
      record: aTypicalPolicy(given, tags[index]?.id ?? ""),
    })),
  ]);
  await given.store.commit([{ write: "directory-changed" }]);
}

const aProvider = ({ id, call }: Prepared) =>
  anIdentityProvider({ id: idAs("idp", id("integration")), createdBy: call.user.id });

/** Every read and change of who people are, and of groups, by the function cell of its row. */
export const peopleAccess: Readonly<Record<string, Trial>> = {
  "`person`, first, 50 groups and 20 policies": async (given) => {
    await aDirectory(given);
    return (used) => used.person(given.call.user.id);
  },
  "`person`, asked twice": async (given) => {
    await aDirectory(given);
    return async (used) => {
      await used.person(given.call.user.id);
      await used.person(given.call.user.id);
    };
  },
  "`identity`, where nothing is in the directory": async (given) => {
    const guard = { guard: "identity", issuer: "https://login.example.com", subject: "ann" } as const;
    await given.store.commit([{ write: "claim", guard, owner: given.call.user.id, otherwise: conflict }]);
    return (used) => used.identity(guard.issuer, guard.subject);
  },
  "`directory`, where nothing is in it": () => Promise.resolve((used) => used.directory()),
  "`dataSource` for somebody in groups": async (given) => {
    const { dataSource } = await aCreatedDataSource(given);
    const groups = someGroups(given, 3).map(({ id }) => ({ type: "group", id }) as const);
    return (used) => used.dataSource(dataSource.id, [...given.call.user.principals, ...groups]);
  },
  "`commit` of a new identity provider": (given) => {
    const record = aProvider(given);
    const writes: Write[] = [
      { write: "create", kind: "identity-provider", record },
      { write: "directory-changed" },
      deed(given, "identity-provider:create", "identity-provider", record.id, {
        after: { name: record.name },
      }),
    ];
    return Promise.resolve((store) => store.commit(writes));
  },
  "`commit` of what a provider says of somebody": (given) => {
    const record = theirFacts(given);
    const { issuer, subject } = someProviderFacts();
    const writes: Write[] = [
      {
        write: "claim",
        guard: { guard: "identity", issuer, subject },
        owner: record.userId,
        otherwise: conflict,
      },
      { write: "create", kind: "user-facts", record },
    ];
    return Promise.resolve((store) => store.commit(writes));
  },
  "`commit` of what a directory says of 40 people": async (given) => {
    const job = await aHeldJob(given);
    const provider = aProvider(given);
    const people = given.many(40, () => ({ ...theirFacts(given), userId: given.id("user") }));
    await commitAll(given, [
      { write: "create", kind: "identity-provider", record: provider },
      ...people.map((record): Write => ({ write: "create", kind: "user-facts", record })),
    ]);
    const checkpoint = { heldAt: null, commits: 1 };
    const writes = people.flatMap((record): Write[] => [
      {
        write: "replace",
        kind: "user-facts",
        record: { ...record, version: 2 },
        expected: 1,
        otherwise: conflict,
      },
      deed(given, "user:sync", "user", record.userId, { providerId: provider.id, jobId: job.id }),
    ]);
    return (store) =>
      store.commit([
        { write: "checkpoint", job: { ...job, checkpoint }, otherwise: conflict },
        { write: "require", kind: "identity-provider", record: provider, otherwise: conflict },
        ...writes,
      ]);
  },
  "`commit` of the end of a directory's sync": async (given) => {
    const job = await aHeldJob(given);
    const provider = aProvider(given);
    await given.store.commit([{ write: "create", kind: "identity-provider", record: provider }]);
    const checkpoint = { heldAt: null, commits: 2 };
    const syncedAt = given.clock.now().toISOString();
    return (store) =>
      store.commit([
        { write: "checkpoint", job: { ...job, checkpoint }, otherwise: conflict },
        { write: "provider-synced", provider, syncedAt, otherwise: conflict },
        { write: "directory-changed" },
        deed(given, "identity-provider:synced", "identity-provider", provider.id, { jobId: job.id }),
      ]);
  },
  "`commit` of a user's name inside remote databases": async (given) => {
    const { user } = given.call;
    await given.store.commit([{ write: "create", kind: "user", record: user }]);
    const guard = { guard: "external-username", technology: "postgresql", name: "ann" } as const;
    const after = { ...user, externalUsernames: { postgresql: "ann" }, version: 2 };
    const writes: Write[] = [
      { write: "claim", guard, owner: user.id, otherwise: conflict },
      { write: "replace", kind: "user", record: after, expected: 1, otherwise: conflict },
      deed(given, "user:update", "user", user.id, { after: { externalUsernames: ["postgresql"] } }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a user's role on a data source": (given) => newRole(given, "user"),
  "`commit` of a group's role on a data source": (given) => newRole(given, "group"),
};

/** What gives somebody a role on a data source. */
async function newRole(given: Prepared, type: "user" | "group") {
  const { ids, clock, store, call, id } = given;
  const { dataSource } = await aCreatedDataSource(given);
  const after = aDataSourceMember({
    id: id("member"),
    dataSourceId: dataSource.id,
    principal: { type, id: id(type) },
    role: "subscriber",
    addedBy: call.user.id,
  });
  const members = await store.dataSourceMembers(dataSource.id);
  const writes: Write[] = [
    ...memberWrites(ids, clock.now(), members, [{ before: null, after }]),
    deed(given, "data-source:add-member", "data-source", dataSource.id, { principal: after.principal }),
  ];
  return (used: Prepared["store"]) => used.commit(writes);
}
