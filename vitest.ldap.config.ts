import { defineConfig } from "vitest/config";

// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  test: {
    include: ["test/real-ldap/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    hookTimeout: 120_000,
    testTimeout: 120_000,
    fileParallelism: false,
    // Each sync needs the one before.
    bail: 1,
    pool: "forks",
  },
});
