import type { RemoteFailure } from "#contracts/resources/remote.ts";
import { RemoteError } from "#core/ports/remote.ts";
import { withoutSecrets } from "#connectors/redaction.ts";

/** A `RemoteError` that still knows the server's SQLSTATE, for decisions within this connector. */
export class PostgresqlError extends RemoteError {
  readonly sqlState: string | undefined;

  constructor(reason: RemoteFailure, message: string, sqlState?: string) {
    super(reason, message);
    this.sqlState = sqlState;
  }
}

/** What an error message may name, and what it must not. */
export interface ErrorContext {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly phase: "connect" | "statement";
  /** Why we ended the work ourselves, when we did. */
  readonly interrupted?: RemoteFailure | undefined;
  /** Whether the statement had used up the time that the engine gave it. */
  readonly ranOut?: boolean | undefined;
}

const bySqlState: Readonly<Record<string, RemoteFailure>> = {
  "28000": "authentication-failed",
  "28P01": "authentication-failed",
  "3D000": "database-not-found",
  "3F000": "table-not-found",
  "42501": "permission-denied",
  "42P01": "table-not-found",
  "53300": "too-many-connections",
  "55P03": "lock-timeout",
  "25P03": "connection-lost",
  "57P01": "connection-lost",
  "57P02": "connection-lost",
  "57P03": "unreachable",
  "57P05": "connection-lost",
};

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the server closed the connection",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  EPIPE: "the server closed the connection",
  ETIMEDOUT: "connection timed out",
};

const tlsCodes =
  /^(?:ERR_(?:SSL|TLS|OSSL)|CERT_|CRL_|EPROTO$|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE))/;
/** Whether a server, or rather what stands before it, refused the settings that a connection starts with. */
export const isRefusedSetting = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "08P01" || error.code === "0A000");

const tlsMessages = /does not support SSL|establishing an SSL/;

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const whereOf = (error: Error): string => ("where" in error ? (textOf(error.where) ?? "") : "");

/** What an error of the server says; `where` is its call stack, empty for what our own statement did. */
interface ServerError {
  readonly sqlState: string;
  readonly message: string;
  readonly where: string;
}

/**
 * What a server said, without data. Errors about a value (class 22) quote the value, and a view can fail on a row
 * that the reader of the message may not see. What is said within a function or by a foreign server is any text, under
 * any code: those have a context (https://www.postgresql.org/docs/current/protocol-error-fields.html, `W`).
 */
function serverMessage({ sqlState, message, where }: ServerError, context: ErrorContext): string {
  const isRaised = where !== "" || sqlState.startsWith("P0");
  if (isRaised && context.phase === "statement") return "a function raised an error";
  if (sqlState.startsWith("22")) return message.replace(/:?\s*["'«„“].*["'»“”]/su, " (value left out)");
  // Refusals of a login name the user, who belongs to the credentials, in quotes that follow its language.
  if (sqlState.startsWith("28")) return withoutSecrets(message, [context.username]);
  return message;
}

function reasonOf(sqlState: string, context: ErrorContext): RemoteFailure {
  // One code for a timeout and for a cancellation, and a text in the server's language: the clock tells them apart.
  if (sqlState === "57014")
    return context.interrupted ?? (context.ranOut === true ? "statement-timeout" : "cancelled");
  const known = bySqlState[sqlState];
  if (known !== undefined) return known;
  if (sqlState.startsWith("08")) return context.phase === "connect" ? "unreachable" : "connection-lost";
  return "query-failed";
}

function fromServer(error: ServerError, context: ErrorContext): PostgresqlError {
  const { sqlState } = error;
  const reason = reasonOf(sqlState, context);
  return new PostgresqlError(reason, `${serverMessage(error, context)} (${sqlState})`, sqlState);
}

function whileConnecting(code: string, message: string, { host, port }: ErrorContext): PostgresqlError {
  const where = `${host}:${port}`;
  if (tlsCodes.test(code) || tlsMessages.test(message)) {
    return new PostgresqlError("tls-failed", `no secure connection to ${where}: ${message}`);
  }
  if (message.startsWith("SASL")) return new PostgresqlError("authentication-failed", message);
  const known = unreachable[code] ?? (message === "timeout expired" ? "connection timed out" : undefined);
  return new PostgresqlError(
    "unreachable",
    `could not reach ${where}: ${known ?? "no PostgreSQL server answered"}`,
  );
}

function translate(error: unknown, context: ErrorContext): PostgresqlError {
  const message = error instanceof Error ? error.message : "unknown error";
  const code = error instanceof Error && "code" in error ? (textOf(error.code) ?? "") : "";
  // The server's own errors carry a severity beside the five characters of a SQLSTATE.
  if (error instanceof Error && "severity" in error && code.length === 5)
    return fromServer({ sqlState: code, message, where: whereOf(error) }, context);
  if (context.interrupted !== undefined)
    return new PostgresqlError(context.interrupted, "the work was ended");
  if (context.phase === "connect") return whileConnecting(code, message, context);
  return new PostgresqlError("connection-lost", `the connection to ${context.host}:${context.port} was lost`);
}

const spoken: Partial<Record<RemoteFailure, string>> = {
  cancelled: "the work was cancelled",
  "statement-timeout": "the statement took longer than it may, and was ended",
};

/** Any error of the driver or the server as a `RemoteError` whose message holds no credentials. */
export function toRemoteError(error: unknown, context: ErrorContext): RemoteError {
  if (error instanceof RemoteError) return error;
  const { reason, message, sqlState } = translate(error, context);
  const text = withoutSecrets(spoken[reason] ?? message, [context.password]);
  return new PostgresqlError(reason, text, sqlState);
}
