import { localEnvironment, type LocalEnvironment } from "#contracts/local-environment.ts";
import { StartError } from "./start-error.ts";

/** Reads the environment, or fails by the variable's name; a value never gets into the message. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): LocalEnvironment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = localEnvironment.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  throw new StartError(faults.join("\n"));
}
