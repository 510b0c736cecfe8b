import type { Technology } from "#contracts/resources/remote.ts";
import type { Connector } from "#core/ports/remote.ts";

const connectors: Readonly<Record<Technology, () => Promise<Connector>>> = {
  postgresql: async () => (await import("./postgresql/connector.ts")).postgresqlConnector,
};

/** The connector of a technology, loaded when it is first asked for. */
export const connectorOf = (technology: Technology): Promise<Connector> => connectors[technology]();
