import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "#test/support/free-port.ts";
import { startScriptedServer, type Answer, type ScriptedServer } from "#test/support/scripted-server.ts";
import { configDirectory, reeveFile, runProcess, startReeve } from "./run-reeve.ts";

const apiKey = "rv_key_commandsecret";
const home = configDirectory();
let server: ScriptedServer;
let answer: Answer;

beforeAll(async () => {
  server = await startScriptedServer(() => answer);
});
afterAll(() => server.stop());

const reeve = (
  args: readonly string[],
  more: Readonly<Record<string, string | undefined>> = {},
  input = "",
) =>
  runProcess(args, {
    input,
    env: { XDG_CONFIG_HOME: home, REEVE_URL: server.url, REEVE_API_KEY: apiKey, ...more },
  });

describe("reeve", () => {
  it("prints its help and its version on stdout, without a service", async () => {
    const help = await runProcess(["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const command of ["configure", "connection", "data-source", "job", "api <path>"]) {
      expect(help.stdout).toContain(`\n  ${command} `);
    }
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      readonly version: string;
    };
    expect(await runProcess(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it.each([
    [["connection", "create", "--help"], "--technology <technology>"],
    [["job", "watch", "--help"], "exit code 0 if it succeeded"],
    [["help", "api"], "-P, --param <name=value>"],
  ])("explains %j", async (args, text) => {
    const help = await runProcess(args);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain(text);
  });

  it.each([
    [["conection"], "Did you mean connection?"],
    [["connection", "show"], "missing required argument 'connection'"],
    [["me", "--nope"], "unknown option '--nope'"],
    [["me", "too", "much"], "too many arguments"],
    [["me", "-o", "xml"], "Allowed choices are json, tsv, table"],
    [["me", "--timeout", "0"], "It must be a number greater than 0."],
    [["connection"], "Usage: reeve connection"],
    [[], "Usage: reeve"],
    [["me", "--profile", "nobody"], 'There is no profile "nobody"'],
  ])("ends with 2 and says on stderr what is wrong with %j", async (args, text) => {
    const ended = await reeve(args);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain(text);
  });

  it("ends with 3 where no service is configured, none answers, or the key is not accepted", async () => {
    const none = await runProcess(["me"], { env: { XDG_CONFIG_HOME: configDirectory() } });
    expect(none).toMatchObject({ code: 3, stdout: "" });
    expect(none.stderr).toBe(
      "reeve: No service is configured. Run reeve configure, or set REEVE_URL and REEVE_API_KEY.\n",
    );
    const nobody = await reeve(["me"], { REEVE_URL: `http://127.0.0.1:${await freePort()}` });
    expect(nobody).toMatchObject({ code: 3, stdout: "" });
    expect(nobody.stderr).toMatch(
      /^reeve: Nothing listens at http:\/\/127\.0\.0\.1:\d+: is the service running\?/,
    );
    const noKey = await reeve(["me"], { REEVE_API_KEY: undefined });
    expect(noKey).toMatchObject({ code: 3, stdout: "" });
    expect(noKey.stderr).toContain("There is no API key for");
    answer = {
      status: 401,
      body: { type: "t", title: "T", status: 401, detail: "D", instance: "", code: "unauthenticated" },
    };
    expect(await reeve(["me"])).toMatchObject({
      code: 3,
      stdout: "",
      stderr: "reeve: T (401 unauthenticated)\n  D\n",
    });
  });

  it("needs no key to ask for health", async () => {
    answer = { body: { status: "ok", version: "1.2.3" } };
    const ended = await reeve(["health", "-o", "table"], { REEVE_API_KEY: undefined });
    expect(ended).toMatchObject({ code: 0, stdout: "status   ok\nversion  1.2.3\n", stderr: "" });
  });

  it("waits as long as it is told to", async () => {
    answer = { raw: () => {} };
    const ended = await reeve(["me", "--timeout", "0.2"]);
    expect(ended).toMatchObject({ code: 3, stderr: `reeve: ${server.url} did not answer within 0.2 s.\n` });
  });

  it("shows its key nowhere, whatever happens", async () => {
    const answers: readonly Answer[] = [
      { status: 500, body: "oops" },
      { status: 302, headers: { location: "/x" } },
      { raw: (response) => response.destroy() },
    ];
    for (const one of answers) {
      answer = one;
      const { stdout, stderr } = await reeve(["api", "/me"]);
      expect(stderr).not.toBe("");
      expect(stdout + stderr).not.toContain("commandsecret");
    }
    const broken = await reeve(["me"], { REEVE_API_KEY: `${apiKey} with spaces` });
    expect(broken).toMatchObject({ code: 2, stdout: "" });
    expect(broken.stderr).not.toContain("commandsecret");
  });

  it("is ended by Ctrl-C with 130", async () => {
    answer = { raw: () => {} };
    const before = server.received.length;
    const running = startReeve(["me"], { env: { REEVE_URL: server.url, REEVE_API_KEY: apiKey } });
    await expect.poll(() => server.received.length).toBeGreaterThan(before);
    running.child.kill("SIGINT");
    expect(await running.ended).toMatchObject({ code: 130, signal: null, stdout: "" });
  });

  it("does not mind that nobody reads its output to the end", async () => {
    answer = { body: { items: Array.from({ length: 50_000 }, (_, index) => ({ index })), nextCursor: null } };
    const running = startReeve(["api", "/tags"], { env: { REEVE_URL: server.url, REEVE_API_KEY: apiKey } });
    running.child.stdout.destroy();
    expect(await running.ended).toMatchObject({ code: 0, stderr: "" });
  });
});

/** Makes Node believe that it is as old as the one of many shells. */
const olderNode = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.1.0"})`;

describe("a shell with an older Node", () => {
  it("hands over to the project's own, with arguments, input, output and exit code", async () => {
    answer = { status: 201, body: { name: "a b" } };
    const options = { node: ["--import", olderNode], input: '{"name":"a b"}' };
    const env = { XDG_CONFIG_HOME: home, REEVE_URL: server.url, REEVE_API_KEY: apiKey };
    const ended = await runProcess(["api", "/tags", "-d", "@-"], { ...options, env });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(ended.stdout)).toEqual({ name: "a b" });
    expect(server.received.at(-1)?.body).toBe('{"name":"a b"}');
    expect(await runProcess(["nope"], options)).toMatchObject({ code: 2 });
  });

  it("passes a signal on and ends as the command ends", async () => {
    answer = { raw: () => {} };
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const before = server.received.length;
      const env = { XDG_CONFIG_HOME: home, REEVE_URL: server.url, REEVE_API_KEY: apiKey };
      const running = startReeve(["me"], { env, node: ["--import", olderNode] });
      await expect.poll(() => server.received.length, { timeout: 10_000 }).toBeGreaterThan(before);
      running.child.kill(signal);
      expect(await running.ended).toMatchObject({ code: 130, signal: null });
    }
  });

  it("finds the command in the package", () => {
    const { bin } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      readonly bin: Readonly<Record<string, string>>;
    };
    expect(reeveFile.endsWith(`/${bin["reeve"]}`)).toBe(true);
  });
});
