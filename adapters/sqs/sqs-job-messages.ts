import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { unavailable } from "#adapters/aws/unavailable.ts";
import { correlationAttribute, type JobMessage } from "#contracts/messages.ts";
import type { JobMessages } from "#core/ports/job-messages.ts";

/** Tells the workers of admitted jobs through a queue. */
export const sqsJobMessages = (
  client: Pick<SQSClient, "send">,
  { queueUrl }: { readonly queueUrl: string },
): JobMessages => ({
  async send({ jobId, correlationId }) {
    const message: JobMessage = { v: 1, jobId };
    const command = new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(message),
      // The queue refuses an attribute without a value.
      ...(correlationId === ""
        ? {}
        : {
            MessageAttributes: {
              [correlationAttribute]: { DataType: "String", StringValue: correlationId },
            },
          }),
    });
    try {
      await client.send(command);
    } catch (error) {
      throw unavailable("The jobs queue", error);
    }
  },
});
