import type { RouteContract } from "#contracts/http/route.ts";
import type { RouteGroup } from "#contracts/http/routes.ts";
import { routeGroups } from "#contracts/http/routes.ts";

/** Where a request goes, as the gateway would say it. */
export interface Match {
  readonly group: RouteGroup;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface Candidate {
  readonly group: RouteGroup;
  readonly routeKey: string;
  readonly method: string;
  readonly parts: readonly string[];
}

const isParameter = (part: string): boolean => part.startsWith("{");

/** A fixed part comes before a parameter, as in API Gateway. */
const candidates: readonly Candidate[] = Object.entries(routeGroups)
  .flatMap(([group, contracts]) =>
    Object.values<RouteContract>(contracts).map(({ method, path }): Candidate => ({
      group: group as RouteGroup,
      routeKey: `${method} ${path}`,
      method,
      parts: path.split("/"),
    })),
  )
  .sort((a, b) => a.parts.filter(isParameter).length - b.parts.filter(isParameter).length);

/** Finds the route of a request; what no route takes goes to `$default`, which answers 404 or 405. */
export function matchRoute(method: string, rawPath: string): Match {
  const parts = rawPath.split("/");
  const found = candidates.find(
    (candidate) =>
      candidate.method === method &&
      candidate.parts.length === parts.length &&
      candidate.parts.every((part, index) =>
        isParameter(part) ? parts[index] !== "" : part === parts[index],
      ),
  );
  if (found === undefined) return { group: "system", routeKey: "$default", pathParameters: {} };
  const pathParameters = Object.fromEntries(
    found.parts.flatMap((part, index) =>
      isParameter(part) ? [[part.slice(1, -1), decoded(parts[index] ?? "")] as const] : [],
    ),
  );
  return { group: found.group, routeKey: found.routeKey, pathParameters };
}

/** A part that is no valid encoding stays as it is, and then names nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
