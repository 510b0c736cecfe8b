import * as z from "zod";

/** One DNS name or one address: no sockets, no lists, nothing that could smuggle a second target. */
export const hostName = z
  .string()
  .min(1)
  // Checked first and alone: the pattern must never see a long string.
  .max(253, { abort: true })
  // Each dot is required between labels: with an optional one the pattern backtracks exponentially.
  .regex(
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?\.?$|^[0-9A-Fa-f:.]+$/,
    {
      error: "must be one DNS name or one address",
    },
  );

/** PostgreSQL: how to reach a database. Without `tls`, loopback is `disable` and everything else `require`. */
export const postgresqlConfig = z.strictObject({
  host: hostName,
  port: z.int().min(1).max(65_535),
  database: z.string().min(1).max(63),
  tls: z.enum(["disable", "require", "verify-full"]).optional(),
  ca: z.string().max(65_536).optional().describe("PEM certificates to trust with verify-full"),
});
export type PostgresqlConfig = z.infer<typeof postgresqlConfig>;

export const postgresqlCredentials = z.strictObject({
  username: z.string().min(1).max(128),
  password: z.string().min(1).max(4096),
});
export type PostgresqlCredentials = z.infer<typeof postgresqlCredentials>;

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;

/** The TLS mode that holds for a configuration. */
export function effectiveTls(config: PostgresqlConfig): "disable" | "require" | "verify-full" {
  return config.tls ?? (loopback.test(config.host) ? "disable" : "require");
}

const strength = { disable: 0, require: 1, "verify-full": 2 } as const;

/**
 * Whether a changed configuration could send the kept password to somebody else: another host, port or
 * database, a weaker TLS mode, or another certificate authority. Then the credentials must come anew.
 */
export function postgresqlNeedsCredentials(before: PostgresqlConfig, after: PostgresqlConfig): boolean {
  return (
    before.host !== after.host ||
    before.port !== after.port ||
    before.database !== after.database ||
    before.ca !== after.ca ||
    strength[effectiveTls(after)] < strength[effectiveTls(before)]
  );
}

/** Reeve's own schemas and the engine's catalogs, which are never data sources. */
export function isPostgresqlReservedSchema(schema: string): boolean {
  return schema === "information_schema" || schema.startsWith("pg_") || /^reeve(?:_|$)/.test(schema);
}
