import type { DataSource, Persona } from "./personas.ts";

type CheckName = DataSource["health"]["checks"][number]["check"];

/** A data source as one person sees it now. */
export const shown = (as: Persona, { id }: Pick<DataSource, "id">): Promise<DataSource> =>
  as.api.getDataSource({ params: { dataSourceId: id } });

/** The states of all checks by name. */
export const checkStates = ({ health }: DataSource): Readonly<Record<string, string>> =>
  Object.fromEntries(health.checks.map(({ check, state }) => [check, state]));

/** One check. */
export function checkOf({ health }: DataSource, name: CheckName) {
  const found = health.checks.find(({ check }) => check === name);
  if (found === undefined) throw new Error(`there is no check ${name}`);
  return found;
}
