import { expect, it } from "vitest";
import type { Policy } from "#core/policies/policy.ts";
import { anApp } from "#test/support/app.ts";
import { checked, expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar } from "#test/support/personas.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
await governor.api.createTag({ body: { name: "PII" } });
const source = await aDataSource(owner, connection);
const own = await owner.api.createPolicy({
  body: { name: "own", sentence: "Allow anyone to subscribe", dataSourceId: source.id, state: "active" },
});
const wide = await governor.api.createPolicy({
  body: { name: "wide", sentence: "Allow anyone to subscribe on data sources tagged PII" },
});

/** What is found while a policy is another, or is missing. */
async function found(id: string, other: ((policy: Policy) => Policy) | null): Promise<readonly string[]> {
  const policy = await app.store.policy(id);
  if (policy === null) throw new Error("there is no such policy");
  const put = (record: Policy) => app.store.commit([{ write: "put", kind: "policy", record }]);
  if (other === null) await app.store.commit([{ write: "remove", kind: "policy", record: policy }]);
  else await put(other(policy));
  const { findings } = await checked(app);
  await put(policy);
  await expectSound(app);
  return findings.map(({ invariant, subject }) => `${invariant} ${subject}`);
}

it("finds a data source whose terms are stated by no active policy of its own", async () => {
  expect(await found(own.id, null)).toEqual([`policy-states-its-terms ${source.id}`]);
  expect(await found(own.id, (policy) => ({ ...policy, state: "staged" }))).toEqual([
    `policy-states-its-terms ${source.id}`,
  ]);
});

it("finds an active policy that states nothing, and one of a data source that is not there", async () => {
  const local =
    (dataSourceId: string) =>
    (policy: Policy): Policy => ({ ...policy, state: "active", dataSourceId });
  expect(await found(wide.id, local(source.id))).toEqual([`policy-states-its-terms ${wide.id}`]);
  expect(await found(wide.id, local("ds_gone"))).toEqual([`nothing-without-its-data-source ${wide.id}`]);
});

it("finds a policy that uses a tag which is gone", async () => {
  const gone = (policy: Policy): Policy => ({
    ...policy,
    rule: { ...policy.rule, scope: { on: "tagged", every: [["tag_gone"]] } },
  });
  expect(await found(wide.id, gone)).toEqual([`tag-stands ${wide.id}`]);
});
