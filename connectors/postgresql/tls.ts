import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { effectiveTls, type PostgresqlConfig } from "#contracts/technologies/postgresql.ts";

/**
 * The TLS options for a configuration, or false without TLS. The socket goes to an address that was
 * resolved before, so the name to verify is given here, and is the one that a person configured.
 */
export function tlsOptions(config: PostgresqlConfig): ConnectionOptions | false {
  const mode = effectiveTls(config);
  if (mode === "disable") return false;
  // A name in a certificate never ends in the dot that marks it as complete; and SNI carries no addresses.
  const name = config.host.replace(/\.$/, "");
  return {
    rejectUnauthorized: mode === "verify-full",
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(config.ca === undefined ? {} : { ca: config.ca }),
  };
}
