import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { processLog } from "#adapters/observability/observability.ts";
import { onceAtCreation } from "#functions/bootstrap/custom-resource.ts";

/** Takes answers as CloudFormation does, and keeps them. */
async function listening(status = 200) {
  const answers: unknown[] = [];
  const server = createServer((request, response) => {
    expect(request.headers["content-type"]).toBeUndefined();
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString()));
    request.on("end", () => {
      answers.push(JSON.parse(text));
      response.writeHead(status).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { answers, url: `http://127.0.0.1:${port}/answer?signature=x` };
}

const event = (type: string, url: string) => ({
  RequestType: type,
  ResponseURL: url,
  StackId: "stack-1",
  RequestId: "request-1",
  LogicalResourceId: "Once",
  ResourceType: "AWS::CloudFormation::CustomResource",
  ServiceToken: "arn:aws:lambda:eu-central-1:111122223333:function:bootstrap",
  ResourceProperties: {},
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a step of the deployment", () => {
  it("is done at creation, and CloudFormation is told so", async () => {
    const { answers, url } = await listening();
    const work = vi.fn<() => Promise<void>>().mockResolvedValue();
    await onceAtCreation("first-administrator", work)(event("Create", url));
    expect(work).toHaveBeenCalledOnce();
    expect(answers).toEqual([
      expect.objectContaining({
        Status: "SUCCESS",
        StackId: "stack-1",
        RequestId: "request-1",
        LogicalResourceId: "Once",
        PhysicalResourceId: "first-administrator",
      }),
    ]);
  });

  it.each(["Update", "Delete"])("is not done again at %s, and keeps its name", async (type) => {
    const { answers, url } = await listening();
    const work = vi.fn<() => Promise<void>>().mockResolvedValue();
    await onceAtCreation(
      "first-administrator",
      work,
    )({ ...event(type, url), PhysicalResourceId: "as-before" });
    expect(work).not.toHaveBeenCalled();
    expect(answers).toEqual([
      expect.objectContaining({ Status: "SUCCESS", PhysicalResourceId: "as-before" }),
    ]);
  });

  it("that fails fails the deployment, without saying more than where to look", async () => {
    const logged = vi.spyOn(processLog, "error").mockReturnValue();
    const { answers, url } = await listening();
    await onceAtCreation("first-administrator", () => Promise.reject(new Error("hunter2")))(
      event("Create", url),
    );
    expect(answers).toEqual([expect.objectContaining({ Status: "FAILED" })]);
    expect(JSON.stringify(answers)).not.toContain("hunter2");
    expect(logged).toHaveBeenCalledOnce();
  });

  it("complains when CloudFormation does not take the answer", async () => {
    const { url } = await listening(403);
    await expect(
      onceAtCreation("first-administrator", () => Promise.resolve())(event("Create", url)),
    ).rejects.toThrow("403");
  });

  it("can be run by hand, and then fails openly", async () => {
    const work = vi
      .fn<() => Promise<void>>()
      .mockResolvedValueOnce()
      .mockRejectedValue(new Error("no secret"));
    await onceAtCreation("first-administrator", work)({ RequestType: "Create" });
    expect(work).toHaveBeenCalledOnce();
    await expect(onceAtCreation("first-administrator", work)({ RequestType: "Create" })).rejects.toThrow(
      "no secret",
    );
  });
});
