import type { HttpMethod, RouteContract } from "#contracts/http/route.ts";
import { routes } from "#contracts/http/routes.ts";

const isParameter = (part: string): boolean => part.startsWith("{") && part.endsWith("}");

/** Whether a path, filled or with any names in braces, is one of a contract's paths. */
function fits(template: string, path: string): boolean {
  const parts = path.split("/");
  const expected = template.split("/");
  return (
    parts.length === expected.length &&
    expected.every((part, index) => (isParameter(part) ? parts[index] !== "" : part === parts[index]))
  );
}

const parametersOf = ({ path }: RouteContract): number => path.split("/").filter(isParameter).length;

/** The operations of a path, by method; where several paths fit, the one with the fewest parameters. */
export function routesOfPath(path: string): ReadonlyMap<HttpMethod, RouteContract> {
  const found = new Map<HttpMethod, RouteContract>();
  const fitting = Object.values<RouteContract>(routes)
    .filter((contract) => fits(contract.path, path))
    .sort((a, b) => parametersOf(a) - parametersOf(b));
  for (const contract of fitting) if (!found.has(contract.method)) found.set(contract.method, contract);
  return found;
}
