import { expect } from "vitest";
import { problemsOf, type RouteContract } from "#contracts/http/route.ts";
import { routeGroups } from "#contracts/http/routes.ts";
import { problem, problemMediaType, problems, problemType } from "#contracts/problems.ts";
import type { Match } from "#local/server/match-route.ts";

/** A reply as a caller gets it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or undefined where there is no body. */
  readonly body: unknown;
  readonly text: string;
  /** What `Set-Cookie` says, cookie by cookie. */
  readonly cookies: readonly string[];
}

const contracts = new Map(
  Object.values(routeGroups)
    .flatMap((group) => Object.values<RouteContract>(group))
    .map((contract) => [`${contract.method} ${contract.path}`, contract]),
);

/** The contract of the route that took a request, or undefined where none did. */
export const contractOf = ({ routeKey }: Match): RouteContract | undefined => contracts.get(routeKey);

const member = (body: unknown, name: string): unknown =>
  typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;

/** Every reply keeps its contract to the letter: status, headers, each field, and nothing beyond. */
export function checkReply(match: Match, reply: Reply): void {
  expect(reply.headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
  expect(reply.headers["x-request-id"]).toMatch(/.+/);
  const contract = contractOf(match);
  if (reply.status < 400 && contract !== undefined) checkSuccess(contract, reply);
  else checkProblem(contract, reply);
}

function checkSuccess(contract: RouteContract, { status, headers, body, text }: Reply): void {
  const { later } = contract;
  expect(headers["location"] !== undefined && contract.status !== 201).toBe(contract.status === 302);
  const isLater = later !== undefined && status === later.status;
  expect(status).toBe(isLater ? later.status : contract.status);
  const result = isLater ? later.result : contract.result;
  if (result === undefined) {
    expect({ text, type: headers["content-type"] }).toEqual({ text: "", type: undefined });
    return;
  }
  expect(headers["content-type"]).toBe("application/json");
  // Parsing drops what the contract does not name, so that an extra field makes a difference.
  expect(result.parse(body)).toStrictEqual(body);
  const version = member(body, "version");
  expect(headers["etag"]).toBe(typeof version === "number" ? `"${version}"` : undefined);
  checkLocation(contract, { status, headers, body });
}

/** What is new says where it is found: at a path that its fields fill, or below one by its id. */
function checkLocation(
  { location }: RouteContract,
  { status, headers, body }: Omit<Reply, "text" | "cookies">,
): void {
  if (status === 201 && location?.includes("{") === true) {
    const filled = location.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(member(body, name)));
    expect(headers["location"]).toBe(filled);
    return;
  }
  const id = member(body, "id");
  const isNew = status === 201 && typeof id === "string";
  expect(headers["location"]?.endsWith(`/${String(id)}`) ?? false).toBe(isNew);
}

function checkProblem(contract: RouteContract | undefined, { status, headers, body }: Reply): void {
  expect(headers["content-type"]).toBe(problemMediaType);
  const parsed = problem.parse(body);
  expect(parsed).toStrictEqual(body);
  expect(parsed).toMatchObject({
    status,
    title: problems[parsed.code].title,
    type: problemType(parsed.code),
    instance: headers["x-request-id"],
  });
  expect(problems[parsed.code].status).toBe(status);
  expect(headers["www-authenticate"]).toBe(status === 401 ? "Bearer" : undefined);
  expect(headers["allow"] !== undefined).toBe(status === 405);
  for (const { in: where, pointer } of parsed.errors ?? []) {
    expect(`${where} ${pointer}`).toMatch(/^(?:body|query|path|header) (?:\/.*)?$/s);
  }
  if (contract !== undefined) expect(problemsOf(contract)).toContain(parsed.code);
}
