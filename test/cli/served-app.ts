import { once } from "node:events";
import { afterAll } from "vitest";
import { startHttpServer } from "#local/server/http-server.ts";
import { anApp, type App } from "#test/support/app.ts";
import { httpFunctions, type HttpParts } from "#test/support/composition.ts";

/** Every function behind a real HTTP server, for one test file; with some parts of its own, if it has any. */
export async function aServedApp(
  own: (app: App) => Partial<HttpParts> = () => ({}),
): Promise<{ readonly app: App; readonly url: string }> {
  const app = await anApp();
  const { url, server } = await startHttpServer(0, httpFunctions({ ...app.parts, ...own(app) }), app.log);
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return { app, url };
}
