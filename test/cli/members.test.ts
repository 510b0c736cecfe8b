import { beforeAll, describe, expect, it } from "vitest";
import type { DataSource } from "#core/sources/data-source.ts";
import type { App } from "#test/support/app.ts";
import { aKnownGroup, aPersona, type Persona } from "#test/support/personas.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";
import { unique } from "#test/support/records.ts";
import { configDirectory, runReeve, type Ended } from "./run-reeve.ts";
import { aServedApp } from "./served-app.ts";

let url: string;
let app: App;
let owner: Persona;
let source: DataSource;
const home = configDirectory();

beforeAll(async () => {
  ({ url, app } = await aServedApp());
  owner = await aPersona(app, { name: "Olga" });
  source = await aRecordedSource(app, owner);
});

const reeve = (...args: readonly string[]): Promise<Ended> =>
  runReeve(args, { env: { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: owner.key } });

const output = (ended: Ended): string => {
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(0);
  return ended.stdout;
};
type Members = readonly { readonly id: string; readonly role: string }[];
const listed = async (): Promise<Members> =>
  JSON.parse(output(await reeve("member", "list", source.name))) as Members;

describe("reeve member", () => {
  it("adds, lists, changes and removes members", async () => {
    const ann = await aPersona(app, { id: app.ids.next("user"), name: "Ann" });
    const until = new Date(app.clock.now().getTime() + 3_600_000).toISOString();
    const added: unknown = JSON.parse(
      output(
        await reeve(
          "member",
          "add",
          source.name,
          "--user",
          ann.user.id,
          "--role",
          "expert",
          "--expires",
          until,
        ),
      ),
    );
    expect(added).toMatchObject([{ principal: { name: "Ann" }, role: "expert", expiresAt: until }]);
    const [member] = (await listed()).filter(({ role }) => role === "expert");
    const set = await reeve(
      "member",
      "set",
      source.id,
      member?.id ?? "",
      "--role",
      "subscriber",
      "--expires",
      "never",
    );
    expect(JSON.parse(output(set))).toMatchObject([{ id: member?.id, role: "subscriber", expiresAt: null }]);
    const lines = output(await reeve("member", "list", source.name, "-o", "tsv")).split("\n");
    expect(lines[0]).toBe("id\ttype\tname\tprincipal\trole\tuntil\tby");
    expect(lines).toContain(`${member?.id}\tuser\tAnn\t${ann.user.id}\tsubscriber\t\thand`);
    expect(await reeve("member", "remove", source.name, member?.id ?? "")).toMatchObject({
      code: 0,
      stderr: `Member ${member?.id} is removed.\n`,
    });
    expect(await listed()).toHaveLength(1);
  });

  it("sends nothing that the service would not understand", async () => {
    const add = (...args: readonly string[]) => reeve("member", "add", source.name, ...args);
    expect(await add("--role", "expert")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--user or --group"),
    });
    expect(await add("--role", "boss", "--user", "usr_1")).toMatchObject({ code: 2 });
    expect(await add("--role", "expert", "--user", "usr_1", "--expires", "soon")).toMatchObject({ code: 2 });
    expect(await reeve("member", "set", source.name, "mem_1")).toMatchObject({ code: 2 });
  });

  it("takes users and groups by their names, and an id where several have one", async () => {
    const group = await aKnownGroup(app, { name: unique("Buyers ") });
    const name = unique("Bob ");
    const [bob, twin] = [
      await aPersona(app, { id: app.ids.next("user"), name }),
      await aPersona(app, { id: app.ids.next("user"), name }),
    ];
    const words = principalWords({ type: "group", id: group.id }, group.name);
    await app.store.commit(words);
    const add = (...args: readonly string[]) =>
      reeve("member", "add", source.name, "--role", "subscriber", ...args);
    expect(output(await add("--group", group.name.toUpperCase()))).toContain(group.id);
    const refused = await add("--user", name);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain(bob.user.id);
    expect(refused.stderr).toContain(twin.user.id);
    expect(output(await add("--user", bob.user.id))).toContain(bob.user.id);
    expect(await add("--user", unique("Nobody "))).toMatchObject({ code: 1 });
  });

  it("tells what was refused, and where", async () => {
    const refused = await reeve(
      "member",
      "add",
      source.name,
      "--group",
      app.ids.next("group"),
      "--role",
      "owner",
    );
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("principal-not-found");
  });
});

describe("reeve subscription-policy", () => {
  it("states who may subscribe, and shows what it comes to", async () => {
    const group = await aKnownGroup(app, { name: unique("Legal ") });
    const set = await reeve(
      "subscription-policy",
      "set",
      source.name,
      "--kind",
      "entitlement",
      "--discoverable",
      "--operator",
      "any",
      "--group",
      group.name,
      "--attribute",
      "region=EU",
      "--attribute",
      "region=US",
      "--attribute",
      "lead",
    );
    const shown = JSON.parse(output(set)) as object;
    expect(shown).toMatchObject({
      kind: "entitlement",
      discoverable: true,
      source: "owner",
      entitlement: {
        operator: "any",
        groups: [group.name],
        attributes: [
          { name: "region", values: ["EU", "US"] },
          { name: "lead", values: null },
        ],
      },
    });
    const got = output(await reeve("subscription-policy", "get", source.name, "-o", "tsv"));
    expect(got).toContain(`admits\tgroup ${group.name}, or region EU or US, or attribute lead`);
    expect(got).toContain("stated by\tan owner");
    expect(got).toContain("you: may ask\tno");
  });

  it("names what is not there, and takes an approval with its approvers", async () => {
    const unknown = await reeve(
      "subscription-policy",
      "set",
      source.name,
      "--kind",
      "entitlement",
      "--group",
      "Nobody",
    );
    expect(unknown).toMatchObject({ code: 0, stderr: expect.stringContaining(`There is no group "Nobody"`) });
    const approval = await reeve(
      "subscription-policy",
      "set",
      source.name,
      "--kind",
      "approval",
      "--approver",
      "owner",
      "--approver",
      "GOVERNANCE",
      "-o",
      "tsv",
    );
    expect(output(approval)).toContain("approvers\towner, GOVERNANCE");
    expect(await reeve("subscription-policy", "set", source.name, "--kind", "everyone")).toMatchObject({
      code: 2,
    });
  });
});
