import { everyIntegration } from "#core/dbt/integrations/every-integration.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";

/** Whether an integration reaches its relations through a connection; one that is being removed still does. */
export async function usedByIntegration(
  store: Pick<DbtStore, "integrations">,
  connectionId: string,
): Promise<boolean> {
  for await (const page of everyIntegration(store)) {
    if (page.some((integration) => integration.connectionId === connectionId)) return true;
  }
  return false;
}
