import type { Bench } from "./measuring/figure.ts";

/** Every bench by its name, loaded where it runs. */
export const benches: ReadonlyMap<string, () => Promise<Bench>> = new Map([
  ["bundles", async () => (await import("./benches/bundles.ts")).bundles],
  ["requests", async () => (await import("./benches/requests.ts")).requests],
  ["statistics", async () => (await import("./benches/statistics.ts")).statistics],
  ["jobs", async () => (await import("./benches/jobs.ts")).jobs],
  ["bulk", async () => (await import("./benches/bulk.ts")).bulk],
  ["creation", async () => (await import("./benches/creation.ts")).creationCost],
  ["dbt-sync", async () => (await import("./benches/dbt-sync.ts")).dbtSync],
  ["segments", async () => (await import("./benches/segments.ts")).segments],
  ["list", async () => (await import("./benches/list.ts")).lists],
  ["governed-list", async () => (await import("./benches/governed-list.ts")).governedLists],
  ["dbt-snapshot", async () => (await import("./benches/dbt-snapshot.ts")).dbtSnapshot],
]);
