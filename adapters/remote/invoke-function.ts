import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { unavailable } from "#adapters/aws/unavailable.ts";
import { remoteTimeoutSeconds } from "#contracts/remote-calls.ts";
import { parseJson, remoteService, type Invoke } from "./invocation.ts";

/** Only whether it was its time: the rest of the text is whatever the function died of. */
const failure = z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() });
const isTimeout = (text: string): boolean => {
  const { errorType, errorMessage } = failure.catch({}).parse(parseJson(text));
  return errorType === "Sandbox.Timedout" || /\bTask timed out after\b/.test(errorMessage ?? "");
};

/** Invokes `<prefix><technology>` and waits for it. */
export const invokeFunction =
  (client: Pick<LambdaClient, "send">, { prefix }: { readonly prefix: string }): Invoke =>
  async (technology, call) => {
    const signal = AbortSignal.timeout((remoteTimeoutSeconds + 1) * 1000);
    try {
      const { FunctionError, Payload } = await client.send(
        new InvokeCommand({ FunctionName: `${prefix}${technology}`, Payload: JSON.stringify(call) }),
        { abortSignal: signal },
      );
      const text = new TextDecoder().decode(Payload);
      if (FunctionError === undefined) return { answered: true, text };
      return { answered: false, timedOut: isTimeout(text) };
    } catch (error) {
      if (signal.aborted) return { answered: false, timedOut: true };
      throw unavailable(remoteService, error);
    }
  };
