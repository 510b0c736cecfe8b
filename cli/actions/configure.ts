import type { ConfigureOptions } from "../commands/configure.ts";
import { configPath, readConfiguration, writeConfiguration } from "../configuration/config-file.ts";
import { chosenService, currentProfile, demanded, storedProfile } from "../configuration/service.ts";
import { askFor, secret } from "../input/ask.ts";
import { printList, printOne, type Printer } from "../output/print.ts";
import { clientOf } from "../session.ts";
import { say, type Terminal } from "../terminal.ts";

const localUrl = "http://127.0.0.1:4000";

const isLocal = (url: string): boolean => /^http:\/\/(?:localhost|127\.|\[::1\])/.test(url);

/** Asks for what is not given, tries it, and keeps it. Nothing is kept that the service did not accept. */
export async function configureProfile(terminal: Terminal, options: ConfigureOptions): Promise<void> {
  const configuration = readConfiguration(terminal.env);
  const name = options.profile ?? currentProfile(terminal.env, configuration);
  const url = await urlFor(terminal, options, storedProfile(configuration, name)?.url ?? localUrl);
  const apiKey = (await secret(terminal, "API key", "REEVE_API_KEY")).trim();
  const client = clientOf({ url, apiKey }, terminal, options.timeout);
  if (url.startsWith("http:") && !isLocal(url)) {
    say(terminal, `warning: to ${url} the key travels unencrypted; use https if you can`);
  }
  const who = options.verify ? ` as ${(await client.getMe()).user.name}` : "";
  const first = Object.keys(configuration.profiles).length === 0;
  const path = writeConfiguration(terminal.env, {
    current: first ? name : configuration.current,
    profiles: { ...configuration.profiles, [name]: { url, apiKey } },
  });
  say(terminal, `Profile ${name}: ${url}${who}, kept in ${path}.`);
}

const urlFor = async (terminal: Terminal, { url }: ConfigureOptions, standard: string): Promise<string> =>
  url ?? terminal.env["REEVE_URL"] ?? (await askFor(terminal, "Address of the service", standard));

/** The profiles, without their keys. */
export function listProfiles(printer: Printer & { readonly terminal: Terminal }): void {
  const configuration = readConfiguration(printer.terminal.env);
  const current = currentProfile(printer.terminal.env, configuration);
  const rows = Object.entries(configuration.profiles).map(([name, { url }]) => ({
    name,
    url,
    current: name === current,
  }));
  const columns = [
    { title: "", value: (row: (typeof rows)[number]) => (row.current ? "*" : "") },
    { title: "name", value: (row: (typeof rows)[number]) => row.name },
    { title: "url", value: (row: (typeof rows)[number]) => row.url },
  ];
  printList(printer, columns, rows);
}

/** What a command would use now, and whether there is a key for it. */
export function showProfile(
  printer: Printer & { readonly terminal: Terminal },
  profile: string | undefined,
): void {
  const { env } = printer.terminal;
  const { url, apiKey } = chosenService(env, profile);
  const fromEnvironment = profile === undefined && (env["REEVE_URL"] ?? "") !== "";
  const name = profile ?? (fromEnvironment ? null : currentProfile(env, readConfiguration(env)));
  const shown = { profile: name, url, hasKey: apiKey !== undefined, file: configPath(env) };
  printOne(printer, shown, [
    ["profile", name ?? "none: REEVE_URL is set"],
    ["url", url],
    ["key", shown.hasKey ? "set" : "not set"],
    ["file", shown.file],
  ]);
}

/** Makes a profile the one that is used when none is named. */
export function selectProfile(terminal: Terminal, name: string): void {
  const configuration = readConfiguration(terminal.env);
  demanded(terminal.env, configuration, name);
  writeConfiguration(terminal.env, { ...configuration, current: name });
  say(terminal, `Profile ${name} is the current one now.`);
}

/** Forgets a profile. The key stays valid: only the service can revoke it. */
export function removeProfile(terminal: Terminal, name: string): void {
  const configuration = readConfiguration(terminal.env);
  demanded(terminal.env, configuration, name);
  const { [name]: _removed, ...profiles } = configuration.profiles;
  // No other profile takes its place by itself: the next command must not reach a service that nobody chose.
  const current = configuration.current === name ? "default" : configuration.current;
  writeConfiguration(terminal.env, { current, profiles });
  say(terminal, `Profile ${name} is removed. Its key is still valid until the service revokes it.`);
}
