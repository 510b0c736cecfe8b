import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { invokeFunction, lambdaRequests } from "#adapters/remote/invoke-function.ts";
import type { RemoteCall } from "#contracts/remote-calls.ts";

const target = {
  technology: "postgresql",
  config: { host: "db.example.com", port: 5432, database: "shop" },
  secretRef: "connections/con_1/gen_1",
} as const;

describe("invoking", () => {
  const call = { v: 1, operation: "server", target: { ...target } } as const satisfies RemoteCall;

  /** A Lambda that answers these, one after the other, over HTTP, and remembers what it was sent. */
  async function lambda(...answers: readonly { status?: number; headers?: object; text: string }[]) {
    const sent: { readonly method: string; readonly path: string; readonly body: unknown }[] = [];
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (part: Buffer) => (text += part.toString()));
      request.on("end", () => {
        const answer = answers[Math.min(sent.length, answers.length - 1)];
        const { method = "", url: path = "" } = request;
        expect(request.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*\/lambda\/aws4_request/);
        sent.push({ method, path, body: JSON.parse(text) });
        response.writeHead(answer?.status ?? 200, { ...answer?.headers }).end(answer?.text);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const options = { endpoint: `http://127.0.0.1:${port}`, region: "eu-central-1", credentials };
    return { sent, invoke: invokeFunction(lambdaRequests(options), { prefix: "Reeve-remote-" }) };
  }
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };

  it("asks the function of the technology", async () => {
    const { invoke, sent } = await lambda({ text: "{}" });
    expect(await invoke("postgresql", call)).toEqual({ answered: true, text: "{}" });
    const path = "/2015-03-31/functions/Reeve-remote-postgresql/invocations";
    expect(sent).toEqual([{ method: "POST", path, body: call }]);
  });

  it("asks again where Lambda is throttled or at fault", async () => {
    const { invoke, sent } = await lambda(
      { status: 429, text: "" },
      { status: 500, text: "" },
      { text: "{}" },
    );
    expect(await invoke("postgresql", call)).toEqual({ answered: true, text: "{}" });
    expect(sent).toHaveLength(3);
  });

  it.each([
    ['{"errorMessage":"2026-01-01T00:00:00Z id Task timed out after 25.00 seconds"}', true],
    ['{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: out of time"}', true],
    ['{"errorType":"Runtime.ExitError","errorMessage":"signal: killed"}', false],
    ["", false],
  ])("tells by %s whether it was time", async (text, timedOut) => {
    const { invoke } = await lambda({ headers: { "x-amz-function-error": "Unhandled" }, text });
    expect(await invoke("postgresql", call)).toEqual({ answered: false, timedOut });
  });

  it("is unavailable when Lambda refuses, and repeats nothing of the refusal", async () => {
    const headers = { "x-amzn-errortype": "TooManyRequestsException:http://internal.amazon.com/coral/" };
    const { invoke } = await lambda({ status: 429, headers, text: '{"Message":"hunter2"}' });
    const error = await invoke("postgresql", call).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "unavailable" });
    expect((error as Error).cause).toMatchObject({
      message: expect.stringContaining("TooManyRequestsException") as string,
    });
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain("hunter2");
  });
});
