import { severalLines } from "./output/safe-text.ts";

/** What the command talks to: data goes to stdout, talk to stderr. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the person presses Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A remark for the person, on stderr. */
export const say = ({ stderr }: Pick<Terminal, "stderr">, text: string): void => {
  stderr.write(`${severalLines(text)}\n`);
};

/** Cells in a line of a terminal; some say that they have none. */
export const terminalWidth = ({ columns }: Pick<NodeJS.WriteStream, "columns">): number =>
  columns > 0 ? columns : 80;
