import { beforeAll, describe, expect, it } from "vitest";
import { aConnection, aDataSource, aPersona, everyPermission } from "#test/support/personas.ts";
import type { DataSource, Persona } from "#test/support/personas.ts";
import { configDirectory, runReeve, type Ended } from "./run-reeve.ts";
import { aServedApp } from "./served-app.ts";

let url: string;
let owner: Persona;
let source: DataSource;
const home = configDirectory();

beforeAll(async () => {
  const served = await aServedApp();
  url = served.url;
  owner = await aPersona(served.app, { permissions: [...everyPermission] });
  source = await aDataSource(owner, await aConnection(owner));
});

const reeve = (args: readonly string[], input = ""): Promise<Ended> =>
  runReeve(["thread", ...args], {
    input,
    env: { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: owner.key },
  });

interface Said {
  readonly id: string;
  readonly text: string;
}

async function threadBy(args: readonly string[], input = ""): Promise<Said & { replies: readonly Said[] }> {
  const ended = await reeve(args, input);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(ended.stdout) as Said & { replies: readonly Said[] };
}

describe("a conversation by the command", () => {
  it("is begun, replied to, edited, resolved, reopened, listed and deleted", async () => {
    const made = await threadBy(["post", source.name, "With tax?", "--column", "name"]);
    expect(made).toMatchObject({ column: "name", text: "With tax?", resolved: false });
    const replied = await threadBy(["reply", made.id, "--file", "-"], "Without.\n");
    expect(replied.replies).toMatchObject([{ text: "Without.\n" }]);
    const replyId = replied.replies[0]?.id ?? "";
    const edited = await threadBy(["edit", made.id, "Without tax.", "--reply", replyId]);
    expect(edited.replies).toMatchObject([{ text: "Without tax." }]);
    expect(await threadBy(["edit", made.id, "Tax or not?"])).toMatchObject({ text: "Tax or not?" });
    expect(await threadBy(["resolve", made.id])).toMatchObject({ resolved: true });
    const listed = await reeve(["list", source.name, "--column", "name", "--resolved", "-o", "tsv"]);
    expect(listed.stdout).toContain(`${made.id}\tname\tresolved\t1\t`);
    expect((await reeve(["list", source.name, "--open"])).stdout.trim()).toBe("[]");
    expect(await threadBy(["reopen", made.id])).toMatchObject({ resolved: false });
    expect((await reeve(["delete", made.id, "--reply", replyId])).stderr).toBe(
      `Reply ${replyId} is deleted.\n`,
    );
    expect((await reeve(["delete", made.id])).stderr).toBe(`Thread ${made.id} is deleted.\n`);
    expect((await reeve(["show", made.id])).code).toBe(1);
  });

  it("is shown so that no text can move the cursor or pass for what somebody else said", async () => {
    const made = await threadBy(["post", source.name, "one\nusr_admin  2026\n\u001b[2Jtwo"]);
    const shown = await reeve(["show", made.id, "-o", "table"]);
    expect(shown.stdout).toContain("\n    one\n    usr_admin  2026\n    \\u001b[2Jtwo\n");
    expect(shown.stdout.startsWith("open\n\n")).toBe(true);
    expect((await reeve(["list", source.name, "-o", "table"])).stdout).not.toContain("\u001b");
  });

  it("needs a text, from one place", async () => {
    expect(await reeve(["post", source.name])).toMatchObject({
      code: 2,
      stderr: "reeve: Give the text, or --file.\n",
    });
    expect(await reeve(["post", source.name, "a", "--file", "b"])).toMatchObject({
      code: 2,
      stderr: "reeve: Give either the text or --file.\n",
    });
    expect(await reeve(["list", source.name, "--open", "--resolved"])).toMatchObject({
      code: 2,
      stderr: "reeve: Give either --open or --resolved.\n",
    });
  });
});
