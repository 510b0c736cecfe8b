import { logger, processLog } from "#adapters/observability/observability.ts";
import { maxReplyBytes, remoteCall, type RemoteCall, type RemoteReply } from "#contracts/remote-calls.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { RemoteError, type RemoteGateway } from "#core/ports/remote.ts";

/** The answer to one call from the other side of the wire: whatever happens comes back as data. */
export async function serveRemote(gateway: RemoteGateway, event: unknown): Promise<RemoteReply> {
  const parsed = remoteCall.safeParse(event);
  if (!parsed.success) {
    // Its paths and kinds, without the values that were sent.
    const issues = parsed.error.issues.map(({ code, path }) => ({ code, path: path.join("/") }));
    processLog.error("a call of another shape than agreed", { issues });
    return { outcome: "unavailable" };
  }
  logger.resetKeys();
  if (parsed.data.correlationId !== undefined) logger.setCorrelationId(parsed.data.correlationId);
  try {
    return fitting({ outcome: "result", result: await ask(gateway, parsed.data) });
  } catch (error) {
    if (error instanceof RemoteError) {
      const { reason, message, needsLonger } = error;
      return { outcome: "refused", reason, message, ...(needsLonger ? { needsLonger } : {}) };
    }
    processLog.error("a remote database could not be asked", { error: withoutText(error) });
    return { outcome: "unavailable" };
  }
}

/** What an unexpected error was and where it came from. Its text is left out: this side knows credentials. */
function withoutText(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  if (!(error instanceof Error)) return { kind: typeof error };
  return { kind: error.name, at: error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) };
}

function ask(gateway: RemoteGateway, call: RemoteCall): Promise<unknown> {
  switch (call.operation) {
    case "server":
      return gateway.server(call.target);
    case "listRelations":
      return gateway.listRelations(call.target, call.query);
    case "inspect":
      return gateway.inspect(call.target, call.relation);
    case "analyze":
      return gateway.analyze(call.target, call.relation, call.columns);
  }
}

function fitting(reply: RemoteReply): RemoteReply {
  if (Buffer.byteLength(JSON.stringify(reply)) <= maxReplyBytes) return reply;
  return {
    outcome: "refused",
    reason: "query-failed",
    message: `the remote database's answer is larger than ${maxReplyBytes / 1_000_000} MB`,
  };
}
