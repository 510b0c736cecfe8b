import type * as z from "zod";
import { inProcessGateway } from "#connectors/gateway.ts";
import type { remoteEnvironment } from "#contracts/environment.ts";
import type { RemoteGateway } from "#core/ports/remote.ts";
import { secretStore } from "./cloud-secrets.ts";

/** For the functions that ask a remote database within a request: credentials and drivers, and no table. */
export const remoteGateway = (environment: z.output<typeof remoteEnvironment>): RemoteGateway =>
  inProcessGateway(secretStore(environment));
