import type { Log, LogFields } from "#core/ports/log.ts";

/** A log that tests can read. */
export class KeptLog implements Log {
  readonly lines: {
    readonly level: string;
    readonly message: string;
    readonly fields?: LogFields | undefined;
  }[] = [];

  info(message: string, fields?: LogFields): void {
    this.lines.push({ level: "info", message, fields });
  }

  warn(message: string, fields?: LogFields): void {
    this.lines.push({ level: "warn", message, fields });
  }

  error(message: string, fields?: LogFields): void {
    this.lines.push({ level: "error", message, fields });
  }
}
