import type * as z from "zod";
import type { Technology } from "../resources/remote.ts";
import {
  isPostgresqlReservedSchema,
  postgresqlConfig,
  postgresqlCredentials,
  postgresqlNeedsCredentials,
} from "./postgresql.ts";

type Config = Readonly<Record<string, unknown>>;

/** What every side must know of a technology without its driver. What else a new one takes is in CONTRIBUTING.md. */
export interface TechnologyContract {
  readonly config: z.ZodType<Record<string, unknown>>;
  readonly credentials: z.ZodType<Record<string, string>>;
  /** Whether going from one configuration to the other needs fresh credentials (422 `credentials-required`). */
  readonly needsCredentials: (before: Config, after: Config) => boolean;
  /** The remote database's name within a configuration. */
  readonly databaseOf: (config: Config) => string;
  /** Whether the remote tells which columns there are. Where it does not, people do (`PUT …/dictionary`). */
  readonly givesDictionary: boolean;
  /** Schemas that are never data sources (422 `reserved-schema`). */
  readonly isReservedSchema: (schema: string) => boolean;
}

/** The contract of every technology. */
export const technologyContracts: Readonly<Record<Technology, TechnologyContract>> = {
  postgresql: {
    config: postgresqlConfig,
    credentials: postgresqlCredentials,
    needsCredentials: (before, after) =>
      postgresqlNeedsCredentials(postgresqlConfig.parse(before), postgresqlConfig.parse(after)),
    databaseOf: (config) => postgresqlConfig.parse(config).database,
    givesDictionary: true,
    isReservedSchema: isPostgresqlReservedSchema,
  },
};
