import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type Message,
} from "@aws-sdk/client-sqs";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { invokeFunction, lambdaRequests } from "#adapters/remote/invoke-function.ts";
import { lambdaGateway } from "#adapters/remote/lambda-gateway.ts";
import { secretsManagerClient } from "#adapters/secrets/client.ts";
import { rootSecret } from "#adapters/secrets/root-secret.ts";
import { secretsManagerStore } from "#adapters/secrets/secrets-manager-store.ts";
import { sqsClient } from "#adapters/sqs/client.ts";
import { showAgain } from "#adapters/sqs/show-again.ts";
import { sqsJobMessages } from "#adapters/sqs/sqs-job-messages.ts";
import { correlationAttribute, jobMessage } from "#contracts/messages.ts";
import { KeptLog } from "#test/support/kept-log.ts";
import { unique } from "#test/support/records.ts";
import { aws } from "./deployed.ts";

const warehouse = inject("warehouse");

describe("messages of jobs", () => {
  const sqs = sqsClient(aws);

  async function aQueue(): Promise<string> {
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: unique("jobs"), Attributes: { VisibilityTimeout: "3600" } }),
    );
    return QueueUrl ?? "";
  }

  const receive = async (QueueUrl: string): Promise<readonly Message[]> => {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      }),
    );
    return Messages ?? [];
  };

  it("name their job and the request that caused it", async () => {
    const queueUrl = await aQueue();
    await sqsJobMessages(sqs, { queueUrl }).send({ jobId: "job_1", correlationId: "request-1" });
    const [message] = await receive(queueUrl);
    expect(jobMessage.parse(JSON.parse(message?.Body ?? ""))).toEqual({ v: 1, jobId: "job_1" });
    expect(message?.MessageAttributes?.[correlationAttribute]?.StringValue).toBe("request-1");
  });

  it("are sent also where no request caused them", async () => {
    const queueUrl = await aQueue();
    await sqsJobMessages(sqs, { queueUrl }).send({ jobId: "job_1", correlationId: "" });
    expect(await receive(queueUrl)).toHaveLength(1);
  });

  it("that cannot be sent are reported as unavailable", async () => {
    const queueUrl = `${await aQueue()}-that-is-none`;
    await expect(
      sqsJobMessages(sqs, { queueUrl }).send({ jobId: "job_1", correlationId: "" }),
    ).rejects.toMatchObject({ code: "unavailable" });
  });

  it("come again after a short wait, although the queue's own timeout is an hour", async () => {
    const queueUrl = await aQueue();
    await sqsJobMessages(sqs, { queueUrl }).send({ jobId: "job_1", correlationId: "" });
    const [message] = await receive(queueUrl);
    const again = showAgain(sqs, { queueUrl }, new KeptLog());
    await again({ receiptHandle: message?.ReceiptHandle ?? "", receiveCount: 3 });
    const [second] = await receive(queueUrl);
    expect(second?.MessageId).toBe(message?.MessageId);
    expect(second?.Attributes?.ApproximateReceiveCount).toBe("2");
  });

  it("stay hidden for a while after the first failures", async () => {
    const queueUrl = await aQueue();
    await sqsJobMessages(sqs, { queueUrl }).send({ jobId: "job_1", correlationId: "" });
    const [message] = await receive(queueUrl);
    const again = showAgain(sqs, { queueUrl }, new KeptLog());
    await again({ receiptHandle: message?.ReceiptHandle ?? "", receiveCount: 1 });
    expect(await receive(queueUrl)).toEqual([]);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ["ApproximateNumberOfMessagesNotVisible"],
      }),
    );
    expect(Attributes?.["ApproximateNumberOfMessagesNotVisible"]).toBe("1");
  });

  it("whose receipt is no longer good cost a warning and no error", async () => {
    const log = new KeptLog();
    const again = showAgain(sqs, { queueUrl: await aQueue() }, log);
    await again({ receiptHandle: "gone", receiveCount: 1 });
    expect(log.lines.map(({ level }) => level)).toEqual(["warn"]);
  });
});

describe("the secret store", () => {
  const client = secretsManagerClient(aws);
  const store = secretsManagerStore(client, { prefix: `${unique("Test")}/` });

  it("gives back what it was given, and what replaced it", async () => {
    await store.put("connections/con_1/gen_1", { username: "reader", password: 'odd "🙂" ', empty: "" });
    expect(await store.get("connections/con_1/gen_1")).toEqual({
      username: "reader",
      password: 'odd "🙂" ',
      empty: "",
    });
    await store.put("connections/con_1/gen_1", { password: "new" });
    expect(await store.get("connections/con_1/gen_1")).toEqual({ password: "new" });
  });

  it("has nothing where nothing was put", async () => {
    expect(await store.get("connections/con_none/gen_1")).toBeNull();
  });

  it("deletes for good, and once more without complaint", async () => {
    await store.put("connections/con_2/gen_1", { password: "old" });
    await store.delete("connections/con_2/gen_1");
    expect(await store.get("connections/con_2/gen_1")).toBeNull();
    await store.delete("connections/con_2/gen_1");
    await store.put("connections/con_2/gen_1", { password: "new" });
    expect(await store.get("connections/con_2/gen_1")).toEqual({ password: "new" });
  });

  it("lists every reference below a prefix, page after page, and nothing beside it", async () => {
    const mine = secretsManagerStore(client, { prefix: `${unique("Paged")}/` });
    const refs = Array.from({ length: 105 }, (_, n) => `connections/con_${n}/gen_1`).toSorted();
    for (const ref of refs) await mine.put(ref, { password: "x" });
    await mine.put("connectionsX/con_1/gen_1", { password: "x" });
    await mine.put("root", { key: "x" });
    const listed = await mine.list("connections/");
    expect(listed.map(({ ref }) => ref).toSorted()).toEqual(refs);
    for (const { writtenAt } of listed) {
      expect(Math.abs(Date.now() - writtenAt.getTime())).toBeLessThan(120_000);
    }
  });

  it("holds the root secret that the deployment generated", async () => {
    const deployed = secretsManagerStore(client, { prefix: "Reeve/" });
    const root = rootSecret(deployed);
    expect(await root()).toMatch(/^[\x21-\x7e]{48}$/);
    expect(await root()).toBe(await root());
  });

  it("is unavailable, without the text of the refusal, where something is refused", async () => {
    const credentials = { accessKeyId: "nobody", secretAccessKey: "knows-me" };
    const stranger = secretsManagerStore(secretsManagerClient({ ...aws, credentials }), { prefix: "Test/" });
    const error = await stranger
      .put("connections/con_3/gen_1", { password: "hunter2" })
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "unavailable" });
    expect(JSON.stringify([error, String((error as Error).cause)])).not.toContain("hunter2");
  });
});

describe("a remote database through the deployed function", () => {
  const secrets = secretsManagerStore(secretsManagerClient(aws), { prefix: "Reeve/" });
  const near = lambdaGateway(
    invokeFunction(lambdaRequests(aws), { prefix: "Reeve-remote-" }),
    () => "request-1",
  );

  async function aTarget(given: { readonly password?: string; readonly port?: number } = {}) {
    const secretRef = `connections/${unique("con_")}/gen_1`;
    await secrets.put(secretRef, {
      username: warehouse.user,
      password: given.password ?? warehouse.password,
    });
    onTestFinished(() => secrets.delete(secretRef));
    const { host, port, database } = warehouse;
    return {
      technology: "postgresql",
      config: { host, port: given.port ?? port, database, tls: "disable" },
      secretRef,
    } as const;
  }

  it("says who it is", async () => {
    const target = await aTarget();
    expect(await near.server(target)).toMatchObject({ database: warehouse.database });
  });

  it("refuses here as it would there", async () => {
    const target = await aTarget({ password: "wrong" });
    await expect(near.server(target)).rejects.toMatchObject({ reason: "authentication-failed" });
    await secrets.delete(target.secretRef);
    await expect(near.server(target)).rejects.toMatchObject({ reason: "credentials-missing" });
  });

  it("is unavailable where there is no function for it", async () => {
    const invoke = invokeFunction(lambdaRequests(aws), {
      prefix: "Reeve-none-",
    });
    const gateway = lambdaGateway(invoke, () => undefined);
    await expect(gateway.server(await aTarget())).rejects.toMatchObject({ code: "unavailable" });
  });
});
