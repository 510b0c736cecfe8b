import type { RouteContract, RouteRequest, RouteResult } from "#contracts/http/route.ts";
import { problem, type ProblemCode } from "#contracts/problems.ts";

/** Reeve's own API said no. */
export class ApiError extends Error {
  readonly code: ProblemCode;

  constructor(code: ProblemCode, detail: string) {
    super(`${code}: ${detail}`);
    this.name = "ApiError";
    this.code = code;
  }
}

/** Asks Reeve's own API, as anybody would. */
export type Ask = <R extends RouteContract>(contract: R, request: RouteRequest<R>) => Promise<RouteResult<R>>;

type Scalars = Readonly<Record<string, string | number | undefined>>;

interface Parts {
  readonly params?: Scalars;
  readonly query?: Scalars;
  readonly body?: unknown;
}

function addressOf(base: string, path: string, { params = {}, query = {} }: Parts): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    ),
  ).toString();
  return `${base}${filled}${search === "" ? "" : `?${search}`}`;
}

/** A caller of the API at `base` with a key; the signal ends what is under way. */
export const apiCaller =
  (base: string, key: string, signal: AbortSignal): Ask =>
  async <R extends RouteContract>(contract: R, request: RouteRequest<R>) => {
    const parts = request as Parts;
    const response = await fetch(addressOf(base, contract.path, parts), {
      method: contract.method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: parts.body === undefined ? null : JSON.stringify(parts.body),
      signal,
    });
    const text = await response.text();
    if (!response.ok) {
      const { code, detail } = problem.parse(JSON.parse(text));
      throw new ApiError(code, detail);
    }
    if (response.status !== contract.status) {
      throw new ApiError("connection-failed", "the sample warehouse does not answer within a request");
    }
    return contract.result?.parse(JSON.parse(text)) as RouteResult<R>;
  };
