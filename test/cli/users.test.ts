import { describe, expect, it } from "vitest";
import { aPersona, everyPermission } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { configDirectory, runReeve } from "./run-reeve.ts";
import { aServedApp } from "./served-app.ts";

const { app, url } = await aServedApp();
const admin = await aPersona(app, { permissions: everyPermission, name: "Admin", email: "admin@x.test" });
const home = configDirectory();

const reeve = (args: readonly string[], input = "", env: Readonly<Record<string, string>> = {}) =>
  runReeve(["user", ...args], {
    input,
    env: { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: admin.key, ...env },
  });
/** What a command prints as JSON, if it ends well. */
async function told<T>(args: readonly string[], input = "", env = {}): Promise<T> {
  const ended = await reeve(args, input, env);
  expect(ended).toMatchObject({ code: 0 });
  return JSON.parse(ended.stdout) as T;
}

interface Made {
  readonly id: string;
  readonly invitation: { readonly token: string } | null;
}
const aUser = async (name = unique("Ann "), email = `${unique("ann")}@example.com`) => ({
  ...(await told<Made>(["create", name, "--email", email, "--permission", "audit"])),
  name,
  email,
});

describe("reeve user", () => {
  it("creates a person, shows the invitation once, and lets them in by it", async () => {
    const ended = await reeve(["create", "Ann Lee", "--email", "ann.lee@example.com", "-o", "tsv"]);
    const lines = new Map(ended.stdout.split("\n").map((line) => line.split("\t") as [string, string]));
    expect(lines.get("invitation")).toMatch(/^rvi_/);
    expect(ended.stderr).toContain("shown once");
    expect(ended.stderr).not.toContain("rvi_");
    const token = lines.get("invitation") ?? "";
    const joined = await told<{ key: string; user: { id: string } }>(
      ["accept", "--key-name", "laptop"],
      `${token}\n`,
      { REEVE_API_KEY: "" },
    );
    expect(joined.user.id).toBe(lines.get("id"));
    expect((await app.call("GET", "/me", { as: joined })).status).toBe(200);
    const again = await reeve(["accept", "--key-name", "laptop"], "", { REEVE_INVITATION: token });
    expect(again).toMatchObject({ code: 3, stdout: "" });
    expect(again.stderr).toContain("invitation");
    expect(again.stderr).not.toContain(token);
  });

  it("asks for the invitation last, and never takes it as an argument", async () => {
    expect(await reeve(["accept", "--key-name", ""])).toMatchObject({ code: 2, stdout: "" });
    const ended = await reeve(["accept", "--key-name", "laptop"]);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toContain("REEVE_INVITATION");
  });

  it("names a user by id, by e-mail address or by name", async () => {
    const { id, name, email } = await aUser();
    for (const as of [id, name.toUpperCase(), email.toUpperCase()]) {
      expect(await told<Made>(["get", as])).toMatchObject({ id, permissions: ["AUDIT"] });
    }
    expect(await reeve(["get", "nobody@example.com"])).toMatchObject({ code: 1, stdout: "" });
  });

  it("asks which of several users of one name is meant", async () => {
    const name = unique("Twin ");
    const [one, other] = [await aUser(name), await aUser(name)];
    const ended = await reeve(["delete", name]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain(one.id);
    expect(ended.stderr).toContain(other.id);
    expect(await app.store.user(one.id)).not.toBeNull();
  });

  it("lists who is searched for, who is out, and who may what", async () => {
    const [one, other] = [await aUser(), await aUser()];
    expect((await reeve(["disable", one.id])).stderr).toContain("is disabled");
    const ids = async (...args: readonly string[]) =>
      (await told<readonly Made[]>(["list", ...args])).map(({ id }) => id);
    expect(await ids("--disabled", "--search", one.email)).toEqual([one.id]);
    expect(await ids("--enabled", "--permission", "audit")).toContain(other.id);
    expect(await ids("--enabled")).not.toContain(one.id);
    expect((await reeve(["enable", one.id])).stderr).toContain("is enabled");
    expect(await ids("--disabled")).toEqual([]);
    expect(await reeve(["list", "--disabled", "--enabled"])).toMatchObject({ code: 2 });
    const table = await reeve(["list", "-o", "tsv", "--search", "admin"]);
    expect(table.stdout.split("\n")[0]).toBe("id\tname\te-mail\tkind\tpermissions\tout");
  });

  it("gives and takes permissions one by one, and says who a user is elsewhere", async () => {
    const { id } = await aUser();
    const login = unique("ann");
    const granted = await told<object>([
      "update",
      id,
      "--grant=GOVERNANCE",
      "--grant=create-data-source",
      "--revoke=audit",
      `--external-username=postgresql=${login}`,
      "--name=Bea",
    ]);
    expect(granted).toMatchObject({
      name: "Bea",
      permissions: ["GOVERNANCE", "CREATE_DATA_SOURCE"],
      externalUsernames: { postgresql: login },
    });
    const taken = await told<object>(["update", id, "--external-username", "postgresql="]);
    expect(taken).toMatchObject({ externalUsernames: {}, permissions: ["GOVERNANCE", "CREATE_DATA_SOURCE"] });
    expect(await reeve(["update", id])).toMatchObject({ code: 2 });
    expect(await reeve(["update", id, "--grant", "king"])).toMatchObject({ code: 2 });
    expect(await reeve(["update", admin.user.id, "--revoke", "audit"])).toMatchObject({ code: 1 });
  });

  it("shows, sets and takes away attributes", async () => {
    const { id } = await aUser();
    const set = ["attributes", id, "Cost center=DE-1", "Cost center=a=b", "Team="];
    expect(await told<object>(set)).toEqual({ "Cost center": ["DE-1", "a=b"], Team: [""] });
    expect(await told<object>(["attributes", id, "--unset", "team"])).toEqual({
      "Cost center": ["DE-1", "a=b"],
    });
    expect((await reeve(["attributes", id, "-o", "tsv"])).stdout).toBe(
      "field\tvalue\nCost center\tDE-1, a=b\n",
    );
    expect(await reeve(["attributes", id, "Team"])).toMatchObject({ code: 2 });
  });

  it("invites anew, and deletes", async () => {
    const { id, invitation } = await aUser();
    const { token } = await told<{ token: string }>(["invite", id]);
    expect(token).not.toBe(invitation?.token);
    expect(await reeve(["delete", id])).toMatchObject({ code: 0, stdout: "" });
    expect(await app.store.user(id)).toBeNull();
  });

  it("makes, lists and revokes one's own keys, and those of service users", async () => {
    const own = await told<{ id: string; key: string }>(["create-key", "laptop"]);
    expect((await told<readonly Made[]>(["keys"])).map(({ id }) => id)).toContain(own.id);
    expect((await reeve(["revoke-key", own.id])).stderr).toContain("is revoked");
    expect((await app.call("GET", "/me", { as: own })).status).toBe(401);
    const robot = await told<Made>(["create", unique("Robot "), "--service"]);
    expect(robot.invitation).toBeNull();
    const expires = new Date(app.clock.now().getTime() + 60_000).toISOString();
    const made = await told<{ id: string; key: string; expiresAt: string }>([
      "create-key",
      "deploy",
      `--for=${robot.id}`,
      `--expires=${expires}`,
    ]);
    expect(made.expiresAt).toBe(expires);
    const listed = await reeve(["keys", robot.id]);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ id: made.id, name: "deploy" }]);
    expect(listed.stdout).not.toContain(made.key.slice(-40));
    expect(await reeve(["revoke-key", made.id, "--of", robot.id])).toMatchObject({ code: 0 });
    expect(await reeve(["create-key", "k", "--expires", "tomorrow"])).toMatchObject({ code: 2 });
  });
});
