import * as z from "zod";
import { problem, problemError, type ProblemCode } from "#contracts/problems.ts";

/** A code of the closed list, or one that a newer service has; `gateway` where the gateway answered and not Reeve. */
export type ReceivedCode = ProblemCode | "gateway" | (string & {});

/** A problem document as any version of the service may send it. */
const receivedProblem = problem.extend({
  code: z.string(),
  errors: z.array(problemError.extend({ in: z.string() })).optional(),
});
export type ReceivedProblem = z.infer<typeof receivedProblem> & { readonly code: ReceivedCode };

/** What the gateway answers by itself. */
const gatewayError = z.object({ message: z.string() });

/** The service refused the request, or could not do it: every reply that is no success. */
export class ReeveProblem extends Error {
  override readonly name = "ReeveProblem";
  readonly problem: ReceivedProblem;

  constructor(problem: ReceivedProblem) {
    super(problem.detail === "" ? problem.title : problem.detail);
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): ReceivedCode {
    return this.problem.code;
  }
}

/** No usable answer came: nobody listens, the time is over, or what answers is not Reeve. */
export class ReeveUnreachable extends Error {
  override readonly name = "ReeveUnreachable";
}

const gatewayDetails: Readonly<Record<number, string>> = {
  403: "The gateway refused the request before Reeve saw it.",
  404: "The gateway knows no such path: is the base URL right?",
  413: "The body is larger than the gateway takes.",
  429: "Too many requests at once: try again in a moment.",
  502: "Reeve's function did not answer as it should.",
  503: "The service is not available at the moment: try again later.",
  504: "The service took longer than the gateway waits. What was asked for may still have happened.",
};

/** The problem that a reply states: Reeve's own document, the gateway's message, or whatever else came. */
export function problemOf(status: number, headers: Headers, body: unknown): ReceivedProblem {
  const own = receivedProblem.safeParse(body);
  if (own.success) return own.data;
  const gateway = gatewayError.safeParse(body);
  return {
    type: "about:blank",
    title: gateway.success ? gateway.data.message : `HTTP status ${status}`,
    status,
    detail: gatewayDetails[status] ?? "What answered is a gateway or proxy, not Reeve.",
    instance: headers.get("apigw-requestid") ?? headers.get("x-request-id") ?? "",
    code: "gateway",
  };
}
