import type * as z from "zod";
import type { ProblemCode } from "../problems.ts";

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

type Schema = z.ZodType;
type ObjectSchema = z.ZodObject;

/**
 * One operation of the HTTP API. Validation, OpenAPI, the gateway's routes, the local router and the
 * typed client are all made from it, so nothing about an operation is written twice.
 */
export interface RouteContract {
  readonly method: HttpMethod;
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly summary: string;
  /** Who may call, in words; the decision itself is made by `can()`. */
  readonly who: string;
  /** False only where nothing but the request itself proves who asks. */
  readonly authenticated: boolean;
  readonly params?: ObjectSchema;
  readonly query?: ObjectSchema;
  readonly body?: Schema;
  /** True where every body field is optional and so an empty body is one too. */
  readonly bodyOptional?: boolean;
  /** For a body that is signed and so taken as it came, whatever its type: how long it may be. */
  readonly signedBody?: { readonly maxBytes: number };
  readonly status: 200 | 201 | 202 | 204 | 302;
  readonly result?: Schema;
  /** What is answered instead where the result takes longer than a request may: the job that comes to it. */
  readonly later?: { readonly status: 202; readonly result: Schema };
  /**
   * Where what was made is found: below this path by its id, or where its fields fill the path. By default below the
   * route's own path.
   */
  readonly location?: string;
  /** Codes beside those that every route has. */
  readonly problems: readonly ProblemCode[];
  /** Whether a browser asks, which brings its cookies and gets some; with status 302 it is sent elsewhere. */
  readonly browser?: true;
  /** Whether `If-Match` is honoured. */
  readonly ifMatch?: boolean;
  /** Whether `Idempotency-Key` keeps the reply. Only for what creates something in our own table. */
  readonly idempotent?: boolean;
}

/** Keeps the exact types of a contract while checking its shape. */
export const route = <const R extends RouteContract>(contract: R): R => contract;

/** Codes that any route can answer. */
export const commonProblems = [
  "invalid-request",
  "internal-error",
  "unavailable",
] as const satisfies ProblemCode[];

/** Codes that any route with authentication can answer. */
export const authenticationProblems = ["unauthenticated"] as const satisfies ProblemCode[];

/** Whether a body is looked at: where nothing may be said in it, what is said all the same is refused. */
export const readsBody = ({ method, body, signedBody }: RouteContract): boolean =>
  body !== undefined || (method === "POST" && signedBody === undefined);

/** Codes that any route which reads a body can answer. */
export const bodyProblems = [
  "malformed-json",
  "body-too-large",
  "unsupported-media-type",
] as const satisfies ProblemCode[];

/** Every code that a route can answer, without doubles. */
export function problemsOf(contract: RouteContract): readonly ProblemCode[] {
  return [
    ...new Set<ProblemCode>([
      ...commonProblems,
      ...(contract.authenticated ? authenticationProblems : []),
      ...(readsBody(contract) ? bodyProblems : []),
      ...(contract.signedBody ? (["body-too-large"] as const) : []),
      ...(contract.ifMatch ? (["version-mismatch"] as const) : []),
      ...(contract.idempotent ? (["idempotency-key-reused"] as const) : []),
      ...contract.problems,
    ]),
  ];
}

type Parsed<S> = S extends Schema ? z.output<S> : undefined;
type Unparsed<S> = S extends Schema ? z.input<S> : never;

/** A body as it came, byte by byte, and what came in `Authorization`. */
export interface Signed {
  readonly bytes: Uint8Array;
  readonly signature: string;
}

/** What a use case gets: the validated input. */
export type RouteInput<R extends RouteContract> = {
  readonly params: Parsed<R["params"]>;
  readonly query: Parsed<R["query"]>;
  readonly body: Parsed<R["body"]>;
} & (R["signedBody"] extends object ? { readonly signed: Signed } : unknown) &
  (R["browser"] extends true ? { readonly cookies: ReadonlyMap<string, string> } : unknown);

/** What a use case answers. */
export type RouteResult<R extends RouteContract> = R["result"] extends Schema
  ? z.output<R["result"]>
  : undefined;

/** What is answered where the result comes later; never, where it cannot. */
export type LaterResult<R extends RouteContract> = R["later"] extends { readonly result: infer S }
  ? Parsed<S>
  : never;

/** Whatever a success may say: the two are told apart by what only one of them has, as a job has its `state`. */
export type RouteAnswer<R extends RouteContract> = RouteResult<R> | LaterResult<R>;

type Given<Name extends string, S> = [S] extends [never]
  ? unknown
  : Record<never, never> extends S
    ? { readonly [K in Name]?: S }
    : { readonly [K in Name]: S };

/** What a client sends. */
export type RouteRequest<R extends RouteContract> = Given<"params", Unparsed<R["params"]>> &
  Given<"query", Unparsed<R["query"]>> &
  Given<"body", Unparsed<R["body"]>> & {
    readonly ifMatch?: number;
    readonly idempotencyKey?: string;
  };
