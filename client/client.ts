import type { RouteAnswer, RouteContract, RouteRequest } from "#contracts/http/route.ts";
import { routes, type RouteId, type Routes } from "#contracts/http/routes.ts";
import { problemOf, ReeveProblem, ReeveUnreachable } from "./errors.ts";
import { fillPath, queryString } from "./path.ts";
import { transport, type CallOptions, type ClientOptions, type RawReply, type Send } from "./transport.ts";

/** The request may be left out where nothing in it is needed. */
type Arguments<R extends RouteContract> =
  Record<never, never> extends RouteRequest<R>
    ? [request?: RouteRequest<R>, options?: CallOptions]
    : [request: RouteRequest<R>, options?: CallOptions];

/**
 * One operation. Rejects with `ReeveProblem` when it is refused and with `ReeveUnreachable` when no answer comes. Where
 * the result may come later, the answer is the result or a job, which alone has a `state`.
 */
export type RouteMethod<R extends RouteContract> = (...given: Arguments<R>) => Promise<RouteAnswer<R>>;

/** A method for each operation of the HTTP API, and `send` for what no contract describes. */
export type ReeveClient = { readonly [Id in RouteId]: RouteMethod<Routes[Id]> } & { readonly send: Send };

/**
 * The HTTP API as typed methods, made from the contracts.
 *
 * Replies are not checked against their contract: a newer service may say more than this client knows, and that
 * must not break it.
 *
 * @example
 * const reeve = reeveClient({ baseUrl: "http://127.0.0.1:4000", apiKey });
 * const source = await reeve.getDataSource({ params: { dataSourceId } });
 */
export function reeveClient(options: ClientOptions): ReeveClient {
  const send = transport(options);
  const methods = Object.entries<RouteContract>(routes).map(
    ([id, contract]) =>
      [id, (request: AnyRequest = {}, call?: CallOptions) => perform(send, contract, request, call)] as const,
  );
  return { ...(Object.fromEntries(methods) as unknown as ReeveClient), send };
}

interface AnyRequest {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly ifMatch?: number;
  readonly idempotencyKey?: string;
}

async function perform(
  send: Send,
  { method, path, result }: RouteContract,
  { params, query, body, ifMatch, idempotencyKey }: AnyRequest,
  options?: CallOptions,
): Promise<unknown> {
  const reply = await send(
    {
      method,
      path: fillPath(path, params) + queryString(query),
      headers: {
        ...(ifMatch === undefined ? {} : { "if-match": `"${ifMatch}"` }),
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      },
      body,
    },
    options,
  );
  return contentOf(reply, result !== undefined);
}

/** What a success says; every other reply becomes an error. */
function contentOf({ status, headers, body }: RawReply, expected: boolean): unknown {
  if (status < 200 || status >= 300) throw new ReeveProblem(problemOf(status, headers, body));
  if (!expected) return undefined;
  if (typeof body === "object" && body !== null) return body;
  const type = headers.get("content-type") ?? "nothing";
  throw new ReeveUnreachable(`The answer is ${type}, not Reeve's JSON: is the base URL right?`);
}
