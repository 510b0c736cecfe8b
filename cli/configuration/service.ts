import { NotConfigured, UsageError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { configPath, readConfiguration, type Configuration, type Profile } from "./config-file.ts";

/** The service that a command talks to. */
export interface Service {
  readonly url: string;
  readonly apiKey: string | undefined;
}

type Environment = Terminal["env"];

const given = (env: Environment, name: string): string | undefined => env[name]?.trim() || undefined;

/** The profile that is meant when none is named on the command line. */
export const currentProfile = (env: Environment, { current }: Configuration): string =>
  given(env, "REEVE_PROFILE") ?? current;

/**
 * `--profile` comes first, then `REEVE_URL` and `REEVE_API_KEY`, then `REEVE_PROFILE`, then the current profile.
 * A profile's key never goes to another address than the profile's.
 */
export function chosenService(env: Environment, profile: string | undefined): Service {
  const configuration = readConfiguration(env);
  if (profile !== undefined) return demanded(env, configuration, profile);
  const name = currentProfile(env, configuration);
  const url = given(env, "REEVE_URL");
  const { url: itsUrl, apiKey: itsKey } =
    url === undefined ? current(env, configuration, name) : at(url, storedProfile(configuration, name));
  return { url: itsUrl, apiKey: given(env, "REEVE_API_KEY") ?? itsKey };
}

/** A service at an address, with the key of the profile only where it is the profile's own address. */
const at = (url: string, profile: Profile | undefined): Service => ({
  url,
  apiKey: profile?.url === url ? profile.apiKey : undefined,
});

/** A profile, or undefined where there is none of that name. */
export const storedProfile = ({ profiles }: Configuration, name: string): Profile | undefined =>
  Object.hasOwn(profiles, name) ? profiles[name] : undefined;

/** A profile, or a usage error that names the ones that there are. */
export function demanded(env: Environment, configuration: Configuration, name: string): Profile {
  const found = storedProfile(configuration, name);
  if (found !== undefined) return found;
  const names = Object.keys(configuration.profiles);
  const known = names.length === 0 ? "there is none" : `there are ${names.join(", ")}`;
  throw new UsageError(`There is no profile "${name}" in ${configPath(env)}; ${known}.`);
}

function current(env: Environment, configuration: Configuration, name: string): Profile {
  if (given(env, "REEVE_PROFILE") === undefined && Object.keys(configuration.profiles).length === 0) {
    throw new NotConfigured(
      "No service is configured. Run reeve configure, or set REEVE_URL and REEVE_API_KEY.",
    );
  }
  return demanded(env, configuration, name);
}
