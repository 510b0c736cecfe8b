import { isSameValue } from "#core/call/same-value.ts";
import type { Principal } from "#core/connections/connection.ts";
import type { Integration } from "#core/dbt/integration.ts";
import type { IntegrationDeps } from "#core/dbt/integrations/integration-deps.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { anyActs, ownerLeaves } from "#core/members/acting-owners.ts";
import { principalText } from "#core/people/caller.ts";
import { demandPrincipals, principalsAtCommit } from "#core/people/principals.ts";
import type { Write } from "#core/ports/change.ts";

/** Who is to own an integration, each once, and the writes that demand that they are there. */
export interface GivenOwners {
  readonly owners: readonly Principal[];
  readonly writes: readonly Write[];
}

/** Owners that a body names. */
export async function givenOwners(
  { store }: IntegrationDeps,
  body: readonly Principal[],
): Promise<GivenOwners> {
  const given = body.map((principal, index) => ({ principal, pointer: `/owners/${index}` }));
  await demandPrincipals(store, given);
  return {
    owners: [...new Map(body.map((principal) => [principalText(principal), principal])).values()],
    writes: principalsAtCommit(given),
  };
}

/** Other owners of an integration, of whom one must be able to act; null where the body names none or the same. */
export async function otherOwners(
  deps: IntegrationDeps,
  before: Integration,
  body: readonly Principal[] | undefined,
): Promise<GivenOwners | null> {
  if (body === undefined) return null;
  const leaves = await ownerLeaves(deps);
  const { owners, writes } = await givenOwners(deps, body);
  if (isSameValue(owners, before.owners)) return null;
  if (!(await anyActs(deps, owners))) {
    throw new DomainError(
      "last-owner",
      "None of these owners can act: an enabled user, or a group with one.",
    );
  }
  return { owners, writes: [leaves, ...writes] };
}
