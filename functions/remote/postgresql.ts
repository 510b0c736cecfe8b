import { serveRemote } from "#adapters/remote/serve-remote.ts";
import { remoteEnvironment } from "#contracts/environment.ts";
import { remoteGateway } from "#functions/composition/cloud-remote.ts";

const gateway = remoteGateway(remoteEnvironment.parse(process.env));

/** Asks a PostgreSQL database for an HTTP function, which itself carries no driver and reads no credentials. */
export const handler = (event: unknown): Promise<unknown> => serveRemote(gateway, event);
