import { Interrupted, UsageError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { readTextFile, type ReadFile } from "./assignments.ts";

/** All of standard input. It can be interrupted, which a plain read of the descriptor cannot. */
export async function readStdin({ stdin, signal }: Pick<Terminal, "stdin" | "signal">): Promise<string> {
  const chunks: Buffer[] = [];
  const stop = (): void => {
    stdin.destroy();
  };
  signal.addEventListener("abort", stop);
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  if (signal.aborted) throw new Interrupted("while reading standard input");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new UsageError("Standard input is not UTF-8 text.");
  }
}

/** Reads the files that arguments name. Standard input is read beforehand if an argument wants it, and once. */
export async function fileReader(terminal: Terminal, argumentsGiven: readonly string[]): Promise<ReadFile> {
  const wanting = argumentsGiven.filter((argument) => /(?:^|=)@-$/.test(argument));
  if (wanting.length > 1) throw new UsageError("Only one value can be read from standard input.");
  const text = wanting.length === 1 ? await readStdin(terminal) : "";
  return (name) => (name === "-" ? text : readTextFile(name));
}
