import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { can } from "#core/access/can.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { bearing } from "#core/policies/bearing.ts";
import type { Policy } from "#core/policies/policy.ts";
import type { PolicyDeps } from "#core/policies/policy-deps.ts";
import { readableAmong, readPolicy } from "#core/policies/policy-standing.ts";
import { sentenceOf } from "#core/policies/said.ts";
import { showPolicy } from "#core/policies/show-policy.ts";
import { readDataSource, sourceResource } from "#core/sources/read-data-source.ts";

/** One policy. */
export const getPolicy =
  (deps: PolicyDeps): UseCase<Routes["getPolicy"]> =>
  async ({ params }, { user }) => {
    const policy = await readPolicy(deps, user, params.policyId, "policy:read");
    return showPolicy(policy, { directory: user.directory, tags: await deps.store.tagTree() });
  };

type Filters = Pick<
  Parameters<UseCase<Routes["listPolicies"]>>[0]["query"],
  "dataSourceId" | "state" | "kind"
>;

/** The policies that the caller may read and that pass every filter. */
export const listPolicies =
  (deps: PolicyDeps): UseCase<Routes["listPolicies"]> =>
  async ({ query }, call) => {
    const { store, cursors } = deps;
    const { limit, cursor, ...filters } = query;
    const names = { directory: call.user.directory, tags: await store.tagTree() };
    const found = await candidates(deps, call, filters);
    const readable = await readableAmong(deps, call.user, found);
    const list = `policies/${JSON.stringify(filters)}`;
    return await fillPage(cursors, list, { limit, cursor }, z.string(), {
      read: async (after, wanted) => {
        const rest = found.filter(({ id }) => after === null || id > after);
        const items = await readable(rest.slice(0, wanted));
        return { items, next: rest.length > wanted ? (rest[wanted - 1]?.id ?? null) : null };
      },
      positionOf: ({ id }) => id,
      show: (policy) => showPolicy(policy, names),
    });
  };

/** What passes the filters, whoever may read it. Those of a data source are for who has a say in it. */
async function candidates(
  deps: PolicyDeps,
  call: Call,
  { dataSourceId, state, kind }: Filters,
): Promise<readonly Policy[]> {
  const { store } = deps;
  const passing = (policies: readonly Policy[]): readonly Policy[] =>
    policies.filter(
      (policy) => (state?.includes(policy.state) ?? true) && (kind?.includes(policy.rule.kind) ?? true),
    );
  if (dataSourceId === undefined) return passing(await store.policies());
  const { dataSource } = await readDataSource(store, call.user, dataSourceId, "policy:list-of-source");
  const [policies, tags] = await Promise.all([store.policies(), store.tagTree()]);
  return passing(bearing(dataSource, policies, tags).map(({ policy }) => policy));
}

/** The policies that bear on a data source, each with whether it applies and why; staged ones for who may read them. */
export const listSourcePolicies =
  (deps: PolicyDeps): UseCase<Routes["listSourcePolicies"]> =>
  async ({ params: { dataSourceId }, query }, { user }) => {
    const { store, cursors } = deps;
    const view = await readDataSource(store, user, dataSourceId, "data-source:read");
    const tells = can(user, "policy:list-of-source", sourceResource(user, view));
    const [policies, tags] = await Promise.all([store.policies(), store.tagTree()]);
    const all = bearing(view.dataSource, policies, tags);
    const drafts = all.filter(({ policy }) => policy.state === "staged").map(({ policy }) => policy);
    const readable = new Set(tells ? await (await readableAmong(deps, user, drafts))(drafts) : []);
    const told = all.filter(({ policy }) => policy.state === "active" || readable.has(policy));
    const names = { directory: user.directory, tags };
    return await fillPage(cursors, `data-source-policies/${dataSourceId}`, query, z.string(), {
      read: (after) =>
        Promise.resolve({
          items: told.filter(({ policy }) => after === null || policy.id > after),
          next: null,
        }),
      positionOf: ({ policy }) => policy.id,
      show: ({ policy, applies, why }) => ({
        id: policy.id,
        name: policy.name,
        kind: policy.rule.kind,
        state: policy.state,
        dataSourceId: policy.dataSourceId,
        applies,
        why,
        sentence: tells ? sentenceOf(policy.rule, names) : null,
      }),
    });
  };
