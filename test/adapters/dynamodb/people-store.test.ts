import { describe, expect, it } from "vitest";
import { emptyDirectory } from "#core/access/directory.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { noFacts } from "#core/people/user-facts.ts";
import { aTag } from "#test/support/catalog-records.ts";
import { aGroup, anIdentityProvider, aPolicy, someFacts } from "#test/support/people-records.ts";
import { aUser, unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

describe("people", () => {
  it("are read anew each time: what was just changed or removed is seen", async () => {
    const { store } = await aStore();
    const user = aUser({ permissions: ["CREATE_DATA_SOURCE"] });
    const key = {
      id: unique("key_"),
      userId: user.id,
      name: "k",
      hash: "h",
      expiresAt: null,
      createdAt: user.createdAt,
    };
    await store.commit([
      { write: "create", kind: "user", record: user },
      { write: "create", kind: "api-key", record: key },
    ]);
    for (let version = 2; version < 12; version += 1) {
      await store.commit([{ write: "put", kind: "user", record: { ...user, version } }]);
      expect((await store.user(user.id))?.version).toBe(version);
    }
    expect(await store.apiKey(key.id)).toEqual(key);
    await store.commit([{ write: "remove", kind: "api-key", record: key }]);
    expect(await store.apiKey(key.id)).toBeNull();
    expect(await store.user(unique("usr_"))).toBeNull();
  });

  it("come with what providers say of them and the directory, which is read anew once any of it has changed", async () => {
    const { store } = await aStore();
    const user = aUser();
    expect(await store.person(user.id)).toBeNull();
    await store.commit([{ write: "create", kind: "user", record: user }]);
    const before = await store.person(user.id);
    expect(before).toEqual({ user, facts: noFacts(user.id), directory: emptyDirectory });
    expect((await store.person(user.id))?.directory).toBe(before?.directory);
    const [group, provider, facts] = [aGroup(), anIdentityProvider(), someFacts({ userId: user.id })];
    await store.commit([
      { write: "create", kind: "group", record: group },
      { write: "create", kind: "identity-provider", record: provider },
      { write: "create", kind: "user-facts", record: facts },
      { write: "directory-changed" },
    ]);
    const person = await store.person(user.id);
    expect(person?.facts).toEqual(facts);
    expect(person?.directory.groupNamed(group.name.toUpperCase())).toEqual(group);
    expect(person?.directory.provider(provider.id)).toEqual(provider);
    expect(await store.directory()).toBe(person?.directory);
  });

  it("are decided about by policies with the tags as they stand now, also where a tag came below one", async () => {
    const { store } = await aStore();
    const otherwise = new DomainError("contention");
    const [tag, staged] = [aTag({ segment: "Finance" }), aPolicy({ state: "staged" })];
    const policy = aPolicy({
      rule: { ...staged.rule, scope: { on: "tagged", every: [[tag.id], ["tag_gone"]] } },
    });
    await store.commit([
      { write: "create", kind: "tag", record: tag },
      { write: "tag-tree", otherwise },
      { write: "create", kind: "policy", record: policy },
      { write: "create", kind: "policy", record: staged },
      { write: "create", kind: "policy", record: aPolicy({ dataSourceId: "ds_1" }) },
      { write: "directory-changed" },
    ]);
    const scopes = async () =>
      (await store.directory()).subscriptions.map(({ policyId, every }) => [policyId, every]);
    expect(await scopes()).toEqual([[policy.id, [[tag.id], ["tag_gone"]]]]);
    const below = aTag({ segment: "Payroll", parentId: tag.id });
    await store.commit([
      { write: "create", kind: "tag", record: below },
      { write: "tag-tree", otherwise },
    ]);
    expect(await scopes()).toEqual([[policy.id, [[tag.id, below.id], ["tag_gone"]]]]);
  });
});
