import { LambdaClient } from "@aws-sdk/client-lambda";
import type { ClientOptions } from "#adapters/aws/client-options.ts";

/** A client of Lambda for calls that wait for their answer; how long is the caller's decision. */
export const lambdaClient = (options: ClientOptions = {}): LambdaClient =>
  new LambdaClient({ ...options, maxAttempts: 3, requestHandler: { connectionTimeout: 1500 } });
