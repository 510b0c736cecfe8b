import { request } from "node:http";
import { afterAll, describe, expect, it } from "vitest";
import type { HttpFunction } from "#functions/http/edge/http-function.ts";
import { startHttpServer } from "#local/server/http-server.ts";
import { KeptLog } from "#test/support/kept-log.ts";

/** Answers with the path that it was asked for. */
const echo: HttpFunction = ({ rawPath }) => Promise.resolve({ statusCode: 200, body: rawPath });
const functions = {
  access: echo,
  audit: echo,
  catalog: echo,
  connections: echo,
  dbt: echo,
  identity: echo,
  jobs: echo,
  people: echo,
  system: echo,
  webhooks: echo,
};
const { url, server } = await startHttpServer(0, functions, new KeptLog());
afterAll(() => server.close());

/** Sends a path as it is; `fetch` would tidy it. */
const get = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request({ port: new URL(url).port, host: "127.0.0.1", path }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve(`${response.statusCode} ${text}`));
    });
    sent.on("error", reject).end();
  });

describe("the HTTP server on one machine", () => {
  it.each(["/health", "//", "//health", "///", "/a//b"])(
    "takes %s as a path, and no part of it as a host",
    async (path) => {
      expect(await get(path)).toBe(`200 ${path}`);
    },
  );
});
