import { UsageError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { readTextFile } from "./assignments.ts";
import { readStdin } from "./stdin.ts";

/** A text that stands in an argument or in a file, `-` being standard input; undefined where neither is given. */
export async function textOption(
  terminal: Terminal,
  option: string,
  text: string | undefined,
  file: string | undefined,
): Promise<string | undefined> {
  if (text !== undefined && file !== undefined) throw new UsageError(`Give either ${option} or --file.`);
  if (file === undefined) return text;
  return file === "-" ? await readStdin(terminal) : readTextFile(file);
}
