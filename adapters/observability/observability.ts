import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import type { Log } from "#core/ports/log.ts";
import { metricsNamespace, serviceName } from "#contracts/observability.ts";

/** One logger and one metrics instance per process. Payloads and secrets are never logged. */
export const logger = new Logger({ serviceName });
export const metrics = new Metrics({ namespace: metricsNamespace, serviceName });

/** The process's logger behind core's port; what is appended to the logger is in every line. */
export const processLog: Log = {
  info: (message, fields) => logger.info(message, { ...fields }),
  warn: (message, fields) => logger.warn(message, { ...fields }),
  error: (message, fields) => logger.error(message, { ...fields }),
};
