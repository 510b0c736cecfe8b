import type { RouteContract } from "#contracts/http/route.ts";
import { fillPath, parameterNames, queryString } from "#client/path.ts";
import { UsageError } from "../failure.ts";
import { parseAssignment, parseJson, parsePair, type Given, type ReadFile } from "./assignments.ts";
import { checked, shaped } from "./check.ts";
import { routesOfPath } from "./routes-of-path.ts";
import { emptyTree, plainValue, treeOf, treeOfJson, type Tree } from "./tree.ts";

/** What `reeve api` was given. */
export interface ApiArguments {
  readonly path: string;
  readonly method?: string | undefined;
  readonly params: readonly string[];
  readonly data: readonly string[];
  readonly query: readonly string[];
  /** False: fields are sent as they are, text unless they are JSON, and nothing is checked. */
  readonly useContract: boolean;
}

/** A request ready to be sent, but for the query, which paging still changes. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** Makes the request: fills the path, finds the method, and shapes fields by the operation's contract, where it has one. */
export function apiRequest(given: ApiArguments, read: ReadFile): ApiRequest {
  const [template = "", search = ""] = splitAtFirst(normalPath(given.path), "?");
  const known = given.useContract ? routesOfPath(template) : new Map<string, RouteContract>();
  const method = methodOf(given, template, known);
  const contract = new Map<string, RouteContract>(known).get(method);
  const intoQuery = fieldsGoIntoQuery(method, contract);
  const fields = intoQuery ? [...given.query, ...given.data] : given.query;
  return {
    method,
    path: filledPath(template, given.params),
    query: queryOf(new URLSearchParams(search), fields, contract, read),
    body: intoQuery ? undefined : bodyOf(given.data, contract, read),
  };
}

function splitAtFirst(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** A path of this service alone: an address of another one would get the key. */
function normalPath(path: string): string {
  if (path.includes("://")) throw new UsageError("Give a path such as /data-sources, without the address.");
  return (path.startsWith("/") ? path : `/${path}`).replaceAll("#", "%23");
}

function methodOf(
  { method, data }: ApiArguments,
  path: string,
  known: ReadonlyMap<string, RouteContract>,
): string {
  if (method !== undefined) {
    if (!/^[A-Za-z]+$/.test(method)) throw new UsageError(`"${method}" is no HTTP method.`);
    return method.toUpperCase();
  }
  if (data.length === 0) return "GET";
  if (known.size === 0 || known.get("POST")?.body !== undefined) return "POST";
  if (known.get("GET")?.query !== undefined) return "GET";
  throw new UsageError(`${path} takes ${[...known.keys()].join(", ")}: say which with -X.`);
}

const fieldsGoIntoQuery = (method: string, contract: RouteContract | undefined): boolean =>
  contract === undefined ? method === "GET" || method === "HEAD" : contract.body === undefined;

function filledPath(template: string, given: readonly string[]): string {
  const params = Object.fromEntries(given.map((pair) => parsePair(pair, "-P")));
  const names = parameterNames(template);
  const missing = names.filter((name) => !Object.hasOwn(params, name));
  if (missing.length > 0) throw new UsageError(missing.map((name) => `-P ${name}=… is missing.`).join("\n"));
  const unused = Object.keys(params).filter((name) => !names.includes(name));
  if (unused.length > 0) {
    throw new UsageError(unused.map((name) => `The path has no {${name}} to fill.`).join("\n"));
  }
  return fillPath(template, params);
}

function queryOf(
  search: URLSearchParams,
  fields: readonly string[],
  contract: RouteContract | undefined,
  read: ReadFile,
): Readonly<Record<string, unknown>> {
  const query = new Map<string, unknown>();
  const add = (name: string, value: unknown): void => {
    query.set(name, query.has(name) ? [query.get(name), value].flat() : value);
  };
  for (const [name, value] of search) add(name, value);
  for (const argument of fields) {
    const { field, given } = parseAssignment(argument, read);
    add(field.join("."), queryValue(given));
  }
  const all = Object.fromEntries(query);
  if (contract === undefined) return all;
  if (contract.query !== undefined) return checked(contract.query, all) as typeof all;
  if (query.size > 0) throw new UsageError(`${contract.method} ${contract.path} takes no fields.`);
  return all;
}

/** A query is text: JSON that is a list becomes a repeated field. */
function queryValue(given: Given): unknown {
  if ("text" in given) return given.text;
  return Array.isArray(given.json) ? given.json.map(queryText) : queryText(given.json);
}

const queryText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function bodyOf(data: readonly string[], contract: RouteContract | undefined, read: ReadFile): unknown {
  const whole = data.filter((argument) => argument.startsWith("@"));
  if (whole.length > 1) throw new UsageError("Only one -d can be the whole body.");
  const assignments = data
    .filter((argument) => !argument.startsWith("@"))
    .map((argument) => parseAssignment(argument, read));
  const tree = treeOf(assignments, whole[0] === undefined ? emptyTree : baseOf(whole[0].slice(1), read));
  if (contract?.body !== undefined) {
    return data.length === 0 && contract.bodyOptional === true ? undefined : shaped(contract.body, tree);
  }
  return data.length === 0 ? undefined : plainValue(tree);
}

const baseOf = (file: string, read: ReadFile): Tree =>
  treeOfJson(parseJson(read(file), file === "-" ? "standard input" : file));

/** Path and query as they are sent. */
export const targetOf = ({ path, query }: ApiRequest): string => path + queryString(query);
