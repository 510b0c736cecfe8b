import type * as z from "zod";
import {
  remoteReply,
  remoteResults,
  remoteTimeoutSeconds,
  type RemoteCall,
} from "#contracts/remote-calls.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import {
  RemoteError,
  type RelationQuery,
  type RemoteGateway,
  type RemoteTarget,
} from "#core/ports/remote.ts";
import { parseJson, remoteService, type Invoke, type Invoked } from "./invocation.ts";

/**
 * Asks remote databases through the functions that carry the drivers, so that what answers HTTP carries
 * none and reads no credentials. What the remote said is thrown here as it was thrown there.
 */
export function lambdaGateway(invoke: Invoke, correlationId: () => string | undefined): RemoteGateway {
  const base = (target: RemoteTarget) => {
    const id = correlationId();
    // Named one by one: nothing beside what the call needs goes along.
    const { technology, config, secretRef, statementTimeoutMs } = target;
    const limit = statementTimeoutMs === undefined ? {} : { statementTimeoutMs };
    const named = { technology, config: { ...config }, secretRef, ...limit };
    return { v: 1, target: named, ...(id === undefined ? {} : { correlationId: id }) } as const;
  };
  const ask = async <S extends z.ZodType>(call: RemoteCall, result: S): Promise<z.output<S>> =>
    resultOf(await invoke(call.target.technology, call), result);
  return {
    server: (target) => ask({ ...base(target), operation: "server" }, remoteResults.server),
    listRelations: (target, query) =>
      ask(
        { ...base(target), operation: "listRelations", query: queryOf(query) },
        remoteResults.listRelations,
      ),
    inspect: (target, { schema, name }) =>
      ask({ ...base(target), operation: "inspect", relation: { schema, name } }, remoteResults.inspect),
    analyze: (target, { schema, name }, columns) =>
      ask(
        { ...base(target), operation: "analyze", relation: { schema, name }, columns: [...columns] },
        remoteResults.analyze,
      ),
  };
}

/** One schema alone is sent as it always was: the far side may still be of the version before. */
function queryOf(query: RelationQuery) {
  const schemas = query.schema === undefined ? [] : [query.schema].flat();
  return { ...query, schema: schemas.length > 1 ? schemas : schemas[0] };
}

function resultOf<S extends z.ZodType>(invoked: Invoked, result: S): z.output<S> {
  if (!invoked.answered) {
    if (!invoked.timedOut) throw new DomainError("unavailable", `${remoteService} failed.`);
    throw new RemoteError(
      "statement-timeout",
      `the remote database did not answer within ${remoteTimeoutSeconds} s`,
      { needsLonger: true },
    );
  }
  const reply = remoteReply.safeParse(parseJson(invoked.text));
  if (!reply.success) throw new DomainError("unavailable", `${remoteService} gave no proper answer.`);
  switch (reply.data.outcome) {
    case "refused": {
      const { reason, message, needsLonger } = reply.data;
      throw new RemoteError(reason, message, { needsLonger });
    }
    case "unavailable":
      throw new DomainError("unavailable", `${remoteService} failed.`);
    case "result": {
      const parsed = result.safeParse(reply.data.result);
      if (!parsed.success) throw new DomainError("unavailable", `${remoteService} gave no proper answer.`);
      return parsed.data;
    }
  }
}
