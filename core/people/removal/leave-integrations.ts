import { isSamePrincipal } from "#core/people/same-principal.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import { integrationName, type Integration } from "#core/dbt/integration.ts";
import { type RemovalPart, type RemovalPhase } from "#core/people/removal/removal-phase.ts";
import type { Write } from "#core/ports/change.ts";

const atOnce = 50;

/**
 * Integrations are owned by the others, before anything else: what a sync makes from then on is theirs alone. Nobody is
 * deleted who is the last that can act for one.
 */
export const leaveIntegrations: RemovalPhase = {
  name: "integrations",
  async *parts({ store, clock }, { principal }, from): AsyncGenerator<RemovalPart> {
    let after = from;
    for (;;) {
      const behind: string | null = after;
      const { items, next } = await store.integrations(behind, atOnce);
      const last = items.at(-1);
      if (last === undefined) return;
      yield {
        place: integrationName(last),
        take: async () => {
          const now = await store.integrationsOf(items);
          const owned = now.filter(({ owners }) => owners.some((owner) => isSamePrincipal(owner, principal)));
          const updatedAt = clock.now().toISOString();
          return {
            writes: owned.map((before) => withoutOwner(before, principal, updatedAt)),
            ids: owned.map(({ id }) => id),
          };
        },
      };
      if (next === null) return;
      after = next;
    }
  },
};

const withoutOwner = (
  before: Integration,
  principal: Integration["owners"][number],
  updatedAt: string,
): Write => ({
  write: "replace",
  kind: "integration",
  record: {
    ...before,
    owners: before.owners.filter((owner) => !isSamePrincipal(owner, principal)),
    updatedAt,
    version: before.version + 1,
  },
  expected: before.version,
  otherwise: staleRead(),
});
