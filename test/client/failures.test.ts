import { afterEach, describe, expect, it } from "vitest";
import { reeveClient, type ReeveClient } from "#client/client.ts";
import { ReeveProblem, ReeveUnreachable } from "#client/errors.ts";
import { problemType } from "#contracts/problems.ts";
import { freePort } from "#test/support/free-port.ts";
import { startScriptedServer, type Answer, type ScriptedServer } from "#test/support/scripted-server.ts";

const apiKey = "rv_key_clientsecret";
let server: ScriptedServer | undefined;

async function clientOf(answer: Answer): Promise<ReeveClient> {
  server = await startScriptedServer(() => answer);
  return reeveClient({ baseUrl: server.url, apiKey });
}

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it did not fail");
}

const document = {
  type: problemType("invalid-request"),
  title: "The request has invalid fields",
  status: 400,
  detail: "The request has invalid fields",
  instance: "req-1",
  code: "invalid-request",
  errors: [{ in: "body", pointer: "/name", detail: "is needed" }],
} as const;
const problemHeaders = { "content-type": "application/problem+json" };

describe("a refusal", () => {
  it("carries the whole problem document", async () => {
    const client = await clientOf({ status: 400, headers: problemHeaders, body: document });
    const error = await failureOf(client.getMe());
    expect(error).toBeInstanceOf(ReeveProblem);
    expect(error).toMatchObject({ problem: document, status: 400, code: "invalid-request" });
  });

  it("with a code that only a newer service knows is a problem all the same", async () => {
    const newer = { ...document, status: 422, code: "policy-too-wide", hint: "narrower" };
    const client = await clientOf({ status: 422, headers: problemHeaders, body: newer });
    expect(await failureOf(client.getMe())).toMatchObject({ code: "policy-too-wide", status: 422 });
  });

  it("of the gateway says what it means and keeps the request id", async () => {
    const client = await clientOf({
      status: 429,
      headers: { "apigw-requestid": "gw-7" },
      body: { message: "Too Many Requests" },
    });
    expect(await failureOf(client.getMe())).toMatchObject({
      code: "gateway",
      status: 429,
      message: "Too many requests at once: try again in a moment.",
      problem: { title: "Too Many Requests", instance: "gw-7" },
    });
  });

  it("of something else on the way is a problem too", async () => {
    const client = await clientOf({ status: 502, body: "<html>Bad Gateway</html>" });
    expect(await failureOf(client.getMe())).toMatchObject({
      code: "gateway",
      problem: { title: "HTTP status 502", instance: "" },
    });
  });
});

describe("no usable answer", () => {
  it("because nobody listens says so, with the address", async () => {
    const baseUrl = `http://127.0.0.1:${await freePort()}`;
    const error = await failureOf(reeveClient({ baseUrl, apiKey }).getMe());
    expect(error).toBeInstanceOf(ReeveUnreachable);
    expect(error.message).toBe(`Nothing listens at ${baseUrl}: is the service running? (ECONNREFUSED)`);
  });

  it("because the host is unknown says so", async () => {
    const error = await failureOf(reeveClient({ baseUrl: "http://no-such-host.invalid" }).getHealth());
    expect(error.message).toMatch(/^The host name of http:\/\/no-such-host\.invalid is not known/);
  });

  it("because the other side speaks no TLS says which scheme to try", async () => {
    await clientOf({ body: {} });
    const baseUrl = (server?.url ?? "").replace("http:", "https:");
    const error = await failureOf(reeveClient({ baseUrl }).getHealth());
    expect(error.message).toMatch(/does not speak TLS: should the address begin with http:\/\/ instead\?/);
  });

  it("because the connection breaks says so", async () => {
    const client = await clientOf({ raw: (response) => response.destroy() });
    expect((await failureOf(client.getMe())).message).toMatch(/closed the connection without an answer/);
  });

  it("because it takes too long says how long", async () => {
    const client = await clientOf({ raw: () => {} });
    const error = await failureOf(client.getMe({}, { timeoutMs: 50 }));
    expect(error).toBeInstanceOf(ReeveUnreachable);
    expect(error.message).toMatch(/did not answer within 0\.05 s\.$/);
  });

  it("because the body never ends is a timeout as well", async () => {
    const client = await clientOf({
      raw: (response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"user":');
      },
    });
    expect((await failureOf(client.getMe({}, { timeoutMs: 100 }))).message).toMatch(/did not answer within/);
  });

  it.each<[string, Answer, RegExp]>([
    [
      "a page of HTML",
      { headers: { "content-type": "text/html" }, body: "<html>" },
      /text\/html, not Reeve's JSON/,
    ],
    [
      "broken JSON",
      { headers: { "content-type": "application/json" }, body: '{"user":' },
      /broken JSON: the reply may have been cut off/,
    ],
    [
      "a redirect",
      { status: 301, headers: { location: "https://else.where/" } },
      /redirects to https:\/\/else\.where\//,
    ],
    ["nothing", { status: 200, headers: { "content-type": "" } }, /is the base URL right\?/],
  ])("because it is %s says so", async (_, answer, expected) => {
    const error = await failureOf((await clientOf(answer)).getMe());
    expect(error).toBeInstanceOf(ReeveUnreachable);
    expect(error.message).toMatch(expected);
  });

  it("because the caller ended it rejects with the caller's reason", async () => {
    const client = await clientOf({ raw: () => {} });
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const asked = failureOf(client.getMe({}, { signal: controller.signal }));
    controller.abort(reason);
    expect(await asked).toBe(reason);
  });
});

describe("the key", () => {
  it("follows no redirect and stands in no error", async () => {
    const client = await clientOf({ status: 302, headers: { location: "/elsewhere" } });
    const error = await failureOf(client.getMe());
    expect(server?.received.length).toBe(1);
    expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toContain("clientsecret");
  });
});
