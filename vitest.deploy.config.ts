import { defineConfig } from "vitest/config";

// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  test: {
    include: ["test/deploy/**/*.test.ts"],
    globalSetup: ["test/deploy/global-setup.ts"],
    // Making the emulator's environment for the first time downloads it.
    hookTimeout: 240_000,
    testTimeout: 120_000,
    fileParallelism: false,
    // Each step needs the one before.
    bail: 1,
    pool: "forks",
  },
});
