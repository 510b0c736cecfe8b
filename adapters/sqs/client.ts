import { SQSClient } from "@aws-sdk/client-sqs";
import type { ClientOptions } from "#adapters/aws/client-options.ts";

/** A client of SQS. Requests go to the region's endpoint, whatever host a queue's URL names. */
export const sqsClient = (options: ClientOptions = {}): SQSClient =>
  new SQSClient({
    ...options,
    useQueueUrlAsEndpoint: false,
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1500, requestTimeout: 5000 },
  });
