import { CommanderError } from "commander";
import type { ReceivedProblem } from "#client/errors.ts";
import { exitCodes } from "./failure.ts";
import { say, type Terminal } from "./terminal.ts";

type Talk = Pick<Terminal, "stderr">;

/** A problem as a person reads it. */
export function problemText({
  title,
  detail,
  status,
  code,
  errors,
  reason,
  instance,
}: ReceivedProblem): string {
  return [
    `reeve: ${title} (${status} ${code})`,
    ...(detail === "" || detail === title ? [] : [`  ${detail}`]),
    ...(reason === undefined ? [] : [`  reason: ${reason}`]),
    ...(errors ?? []).map(
      (error) => `  ${placeText(error)}${error.detail === detail ? "" : `: ${error.detail}`}`,
    ),
    ...(instance === "" ? [] : [`  request: ${instance}`]),
  ].join("\n");
}

/** Where the input is wrong, in a text also where in it. */
function placeText({
  in: part,
  pointer,
  line,
  column,
}: NonNullable<ReceivedProblem["errors"]>[number]): string {
  const place = `${part} ${pointer === "" ? "/" : pointer}`;
  return line === undefined || column === undefined ? place : `${place}, line ${line}, column ${column}`;
}

const codesByName: Readonly<Record<string, number>> = {
  UsageError: exitCodes.usage,
  InvalidRequest: exitCodes.usage,
  Refusal: exitCodes.refused,
  NotConfigured: exitCodes.unreachable,
  ReeveUnreachable: exitCodes.unreachable,
};

/** Says what went wrong and gives the exit code. The client is not loaded for it: its errors are known by name. */
export function reportFailure(terminal: Talk, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === "Interrupted") return exitCodes.interrupted;
  if (name === "ReeveProblem") {
    const { problem } = error as { readonly problem: ReceivedProblem };
    say(terminal, problemText(problem));
    return problem.status === 401 ? exitCodes.unreachable : exitCodes.refused;
  }
  say(terminal, `reeve: ${message}`);
  return codesByName[name] ?? exitCodes.refused;
}
