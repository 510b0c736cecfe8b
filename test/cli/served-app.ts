import { once } from "node:events";
import { afterAll } from "vitest";
import { startHttpServer } from "#local/server/http-server.ts";
import { anApp, type App } from "#test/support/app.ts";
import { httpFunctions } from "#test/support/composition.ts";

/** Every function behind a real HTTP server, for one test file. */
export async function aServedApp(): Promise<{ readonly app: App; readonly url: string }> {
  const app = await anApp();
  const { url, server } = await startHttpServer(0, httpFunctions(app.parts), app.log);
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return { app, url };
}
