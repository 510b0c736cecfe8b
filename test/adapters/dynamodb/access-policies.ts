import { staleRead } from "#core/call/retry-conflict.ts";
import type { Policy } from "#core/policies/policy.ts";
import { policyWrites } from "#core/policies/policy-writes.ts";
import type { Write } from "#core/ports/change.ts";
import { ownTermsChange } from "#core/subscriptions/own-terms.ts";
import { aPolicy } from "#test/support/people-records.ts";
import { aCreatedDataSource, commitAll, replyOf, type Prepared, type Trial } from "./access-fixtures.ts";

/** A policy of usual length, about what carries a tag. */
export function aTypicalPolicy({ id, call }: Prepared, tagId: string): Policy {
  const policy = aPolicy({ id: id("policy"), createdBy: call.user.id });
  return { ...policy, rule: { ...policy.rule, scope: { on: "tagged", every: [[tagId]] } } };
}

/** The same about one data source. */
function aLocalPolicy(given: Prepared, dataSourceId: string, state: Policy["state"]): Policy {
  const policy = aTypicalPolicy(given, "");
  return { ...policy, dataSourceId, state, rule: { ...policy.rule, scope: null } };
}

const telling = ({ call }: Prepared) => ({
  names: { directory: call.user.directory, tags: new Map() },
  otherwise: staleRead(),
});

/** Every read and change of policies, by the function cell of its row. */
export const policyAccess: Readonly<Record<string, Trial>> = {
  "`policy`": async (given) => {
    const record = aTypicalPolicy(given, given.id("tag"));
    await given.store.commit([{ write: "create", kind: "policy", record }]);
    return (used) => used.policy(record.id);
  },
  "`policies`, 20 of them": async (given) => {
    const records = given.many(20, () => aTypicalPolicy(given, given.id("tag")));
    await commitAll(
      given,
      records.map((record): Write => ({ write: "create", kind: "policy", record })),
    );
    return (used) => used.policies();
  },
  "`commit` of a new global policy": (given) => {
    const { ids, call, clock } = given;
    const after = aTypicalPolicy(given, given.id("tag"));
    const writes: Write[] = [
      ...policyWrites(ids, call, clock.now(), { before: null, after }, telling(given)),
      { write: "require-tags", deletions: 0, otherwise: staleRead() },
    ];
    return Promise.resolve((store) => store.commit(writes, replyOf(given, after)));
  },
  "`commit` of a data source's own policy in the place of another": async (given) => {
    const { ids, call, clock, store } = given;
    const { dataSource } = await aCreatedDataSource(given);
    const [old, before] = (["active", "staged"] as const).map((state) =>
      aLocalPolicy(given, dataSource.id, state),
    );
    if (old === undefined || before === undefined) throw new Error("two were made");
    await commitAll(
      given,
      [old, before].map((record): Write => ({ write: "create", kind: "policy", record })),
    );
    const states = ({ id, rule }: Policy) => ({ ...rule.terms, source: "owner", policyId: id }) as const;
    const header = { ...dataSource, subscription: states(old) };
    const at = clock.now();
    const after: Policy = { ...before, state: "active", version: before.version + 1 };
    const { writes } = await ownTermsChange({ store, ids }, call, at, header, states(after));
    const all = [...policyWrites(ids, call, at, { before, after }, telling(given)), ...writes];
    return (used) => used.commit(all);
  },
};
