import type { APIGatewayProxyEventV2 } from "aws-lambda";
import * as z from "zod";
import { readsBody, type RouteContract, type RouteInput, type Signed } from "#contracts/http/route.ts";
import type { ProblemError } from "#contracts/problems.ts";
import type { Call } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { problemErrors } from "#core/errors/parse.ts";
import type { Seals } from "#core/ports/seals.ts";
import { cookiesOf } from "./credentials.ts";

/** Bodies are at most this long, counted in bytes as they came. */
const maxBodyBytes = 1_048_576;

const invalid = (errors: readonly ProblemError[]): DomainError =>
  new DomainError("invalid-request", undefined, { errors });

/** The body of a route that takes none: empty, or an object without fields. */
const noFields = z.strictObject({});

const headerError = (name: string, detail: string): DomainError =>
  invalid([{ in: "header", pointer: `/${name}`, detail }]);

/** The validated input of a route, or a problem that names every invalid place at once. */
export function parseRequest<R extends RouteContract>(
  contract: R,
  event: APIGatewayProxyEventV2,
): RouteInput<R> {
  const errors: ProblemError[] = [];
  const check = (schema: z.ZodType | undefined, value: unknown, where: ProblemError["in"]): unknown => {
    if (schema === undefined) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    errors.push(...problemErrors(parsed.error, where));
    return undefined;
  };
  // A body in which nothing may be said is checked, and nobody gets it.
  if (contract.body === undefined && readsBody(contract)) check(noFields, bodyOf(contract, event), "body");
  const input = {
    params: check(contract.params, event.pathParameters ?? {}, "path"),
    query: check(contract.query, queryOf(event), "query"),
    body: check(contract.body, contract.body === undefined ? undefined : bodyOf(contract, event), "body"),
  };
  if (contract.query === undefined && contract.signedBody === undefined) errors.push(...unknownQuery(event));
  if (errors.length > 0) throw invalid(errors);
  const cookies = contract.browser === true ? { cookies: cookiesOf(event) } : {};
  return { ...input, ...cookies, ...signedOf(contract, event) } as RouteInput<R>;
}

/** A signed body as it came; one that is longer than allowed is refused before anything is made of it. */
function signedOf(
  { signedBody }: RouteContract,
  event: APIGatewayProxyEventV2,
): { readonly signed?: Signed } {
  if (signedBody === undefined) return {};
  const bytes = rawBody(event);
  if (bytes.length > signedBody.maxBytes) {
    throw new DomainError("body-too-large", `The body has more than ${signedBody.maxBytes} bytes.`);
  }
  return { signed: { bytes, signature: event.headers["authorization"] ?? "" } };
}

const unknownQuery = (event: APIGatewayProxyEventV2): readonly ProblemError[] =>
  Object.keys(queryOf(event)).map((name) => ({
    in: "query",
    pointer: `/${name}`,
    detail: "is not a known field",
  }));

/** Repeated fields become arrays. The raw string is read, because the gateway joins repeated values by commas. */
function queryOf({ rawQueryString }: APIGatewayProxyEventV2): Record<string, string | string[]> {
  const query = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const given = query.get(name);
    query.set(name, given === undefined ? value : [given, value].flat());
  }
  return Object.fromEntries(query);
}

function bodyOf(contract: RouteContract, event: APIGatewayProxyEventV2): unknown {
  const bytes = rawBody(event);
  if (bytes.length > maxBodyBytes) throw new DomainError("body-too-large");
  if (bytes.length === 0 && (contract.bodyOptional === true || contract.body === undefined)) return {};
  const type = event.headers["content-type"] ?? "";
  if (bytes.length > 0 && !/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new DomainError("unsupported-media-type");
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new DomainError("malformed-json", undefined, { cause });
  }
}

const rawBody = ({ body, isBase64Encoded }: APIGatewayProxyEventV2): Buffer =>
  Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");

/** The version in `If-Match`, quoted, weak or bare; null where there is none, or for `*`. */
export function ifMatchOf(contract: RouteContract, event: APIGatewayProxyEventV2): number | null {
  const header = event.headers["if-match"]?.trim();
  if (contract.ifMatch !== true || header === undefined || header === "*") return null;
  const version = /^(?:W\/)?(?:"(\d{1,15})"|(\d{1,15}))$/.exec(header);
  if (version === null) throw headerError("If-Match", 'must be a version like "7"');
  return Number(version[1] ?? version[2]);
}

/**
 * The idempotency key with a hash of what was asked: operation, path, query and body. A body may hold a
 * password, which a plain hash in the table would let anybody guess at leisure; so it is a keyed one.
 */
export async function idempotencyOf(
  contract: RouteContract,
  event: APIGatewayProxyEventV2,
  seals: Pick<Seals, "mark">,
): Promise<Call["idempotency"]> {
  const key = event.headers["idempotency-key"];
  if (contract.idempotent !== true || key === undefined) return null;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw headerError("Idempotency-Key", "must be 1 to 255 visible ASCII characters");
  }
  const asked = [contract.method, event.rawPath, event.rawQueryString, rawBody(event)];
  return { key, requestHash: await seals.mark("requests", asked) };
}
