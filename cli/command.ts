import { InvalidArgumentError, Option, type Command } from "commander";
import { outputFormats } from "./output/formats.ts";
import type { CommonOptions, Session } from "./session.ts";
import type { Terminal } from "./terminal.ts";

/** A number greater than zero, as an option's value. */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a number greater than 0.");
}

/** An option that is a whole number, of which zero has a meaning of its own. */
export function whole(text: string): number {
  if (/^\d{1,9}$/.test(text.trim())) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}

/** Gathers an option that may be repeated. */
export const repeated = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

/** The heading of the options that every command has; help shows it last. */
export const commonGroup = "Common options:";

const common = (flags: string, description: string): Option =>
  new Option(flags, description).helpGroup(commonGroup);

/** A command that does something, with the options that all of these have. */
export function leaf(
  parent: Command,
  usage: string,
  summary: string,
  standardOutput = "table on a terminal, else json",
): Command {
  return parent
    .command(usage)
    .description(summary)
    .addOption(
      common("-o, --output <format>", `how to print (default: ${standardOutput})`).choices(outputFormats),
    )
    .addOption(common("--profile <name>", "the profile to use"))
    .addOption(
      common("--timeout <seconds>", "how long an answer may take (default: 30)").argParser(positive),
    );
}

/** A command that only holds others. */
export const group = (parent: Command, name: string, summary: string): Command =>
  parent.command(name).description(summary);

/** The options that every command has; what stands nearest to the command holds. */
export function commonOptions(command: Command): CommonOptions {
  const before = command.parent === null ? {} : commonOptions(command.parent);
  return { ...before, ...command.opts<CommonOptions>() };
}

/**
 * Makes a commander action: opens the session, then runs. commander passes the arguments, the options and the
 * command itself, in this order.
 */
export const inSession =
  <Given extends unknown[]>(
    terminal: Terminal,
    run: (session: Session, ...given: Given) => Promise<void>,
    { needsKey = true }: { readonly needsKey?: boolean } = {},
  ) =>
  async (...given: unknown[]): Promise<void> => {
    const { openSession } = await import("./session.ts");
    const session = openSession(terminal, commonOptions(given.at(-1) as Command), needsKey);
    await run(session, ...(given.slice(0, -1) as Given));
  };
