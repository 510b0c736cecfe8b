import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { can } from "#core/access/can.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { integrationName } from "#core/dbt/integration.ts";
import type { IntegrationDeps } from "#core/dbt/integrations/integration-deps.ts";
import { integrationResource, readIntegration } from "#core/dbt/integrations/read-integration.ts";
import { showRuns, showWithRuns } from "#core/dbt/integrations/show-integration.ts";

type Deps = Pick<IntegrationDeps, "store" | "cursors">;

/** Integrations that the caller may see, in the order of their names. */
export const listIntegrations =
  ({ store, cursors }: Deps): UseCase<Routes["listIntegrations"]> =>
  async ({ query }, call) => {
    const page = await fillPage(cursors, "dbt", query, z.string(), {
      read: async (after, limit) => {
        const { items, next } = await store.integrations(after, limit);
        const seen = items.filter((one) =>
          can(call.user, "integration:read", integrationResource(call.user, one)),
        );
        return { items: seen, next };
      },
      positionOf: integrationName,
      show: (record) => record,
    });
    // Only of those that are shown it is asked what they have come to.
    const items = await Promise.all(page.items.map((record) => showWithRuns(store, record, call)));
    return { items, nextCursor: page.nextCursor };
  };

/** One integration. */
export const getIntegration =
  ({ store }: Deps): UseCase<Routes["getIntegration"]> =>
  async ({ params }, call) =>
    await showWithRuns(store, await readIntegration(store, call.user, params, "integration:read"), call);

/** What became of the runs of an environment, newest first. */
export const listDbtRuns =
  ({ store, cursors }: Deps): UseCase<Routes["listDbtRuns"]> =>
  async ({ params, query }, call) => {
    const { id } = await readIntegration(store, call.user, params, "integration:read");
    const page = await fillPage(cursors, `dbt/${id}/runs`, query, z.string(), {
      read: (before, limit) => store.runRecords(id, before, limit),
      positionOf: ({ runId }) => runId,
      show: (run) => run,
    });
    return { items: [...(await showRuns(store, page.items))], nextCursor: page.nextCursor };
  };
