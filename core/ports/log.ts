/** Structured facts beside a message. Never payloads, never secrets. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What core tells the operator. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
