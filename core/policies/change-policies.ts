import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict } from "#core/call/retry-conflict.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { changeWrites } from "#core/policies/change-writes.ts";
import type { Policy } from "#core/policies/policy.ts";
import { maxPolicies, type PolicyDeps } from "#core/policies/policy-deps.ts";
import { readPolicy } from "#core/policies/policy-standing.ts";
import type { Names } from "#core/policies/said.ts";
import { showPolicy } from "#core/policies/show-policy.ts";
import { statedRule } from "#core/policies/stated-rule.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import { tagsStand } from "#core/tags/resolve-tags.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

const namesFor = (call: Call, tags: TagTree): Names => ({ directory: call.user.directory, tags });

/** States a policy. A global one decides from the next request on, of everybody, once it is active. */
export const createPolicy =
  (deps: PolicyDeps): UseCase<Routes["createPolicy"]> =>
  ({ body }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const { name, sentence, dataSourceId = null, state = "staged" } = body;
      if (dataSourceId === null) authorize(call.user, "policy:create", deployment);
      else await readDataSource(store, call.user, dataSourceId, "policy:create");
      const tags = await store.tagTree();
      const { rule, tags: used } = statedRule(deps, call, tags, sentence, { dataSourceId });
      // Of two who make the last one at the same moment both may: the bound keeps reads short, and is no promise.
      if ((await store.policies()).length >= maxPolicies) throw new DomainError("too-many-policies");
      const at = clock.now();
      const made: Policy = {
        id: ids.next("policy"),
        name,
        dataSourceId,
        state,
        rule,
        createdBy: call.user.id,
        createdAt: at.toISOString(),
        updatedAt: at.toISOString(),
        version: 1,
      };
      const names = namesFor(call, tags);
      const result = showPolicy(made, names);
      await store.commit(
        [
          ...(await changeWrites(deps, call, at, { before: null, after: made }, names)),
          ...tagsStand(tags, used),
        ],
        keptReply(call, 201, result, at),
      );
      return result;
    });

/** Renames a policy, states another sentence, activates or stages it. What changes nothing stores nothing. */
export const updatePolicy =
  (deps: PolicyDeps): UseCase<Routes["updatePolicy"]> =>
  ({ params, body }, call) =>
    retryConflict(call, async () => {
      const { store, clock } = deps;
      const before = await readPolicy(deps, call.user, params.policyId, "policy:update");
      demandVersion(call, before.version);
      const tags = await store.tagTree();
      const { rule, tags: used } =
        body.sentence === undefined
          ? { rule: before.rule, tags: [] }
          : statedRule(deps, call, tags, body.sentence, before);
      const at = clock.now();
      const { name = before.name, state = before.state } = body;
      const stated: Policy = { ...before, name, state, rule };
      const names = namesFor(call, tags);
      if (isSameValue(stated, before)) return showPolicy(before, names);
      const after = { ...stated, updatedAt: at.toISOString(), version: before.version + 1 };
      await store.commit([
        ...(await changeWrites(deps, call, at, { before, after }, names)),
        ...tagsStand(tags, used),
      ]);
      return showPolicy(after, names);
    });

/** Deletes a policy. A data source whose terms it stated has the default again. */
export const deletePolicy =
  (deps: PolicyDeps): UseCase<Routes["deletePolicy"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const { store, clock } = deps;
      const before = await readPolicy(deps, call.user, params.policyId, "policy:delete");
      demandVersion(call, before.version);
      const names = namesFor(call, await store.tagTree());
      await store.commit(await changeWrites(deps, call, clock.now(), { before, after: null }, names));
      return undefined;
    });
