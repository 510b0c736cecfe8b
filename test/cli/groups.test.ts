import { describe, expect, it } from "vitest";
import { aPersona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";
import { unique } from "#test/support/records.ts";
import { configDirectory, runReeve } from "./run-reeve.ts";
import { aServedApp } from "./served-app.ts";

const { app, url } = await aServedApp();
const admin = await aPersona(app, { permissions: ["USER_ADMIN"], name: "Admin" });
const home = configDirectory();

const reeve = (...args: readonly string[]) =>
  runReeve(args, { env: { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: admin.key } });
/** What a command prints as JSON, if it ends well. */
async function told<T>(...args: readonly string[]): Promise<T> {
  const ended = await reeve(...args);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(ended.stdout) as T;
}
interface Made {
  readonly id: string;
  readonly name: string;
}
const aGroup = (name = unique("Legal ")) => told<Made>("group", "create", name);

describe("reeve group", () => {
  it("makes, shows, renames, lists and deletes a group, named by id or by name", async () => {
    const name = unique("Finance ");
    const made = await told<Made>(
      "group",
      "create",
      name,
      "--attribute",
      "Region=EU",
      "--attribute=Region=US",
    );
    expect(made).toMatchObject({ name, attributes: { Region: ["EU", "US"] } });
    expect(await told("group", "show", name.toUpperCase())).toEqual(made);
    const renamed = await told<Made>("group", "rename", name, unique("Money "));
    expect(renamed).toMatchObject({ id: made.id });
    const table = await reeve("group", "list", "--search", renamed.name, "-o", "tsv");
    expect(table.stdout).toBe(
      `id\tname\tprovider\tattributes\n${made.id}\t${renamed.name}\t\tRegion=EU, US\n`,
    );
    expect((await reeve("group", "show", made.id, "-o", "tsv")).stdout).toContain("Region\tEU, US\n");
    expect(await reeve("group", "delete", renamed.name)).toMatchObject({ code: 0, stdout: "" });
    expect(await reeve("group", "show", made.id)).toMatchObject({ code: 1, stdout: "" });
    expect(await reeve("group", "show", name)).toMatchObject({ code: 1, stdout: "" });
  });

  it("puts users in and takes them out; a name that is nobody's changes nothing", async () => {
    const { id, name } = await aGroup();
    const [ann, bob] = [
      await aPersona(app, { id: app.ids.next("user"), name: unique("Ann ") }),
      await aPersona(app, { id: app.ids.next("user"), name: unique("Bob ") }),
    ];
    expect(await reeve("group", "add", name, ann.user.id, unique("Nobody "))).toMatchObject({ code: 1 });
    expect(await told("group", "members", id)).toEqual([]);
    expect(await told("group", "add", name, ann.user.id, bob.user.id)).toHaveLength(2);
    const lines = (await reeve("group", "members", name, "-o", "tsv")).stdout.split("\n");
    expect(lines[0]).toBe("user\tname\tprovider\tstate\tadded\tby");
    expect(lines.slice(1, 3).map((line) => line.split("\t")[0])).toEqual(
      [ann.user.id, bob.user.id].toSorted(),
    );
    expect((await reeve("group", "remove", name, ann.user.id)).stderr).toContain("is out of the group");
    expect(await told("group", "members", id)).toMatchObject([{ userId: bob.user.id, holds: true }]);
  });

  it("shows, sets and takes away attributes", async () => {
    const { id } = await aGroup();
    expect(await told("group", "attributes", id, "Team=a", "Team=b", "Site=")).toEqual({
      Team: ["a", "b"],
      Site: [""],
    });
    expect(await told("group", "attributes", id, "--unset", "team")).toEqual({ Site: [""] });
    expect(await reeve("group", "attributes", id, "Team")).toMatchObject({ code: 2, stdout: "" });
    expect(await reeve("group", "create", " ")).toMatchObject({ code: 2, stdout: "" });
  });

  it("tells what was refused", async () => {
    const { name } = await aGroup();
    const again = await reeve("group", "create", name);
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toContain("group-name-taken");
  });
});

describe("reeve principals", () => {
  it("finds users and groups by the words of their names, and those of one data source", async () => {
    const word = unique("Zed");
    const made = await aGroup(`${word} group`);
    expect(await told("principals", word)).toEqual([{ id: made.id, kind: "group", name: made.name }]);
    expect((await reeve("principals", word, "-o", "tsv")).stdout).toContain(`${made.id}\tgroup\t`);
    const source = await aRecordedSource(app, admin);
    expect(await told("principals", word, "--data-source", source.id)).toEqual([]);
    expect(await told("principals", "--data-source", source.name)).toContainEqual({
      id: admin.user.id,
      kind: "user",
      name: "Admin",
    });
  });
});
