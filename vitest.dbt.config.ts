import { defineConfig } from "vitest/config";

// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  test: {
    include: ["test/real-dbt/**/*.test.ts"],
    // Making dbt's environment for the first time downloads it.
    hookTimeout: 300_000,
    testTimeout: 120_000,
    fileParallelism: false,
    // Each run needs the one before.
    bail: 1,
    pool: "forks",
  },
});
