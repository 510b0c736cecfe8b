import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { sessionCookie } from "#core/identity/cookies.ts";
import type { Credentials } from "#core/people/authenticate.ts";

/** Methods that change nothing, and so may be asked by whoever leads a browser here. */
const safe: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** What the console says with what it does: no page of another origin can say it (https://fetch.spec.whatwg.org/#http-cors-protocol). */
const fromConsole = { header: "x-requested-with", value: "reeve-console" } as const;

/** A request's cookies by name; of two of one name the first, which is of the narrower path (RFC 6265 §5.4). */
export function cookiesOf({ cookies = [], headers }: APIGatewayProxyEventV2): ReadonlyMap<string, string> {
  // The gateway takes them out of the headers; one machine leaves them there.
  const pairs = [...cookies, ...(headers["cookie"] ?? "").split(";")];
  const found = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    if (at > 0 && !found.has(name)) found.set(name, pair.slice(at + 1).trim());
  }
  return found;
}

/**
 * What a request proves itself with. A browser sends a cookie with whatever leads it here: so a session counts for what
 * changes nothing, and else only where the console says that it asks.
 */
export function credentialsOf(event: APIGatewayProxyEventV2): Credentials {
  const { headers, requestContext } = event;
  const counts = safe.has(requestContext.http.method) || headers[fromConsole.header] === fromConsole.value;
  return {
    authorization: headers["authorization"],
    session: counts ? cookiesOf(event).get(sessionCookie) : undefined,
  };
}
