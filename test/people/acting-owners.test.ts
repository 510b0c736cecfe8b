import { beforeEach, describe, expect, it } from "vitest";
import type { DomainError } from "#core/errors/domain-error.ts";
import {
  anyActs,
  demandActingOwner,
  demandActingOwners,
  type OwnershipDeps,
  type Departure,
} from "#core/members/acting-owners.ts";
import type { Principal } from "#core/connections/connection.ts";
import type { Group } from "#core/people/group.ts";
import { factsHoldMs } from "#core/people/user-facts.ts";
import type { User } from "#core/people/user.ts";
import type { MemberDocument } from "#core/ports/catalog-index.ts";
import { anApp } from "#test/support/app.ts";
import { aDataSource, aHealth } from "#test/support/catalog-records.ts";
import { deltaWrite, headerDocument, healthDocument } from "#core/sources/catalog-documents.ts";
import { aUser, unique } from "#test/support/records.ts";

const app = await anApp();
const { store, clock, ids } = app;
const { index } = app.parts;

const userOf = ({ id }: Pick<User, "id">): Principal => ({ type: "user", id });
const groupOf = ({ id }: Pick<Group, "id">): Principal => ({ type: "group", id });

async function somebody(given: Partial<User> = {}): Promise<User> {
  const record = aUser(given);
  await store.commit([{ write: "put", kind: "user", record }]);
  return record;
}

async function aGroup(providerId: string | null = null): Promise<Group> {
  const record: Group = {
    id: unique("grp_"),
    name: unique("Group "),
    providerId,
    attributes: {},
    createdAt: "2026-01-01T00:00:00.000Z",
    version: 1,
  };
  await store.commit([{ write: "put", kind: "group", record }, { write: "directory-changed" }]);
  return record;
}

/** Puts somebody into a group, as both records say. */
async function join(user: User, group: Group): Promise<void> {
  const before = await store.user(user.id);
  if (before === null) throw new Error("there is no such user");
  await store.commit([
    { write: "put", kind: "user", record: { ...before, groups: [...before.groups, group.id] } },
    {
      write: "put",
      kind: "group-member",
      record: {
        groupId: group.id,
        userId: user.id,
        providerId: null,
        addedBy: "usr_1",
        addedAt: "2026-01-01T00:00:00.000Z",
      },
    },
  ]);
}

/** A data source of which the index knows these members. */
async function owned(...members: readonly (Principal & Partial<MemberDocument>)[]): Promise<string> {
  const source = aDataSource({ id: unique("ds_"), name: unique("source ") });
  const documents = members.map(({ type, id, role = "owner", expiresAt = null }) => ({
    principal: `${type}:${id}`,
    role,
    expiresAt,
  }));
  await store.commit([
    deltaWrite(ids, clock.now(), [
      {
        dataSourceId: source.id,
        header: headerDocument(source),
        health: healthDocument(aHealth(source.id)),
        members: { changes: documents, version: 1 },
      },
    ]),
  ]);
  return source.id;
}

const deps = { store, index, clock };
const leave = (departure: Departure) => demandActingOwners(deps, departure);
const refused = async (departure: Departure): Promise<string> => {
  try {
    await leave(departure);
    return "allowed";
  } catch (error) {
    const { code, message } = error as DomainError;
    return `${code}: ${message}`;
  }
};
const leavesOne = "last-owner: 1 data source would be left without an owner who can act.";

describe("a data source keeps an owner who can act", () => {
  it("its last owner cannot go, and it is told of how many data sources that is", async () => {
    const ann = await somebody();
    await owned(userOf(ann));
    expect(await refused({ principal: userOf(ann) })).toBe(leavesOne);
    await owned(userOf(ann), { ...userOf(await somebody()), role: "expert" });
    expect(await refused({ principal: userOf(ann) })).toBe(
      "last-owner: 2 data sources would be left without an owner who can act.",
    );
  });

  it("one of two enabled owners can go", async () => {
    const [ann, bob] = [await somebody(), await somebody()];
    await owned(userOf(ann), userOf(bob));
    expect(await refused({ principal: userOf(ann) })).toBe("allowed");
  });

  it.each(["disabled", "gone", "an owner for a time"])("an owner who is %s does not count", async (how) => {
    const [ann, bob] = [await somebody(), aUser({ disabled: how === "disabled" })];
    if (how !== "gone") await store.commit([{ write: "put", kind: "user", record: bob }]);
    const expiresAt =
      how === "an owner for a time" ? new Date(clock.now().getTime() + 3_600_000).toISOString() : null;
    await owned(userOf(ann), { ...userOf(bob), expiresAt });
    expect(await refused({ principal: userOf(ann) })).toBe(leavesOne);
  });

  it("a group counts while somebody enabled is in it", async () => {
    const [ann, bob, group] = [await somebody(), await somebody(), await aGroup()];
    await owned(userOf(ann), groupOf(group));
    expect(await refused({ principal: userOf(ann) })).toBe(leavesOne);
    await join(bob, group);
    expect(await refused({ principal: userOf(ann) })).toBe("allowed");
    const now = await store.user(bob.id);
    if (now !== null) {
      await store.commit([{ write: "put", kind: "user", record: { ...now, disabled: true } }]);
    }
    expect(await refused({ principal: userOf(ann) })).toBe(leavesOne);
  });

  it("a group that owns something cannot go, nor its last member who can act, nor that member out of it", async () => {
    const [ann, off, group] = [await somebody(), await somebody({ disabled: true }), await aGroup()];
    await join(ann, group);
    await join(off, group);
    await owned(groupOf(group));
    expect(await refused({ principal: groupOf(group) })).toBe(leavesOne);
    expect(await refused({ principal: userOf(ann) })).toBe(leavesOne);
    expect(await refused({ userId: ann.id, groupId: group.id })).toBe(leavesOne);
    // Who does not act takes nothing away.
    expect(await refused({ principal: userOf(off) })).toBe("allowed");
    expect(await refused({ userId: off.id, groupId: group.id })).toBe("allowed");
    const bob = await somebody();
    await join(bob, group);
    expect(await refused({ userId: ann.id, groupId: group.id })).toBe("allowed");
    expect(await refused({ principal: groupOf(group) })).toBe(leavesOne);
  });

  it("somebody who owns a data source alone and by their group only counts once", async () => {
    const [ann, group] = [await somebody(), await aGroup()];
    await join(ann, group);
    await owned(userOf(ann), groupOf(group));
    expect(await refused({ principal: userOf(ann) })).toBe(leavesOne);
    expect(await refused({ principal: groupOf(group) })).toBe("allowed");
    expect(await refused({ userId: ann.id, groupId: group.id })).toBe("allowed");
  });

  it("a group of a provider counts for as long as the provider's word holds", async () => {
    const providerId = unique("idp_");
    const [ann, bob, group] = [await somebody(), await somebody(), await aGroup(providerId)];
    const at = clock.now().toISOString();
    await store.commit([
      {
        write: "put",
        kind: "identity-provider",
        record: { ...aProvider, id: providerId, name: providerId },
      },
      { write: "directory-changed" },
      {
        write: "put",
        kind: "group-member",
        record: { groupId: group.id, userId: bob.id, providerId, addedBy: "system", addedAt: at },
      },
      {
        write: "put",
        kind: "user-facts",
        record: {
          userId: bob.id,
          providers: [
            {
              providerId,
              issuer: "https://id.test",
              subject: bob.id,
              groups: [group.id],
              attributes: {},
              disabled: false,
              refreshedAt: at,
              tokenIssuedAt: at,
            },
          ],
          version: 1,
        },
      },
    ]);
    await owned(userOf(ann), groupOf(group));
    expect(await refused({ principal: userOf(ann) })).toBe("allowed");
    clock.advance(factsHoldMs);
    expect(await refused({ principal: userOf(ann) })).toBe(leavesOne);
  });

  it("a group is looked through to its last member", async () => {
    const [ann, group] = [await somebody(), await aGroup()];
    for (let count = 0; count < 120; count += 1) await join(await somebody({ disabled: true }), group);
    await owned(userOf(ann), groupOf(group));
    expect(await refused({ principal: userOf(ann) })).toBe(leavesOne);
    await join(await somebody({ id: `usr_z${unique("z")}` }), group);
    expect(await refused({ principal: userOf(ann) })).toBe("allowed");
  });

  it("the members that one data source would have are refused without such an owner", async () => {
    const [ann, off] = [await somebody(), await somebody({ disabled: true })];
    const owner = (user: User, expiresAt: string | null = null) =>
      ({ principal: userOf(user), role: "owner", expiresAt }) as const;
    await expect(demandActingOwner(deps, [owner(ann), owner(off)])).resolves.toMatchObject({
      write: "owner-leaves",
    });
    for (const members of [[], [owner(off)], [owner(ann, "2999-01-01T00:00:00.000Z")]]) {
      await expect(demandActingOwner(deps, members)).rejects.toMatchObject({ code: "last-owner" });
    }
    await expect(
      demandActingOwner(deps, [{ principal: userOf(ann), role: "expert", expiresAt: null }]),
    ).rejects.toMatchObject({ code: "last-owner" });
    expect(await anyActs(deps, [])).toBe(false);
  });
});

describe("two owners who go at once", () => {
  it("do not both go: the second must look again", async () => {
    const [ann, bob] = [await somebody(), await somebody()];
    await owned(userOf(ann), userOf(bob));
    const [first, second] = [
      await leave({ principal: userOf(ann) }),
      await leave({ principal: userOf(bob) }),
    ];
    await store.commit([first]);
    await expect(store.commit([second])).rejects.toMatchObject({ code: "version-mismatch" });
  });
});

describe("somebody who owns very much", () => {
  let asked = { people: 0, users: 0, members: 0 };
  const counting: OwnershipDeps["store"] = {
    people: (userIds) => {
      asked.people += 1;
      asked.users += userIds.length;
      return store.people(userIds);
    },
    groupMembers: (...given) => {
      asked.members += 1;
      return store.groupMembers(...given);
    },
    ownersLeft: () => store.ownersLeft(),
    integrations: (...given) => store.integrations(...given),
  };
  beforeEach(() => {
    asked = { people: 0, users: 0, members: 0 };
  });

  it("of ten thousand data sources each owner is looked at once, all of them together", async () => {
    const [ann, bob, off] = [await somebody(), await somebody(), await somebody({ disabled: true })];
    const members = [userOf(ann), userOf(off), userOf(bob)].map(({ type, id }): MemberDocument => ({
      principal: `${type}:${id}`,
      role: "owner",
      expiresAt: null,
    }));
    const all = new Map(Array.from({ length: 10_000 }, (_, row) => [`ds_${row}`, members] as const));
    const answer = { membersOf: () => Promise.resolve(all) };
    await demandActingOwners({ store: counting, index: answer, clock }, { principal: userOf(ann) });
    // Who goes, then each of the three owners, in the rounds that it takes.
    expect(asked).toEqual({ people: 3, users: 3, members: 0 });
  });
});

const aProvider = {
  config: {
    kind: "oidc",
    issuer: "https://id.test",
    audiences: ["reeve"],
    audienceClaim: "aud",
    clockSkewSeconds: 60,
    signIn: null,
    groupsClaim: "groups",
    groups: null,
    attributes: {},
  },
  secretRef: null,
  syncedAt: null,
  createdBy: "usr_1",
  createdAt: "2026-01-01T00:00:00.000Z",
  version: 1,
} as const;
