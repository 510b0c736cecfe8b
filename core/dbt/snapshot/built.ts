import { fieldsOf, textOf, wordOf } from "./artifact-json.ts";

const building: ReadonlySet<string> = new Set(["run", "build", "seed", "snapshot", "retry", "clone"]);

/**
 * Whether a command of dbt builds what it reports as a success. `docs generate` reports every node as one and builds
 * none. Takes the `args` of run results.
 */
export const buildsRelations = (args: unknown): boolean => {
  const fields = fieldsOf(args);
  return building.has(
    wordOf(fields["which"]) ?? wordOf(fields["command"]) ?? wordOf(fields["rpc_method"]) ?? "",
  );
};

/** The node that a result says was built, or null. */
export function builtBy(result: unknown): string | null {
  const fields = fieldsOf(result);
  return textOf(fields["status"]).toLowerCase() === "success" ? wordOf(fields["unique_id"]) : null;
}
