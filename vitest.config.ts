import { defineConfig } from "vitest/config";

/** They need a process in which nothing was loaded before: what they watch is set up as modules load. */
const alone = ["test/http/secrets.test.ts", "test/http/people-secrets.test.ts"];

const exclude = ["test/deploy/**", "test/real-dbt/**", "test/real-ldap/**", "node_modules/**"];

// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  test: {
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        // Files that share a process load every module once; that is a quarter of the run.
        test: {
          name: "shared",
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: [...exclude, ...alone],
        },
      },
      { extends: true, test: { name: "alone", include: alone, exclude } },
    ],
  },
});
