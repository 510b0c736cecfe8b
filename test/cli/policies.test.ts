import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  aConnection,
  aDataSource,
  aPersona,
  everyPermission,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
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

const reeve = (...args: readonly string[]): Promise<Ended> =>
  runReeve(["policy", ...args], { env: { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: owner.key } });

const output = (ended: Ended): string => {
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(0);
  return ended.stdout;
};
const json = (ended: Ended): unknown => JSON.parse(output(ended));

describe("reeve policy parse", () => {
  it("writes a sentence as everybody does, from an argument or a file", async () => {
    const sentence = "let everybody subscribe to any table.";
    const canonical = "Allow anyone to subscribe on all data sources";
    expect(output(await reeve("parse", sentence, "-o", "table"))).toBe(`${canonical}\n`);
    const file = join(home, "policy.txt");
    await writeFile(file, `${sentence}\n`);
    expect(json(await reeve("parse", "--file", file))).toMatchObject({ kind: "subscription", canonical });
  });

  it("says where a sentence goes wrong", async () => {
    const ended = await reeve("parse", "Allow anyone to subscirbe");
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain('Did you mean "subscribe"?');
    expect(ended.stderr).toContain("body /sentence, line 1, column 17\n");
  });

  it("needs a sentence, from one place", async () => {
    expect(await reeve("parse")).toMatchObject({ code: 2, stderr: "reeve: Give the sentence, or --file.\n" });
    expect((await reeve("parse", "x", "--file", "y")).code).toBe(2);
  });
});

describe("policies", () => {
  it("are created, listed, shown by name, activated, staged, changed and deleted", async () => {
    const name = unique("Everybody ");
    const sentence = "Allow anyone to subscribe on all data sources";
    const made = json(await reeve("create", name, sentence)) as { readonly id: string };
    expect(made).toMatchObject({ name, sentence, state: "staged", dataSourceId: null });
    expect(await reeve("activate", name.toUpperCase())).toMatchObject({
      code: 0,
      stderr: `Policy ${name.toUpperCase()} is active.\n`,
    });
    expect(output(await reeve("list", "--state", "active", "-o", "tsv"))).toContain(
      `\t${name}\tactive\tall\t`,
    );
    expect(output(await reeve("applying", source.name, "-o", "tsv"))).toContain("\tyes\tIt is about all");
    expect((await reeve("stage", made.id)).code).toBe(0);
    expect(json(await reeve("list", "--state", "active"))).toEqual([]);
    expect(json(await reeve("update", name, "--name", `${name}!`))).toMatchObject({ version: 4 });
    expect(output(await reeve("get", `${name}!`, "-o", "table"))).toContain(`sentence  ${sentence}`);
    expect((await reeve("delete", made.id)).code).toBe(0);
    expect((await reeve("get", made.id)).code).toBe(1);
  });

  it("of one data source are stated with it, and warn of a group that is not there", async () => {
    const sentence = "Allow users to subscribe when user is a member of group Nobody";
    const ended = await reeve("create", "Own", sentence, "--data-source", source.name, "--active");
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('Warning: There is no group "Nobody"');
    expect(JSON.parse(ended.stdout)).toMatchObject({ state: "active", dataSourceId: source.id });
    expect(output(await reeve("list", "--data-source", source.id, "-o", "tsv"))).toContain("\tOwn\t");
  });

  it("are changed by what is given, and by nothing less", async () => {
    expect(await reeve("update", "x")).toMatchObject({
      code: 2,
      stderr: "reeve: Say what to change: --name, --sentence or --file.\n",
    });
    expect((await reeve("list", "--state", "asleep")).code).toBe(2);
  });
});
