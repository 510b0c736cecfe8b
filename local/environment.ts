import { parseDbtHosts } from "#adapters/dbt-cloud/hosts.ts";
import { localEnvironment, type LocalEnvironment } from "#contracts/local-environment.ts";
import { StartError } from "./start-error.ts";

/** Reads the environment, or fails by the variable's name; a value never gets into the message. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): LocalEnvironment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = localEnvironment.safeParse(given);
  if (parsed.success) return withHosts(parsed.data);
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  throw new StartError(faults.join("\n"));
}

/** A host that cannot be asked is told at once, and not when somebody integrates it. */
function withHosts(environment: LocalEnvironment): LocalEnvironment {
  try {
    parseDbtHosts(environment.REEVE_DBT_HOSTS);
  } catch (error) {
    throw new StartError(error instanceof Error ? error.message : String(error));
  }
  return environment;
}
