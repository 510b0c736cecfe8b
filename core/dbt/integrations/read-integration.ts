import { authorize, type Action } from "#core/access/can.ts";
import type { Resource } from "#core/access/resource.ts";
import type { Integration, IntegrationKey } from "#core/dbt/integration.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Caller } from "#core/people/caller.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";

/** What a decision about an integration needs to know. */
export const integrationResource = (
  { principals }: Pick<Caller, "principals">,
  { owners }: Pick<Integration, "owners">,
): Resource => ({
  type: "integration",
  owns: owners.some((owner) => principals.some(({ type, id }) => type === owner.type && id === owner.id)),
});

/** The integration, if the user may take the action on it; `not-found` if they may not know of it. */
export async function readIntegration(
  store: Pick<DbtStore, "integration">,
  user: Caller,
  key: IntegrationKey,
  action: Action,
): Promise<Integration> {
  const integration = await store.integration(key);
  if (integration === null) throw new DomainError("not-found");
  authorize(user, action, integrationResource(user, integration));
  return integration;
}

/** Refuses to change what is going. */
export function demandActive({ state }: Pick<Integration, "state">): void {
  if (state === "deleting") throw new DomainError("integration-deleting");
}
