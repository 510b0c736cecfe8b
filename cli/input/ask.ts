import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { Interrupted, UsageError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { readStdin } from "./stdin.ts";

/** Asks one question on stderr. Editing works as ever; with a silent output nothing that is typed is shown. */
function ask({ stdin, stderr, signal }: Terminal, question: string, silent: boolean): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input: stdin, output: silent ? nowhere : stderr, terminal: true });
  return new Promise((resolve, reject) => {
    const give = (answer: string): void => {
      resolve(answer);
      line.close();
    };
    const stop = (): void => {
      reject(new Interrupted("while asking"));
      line.close();
    };
    // Answered or not, a closed line asks no more; a promise that is settled already stays as it is.
    line.on("close", () => {
      signal.removeEventListener("abort", stop);
      if (silent) stderr.write("\n");
      reject(new Interrupted("while asking"));
    });
    line.on("SIGINT", stop);
    signal.addEventListener("abort", stop);
    if (silent) stderr.write(question);
    line.question(silent ? "" : question, give);
  });
}

/** A line that a person types, or the default for an empty one. */
export async function askFor(terminal: Terminal, question: string, standard: string): Promise<string> {
  if (!terminal.stdin.isTTY)
    throw new UsageError(`${question} is needed, and there is no terminal to ask on.`);
  const answer = await ask(terminal, `${question}${standard === "" ? "" : ` [${standard}]`}: `, false);
  return answer.trim() === "" ? standard : answer.trim();
}

/** A secret: from the environment, from standard input where it is no terminal, or typed unseen. Never an argument. */
export async function secret(terminal: Terminal, question: string, variable: string): Promise<string> {
  const fromEnvironment = terminal.env[variable] ?? "";
  if (fromEnvironment !== "") return fromEnvironment;
  const typed = terminal.stdin.isTTY
    ? await ask(terminal, `${question}: `, true)
    : (await readStdin(terminal)).replace(/\r?\n$/, "");
  if (typed === "") throw new UsageError(`${question} is needed: type it, pipe it in, or set ${variable}.`);
  return typed;
}
