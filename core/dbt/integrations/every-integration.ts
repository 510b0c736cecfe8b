import type { Integration } from "#core/dbt/integration.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";

const atOnce = 100;

/** Every integration, page by page; there are few. */
export async function* everyIntegration(
  store: Pick<DbtStore, "integrations">,
): AsyncGenerator<readonly Integration[]> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<DbtStore["integrations"]>> = await store.integrations(after, atOnce);
    yield page.items;
    after = page.next;
  } while (after !== null);
}
