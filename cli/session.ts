import { reeveClient, type ReeveClient } from "#client/client.ts";
import { isReadableByOthers, configPath } from "./configuration/config-file.ts";
import { chosenService } from "./configuration/service.ts";
import { NotConfigured, UsageError } from "./failure.ts";
import type { OutputFormat } from "./output/formats.ts";
import { say, type Terminal } from "./terminal.ts";

/** Options that every command has. */
export interface CommonOptions {
  readonly profile?: string;
  readonly output?: OutputFormat;
  /** Seconds. */
  readonly timeout?: number;
}

/** What a command works with. */
export interface Session {
  readonly client: ReeveClient;
  readonly terminal: Terminal;
  /** As asked for; undefined leaves it to the command. */
  readonly output: OutputFormat | undefined;
}

/** The client of a service, with the command's own words where address or key cannot be used. */
export function clientOf(
  { url, apiKey }: { readonly url: string; readonly apiKey: string | undefined },
  terminal: Terminal,
  timeout: number | undefined,
): ReeveClient {
  try {
    return reeveClient({
      baseUrl: url,
      apiKey,
      signal: terminal.signal,
      timeoutMs: timeout === undefined ? undefined : timeout * 1000,
    });
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

/** Opens the session of a command. Only what needs no key may go without one. */
export function openSession(terminal: Terminal, options: CommonOptions, needsKey: boolean): Session {
  const service = chosenService(terminal.env, options.profile);
  if (isReadableByOthers(terminal.env)) {
    const path = configPath(terminal.env);
    say(terminal, `warning: others can read ${path}, which holds your keys: chmod 600 ${path}`);
  }
  if (needsKey && service.apiKey === undefined) {
    throw new NotConfigured(
      `There is no API key for ${service.url}. Set REEVE_API_KEY, or run reeve configure.`,
    );
  }
  return { client: clientOf(service, terminal, options.timeout), terminal, output: options.output };
}
