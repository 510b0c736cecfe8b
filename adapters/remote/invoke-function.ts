import * as z from "zod";
import { signedRequests, type SignedSend } from "#adapters/aws/signed-requests.ts";
import type { ClientOptions } from "#adapters/aws/client-options.ts";
import { unavailable } from "#adapters/aws/unavailable.ts";
import { remoteTimeoutSeconds } from "#contracts/remote-calls.ts";
import { parseJson, remoteService, type Invoke } from "./invocation.ts";

/** Only whether it was its time: the rest of the text is whatever the function died of. */
const failure = z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() });
const isTimeout = (text: string): boolean => {
  const { errorType, errorMessage } = failure.catch({}).parse(parseJson(text));
  return errorType === "Sandbox.Timedout" || /\bTask timed out after\b/.test(errorMessage ?? "");
};

/** What Lambda calls its refusal: a name, with what it is an instance of behind a colon. */
const refusalOf = ({ status, headers }: Response): Error => {
  const [kind = ""] = (headers.get("x-amzn-errortype") ?? "").split(":");
  return Object.assign(new Error(`Lambda answered ${status}`), {
    name: /^\w{1,100}$/.test(kind) ? kind : `HTTP ${status}`,
  });
};

const waitMs = (remoteTimeoutSeconds + 1) * 1000;

/** Requests to Lambda that wait for their answer. */
export const lambdaRequests = (options: ClientOptions = {}): SignedSend =>
  signedRequests({ name: "lambda", tries: 3, timeoutMs: waitMs }, options);

/**
 * Invokes `<prefix><technology>` and waits for it.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export const invokeFunction =
  (send: SignedSend, { prefix }: { readonly prefix: string }): Invoke =>
  async (technology, call) => {
    const signal = AbortSignal.timeout(waitMs);
    try {
      const answer = await send({
        method: "POST",
        path: `/2015-03-31/functions/${encodeURIComponent(`${prefix}${technology}`)}/invocations`,
        headers: { "content-type": "application/json", "x-amz-invocation-type": "RequestResponse" },
        body: JSON.stringify(call),
        signal,
      });
      const text = await answer.text();
      if (!answer.ok) throw refusalOf(answer);
      if (!answer.headers.has("x-amz-function-error")) return { answered: true, text };
      return { answered: false, timedOut: isTimeout(text) };
    } catch (error) {
      if (signal.aborted) return { answered: false, timedOut: true };
      throw unavailable(remoteService, error);
    }
  };
