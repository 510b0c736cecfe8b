import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { unavailable } from "#adapters/aws/unavailable.ts";
import {
  remoteReply,
  remoteResults,
  remoteTimeoutSeconds,
  type RemoteCall,
} from "#contracts/remote-calls.ts";
import type { Technology } from "#contracts/resources/remote.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { RemoteError, type RemoteGateway, type RemoteTarget } from "#core/ports/remote.ts";

/** Sends a call to the function that carries the technology's driver, and gives its answer as text. */
export type Invoke = (technology: Technology, call: RemoteCall) => Promise<Invoked>;

/** What came back: the answer's JSON, or that the function itself failed. */
export type Invoked =
  | { readonly answered: true; readonly text: string }
  | { readonly answered: false; readonly timedOut: boolean };

const service = "The function that asks the remote database";

/** Only whether it was its time: the rest of the text is whatever the function died of. */
const failure = z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() });
const isTimeout = (text: string): boolean => {
  const { errorType, errorMessage } = failure.catch({}).parse(parseJson(text));
  return errorType === "Sandbox.Timedout" || /\bTask timed out after\b/.test(errorMessage ?? "");
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

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
      throw unavailable(service, error);
    }
  };

/**
 * Asks remote databases through the functions that carry the drivers, so that what answers HTTP carries
 * none and reads no credentials. What the remote said is thrown here as it was thrown there.
 */
export function lambdaGateway(invoke: Invoke, correlationId: () => string | undefined): RemoteGateway {
  const base = (target: RemoteTarget) => {
    const id = correlationId();
    // Named one by one: nothing beside what the call needs goes along.
    const { technology, config, secretRef } = target;
    const named = { technology, config: { ...config }, secretRef };
    return { v: 1, target: named, ...(id === undefined ? {} : { correlationId: id }) } as const;
  };
  const ask = async <S extends z.ZodType>(call: RemoteCall, result: S): Promise<z.output<S>> =>
    resultOf(await invoke(call.target.technology, call), result);
  return {
    server: (target) => ask({ ...base(target), operation: "server" }, remoteResults.server),
    listRelations: (target, query) =>
      ask({ ...base(target), operation: "listRelations", query: { ...query } }, remoteResults.listRelations),
    inspect: (target, { schema, name }) =>
      ask({ ...base(target), operation: "inspect", relation: { schema, name } }, remoteResults.inspect),
  };
}

function resultOf<S extends z.ZodType>(invoked: Invoked, result: S): z.output<S> {
  if (!invoked.answered) {
    if (!invoked.timedOut) throw new DomainError("unavailable", `${service} failed.`);
    throw new RemoteError(
      "statement-timeout",
      `the remote database did not answer within ${remoteTimeoutSeconds} s`,
    );
  }
  const reply = remoteReply.safeParse(parseJson(invoked.text));
  if (!reply.success) throw new DomainError("unavailable", `${service} gave no proper answer.`);
  switch (reply.data.outcome) {
    case "refused":
      throw new RemoteError(reply.data.reason, reply.data.message);
    case "unavailable":
      throw new DomainError("unavailable", `${service} failed.`);
    case "result": {
      const parsed = result.safeParse(reply.data.result);
      if (!parsed.success) throw new DomainError("unavailable", `${service} gave no proper answer.`);
      return parsed.data;
    }
  }
}
