/** How the command ends. Scripts rely on these; docs/cli.md explains them. */
export const exitCodes = {
  done: 0,
  /** The service refused or could not do it, or what was watched failed. */
  refused: 1,
  /** The command line, a file or the configuration is wrong: nothing was sent. */
  usage: 2,
  /** The service cannot be reached, or does not accept the key. */
  unreachable: 3,
  interrupted: 130,
} as const;

/** The command was used wrongly; nothing was sent. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What was asked for cannot be had, as far as the service answered. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** There is no service or no key to use. */
export class NotConfigured extends Error {
  override readonly name = "NotConfigured";
}

/** The person pressed Ctrl-C, or the process was asked to end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
