import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "#test/support/free-port.ts";
import { startScriptedServer, type ScriptedServer } from "#test/support/scripted-server.ts";
import { configDirectory, runReeve } from "./run-reeve.ts";

const apiKey = "rv_key_configuresecret";
let server: ScriptedServer;

beforeAll(async () => {
  server = await startScriptedServer(({ headers }) =>
    headers.authorization === `Bearer ${apiKey}`
      ? {
          body: {
            user: { id: "usr_1", name: "Ada", email: "" },
            permissions: [],
            groups: [],
            attributes: {},
          },
        }
      : {
          status: 401,
          body: { type: "t", title: "No", status: 401, detail: "", instance: "", code: "unauthenticated" },
        },
  );
});
afterAll(() => server.stop());

/** The command over a configuration of its own. */
function aHome() {
  const home = configDirectory();
  const file = join(home, "reeve", "config.json");
  const reeve = (args: readonly string[], input = "", env: Readonly<Record<string, string>> = {}) =>
    runReeve(args, { input, env: { XDG_CONFIG_HOME: home, ...env } });
  return { file, reeve };
}

describe("reeve configure", () => {
  it("takes the key from standard input, tries it, and keeps it for its owner alone", async () => {
    const { file, reeve } = aHome();
    const ended = await reeve(["configure", "--url", server.url], `${apiKey}\n`);
    expect(ended).toMatchObject({
      code: 0,
      stdout: "",
      stderr: `Profile default: ${server.url} as Ada, kept in ${file}.\n`,
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse((await reeve(["me"])).stdout)).toMatchObject({ user: { name: "Ada" } });
  });

  it("takes the key from REEVE_API_KEY", async () => {
    const { file, reeve } = aHome();
    const ended = await reeve(["configure", "--url", server.url], "", { REEVE_API_KEY: apiKey });
    expect(ended.code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain(apiKey);
  });

  it("keeps nothing that the service did not accept or that was not reached", async () => {
    const { file, reeve } = aHome();
    const wrong = await reeve(["configure", "--url", server.url], "rv_key_other");
    expect(wrong).toMatchObject({ code: 3, stderr: "reeve: No (401 unauthenticated)\n" });
    const away = `http://127.0.0.1:${await freePort()}`;
    expect((await reeve(["configure", "--url", away], apiKey)).code).toBe(3);
    expect((await reeve(["configure", "--url", "nonsense"], apiKey)).code).toBe(2);
    expect((await reeve(["configure", "--url", server.url], "")).code).toBe(2);
    expect(existsSync(file)).toBe(false);
    const unverified = await reeve(["configure", "--url", away, "--no-verify"], apiKey);
    expect(unverified).toMatchObject({ code: 0, stderr: `Profile default: ${away}, kept in ${file}.\n` });
  });

  it("keeps several profiles, shows them without their keys, and forgets them", async () => {
    const { reeve } = aHome();
    for (const name of ["one", "two"]) {
      expect((await reeve(["configure", "--url", server.url, "--profile", name], apiKey)).code).toBe(0);
    }
    const listed = await reeve(["configure", "list", "-o", "table"]);
    expect(listed.stdout).toBe(`   NAME  URL\n*  one   ${server.url}\n   two   ${server.url}\n`);
    expect(JSON.parse((await reeve(["configure", "show"])).stdout)).toMatchObject({
      profile: "one",
      hasKey: true,
    });
    expect((await reeve(["configure", "use", "two"])).code).toBe(0);
    expect(JSON.parse((await reeve(["configure", "show"])).stdout)).toMatchObject({ profile: "two" });
    const removed = await reeve(["configure", "remove", "two"]);
    expect(removed.stderr).toContain("Its key is still valid until the service revokes it.");
    const outputs = await Promise.all([
      reeve(["configure", "list"]),
      reeve(["configure", "show", "one"]),
      reeve(["configure", "show"]),
    ]);
    for (const { stdout, stderr } of outputs) expect(stdout + stderr).not.toContain("configuresecret");
  });

  it("chooses no other profile by itself when the current one is gone", async () => {
    const { reeve } = aHome();
    for (const name of ["one", "two"])
      await reeve(["configure", "--url", server.url, "--profile", name], apiKey);
    await reeve(["configure", "remove", "one"]);
    const ended = await reeve(["me"]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/There is no profile "default" in .*; there are two\./);
  });

  it("warns of a key that would travel unencrypted, and of a file that others can read", async () => {
    const { file, reeve } = aHome();
    const args = ["configure", "--url", "http://reeve.example.com", "--no-verify"];
    expect((await reeve(args, apiKey)).stderr).toContain("the key travels unencrypted");
    const { chmodSync } = await import("node:fs");
    chmodSync(file, 0o644);
    const ended = await reeve(["health"], "", { REEVE_URL: server.url });
    expect(ended.stderr).toContain(`warning: others can read ${file}`);
  });
});
