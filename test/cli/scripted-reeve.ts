import { afterAll, beforeAll } from "vitest";
import { startScriptedServer, type Answer, type ScriptedServer } from "#test/support/scripted-server.ts";
import { configDirectory } from "./run-reeve.ts";

/** A service that gives the command the answers of a script, for one test file: one after the other, the last for ever. */
export function scriptedReeve() {
  const home = configDirectory();
  let server: ScriptedServer | undefined;
  let answers: Answer[] = [];
  beforeAll(async () => {
    server = await startScriptedServer(
      () => (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 500 },
    );
  });
  afterAll(() => server?.stop());
  return {
    answer: (...script: readonly Answer[]): void => {
      answers = [...script];
    },
    env: () => ({ XDG_CONFIG_HOME: home, REEVE_URL: server?.url, REEVE_API_KEY: "rv_key_x" }),
    received: () => server?.received ?? [],
  };
}
