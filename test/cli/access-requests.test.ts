import { beforeAll, describe, expect, it } from "vitest";
import { stateTerms } from "#test/support/asking.ts";
import { aConnection, aDataSource, aPersona, everyPermission } from "#test/support/personas.ts";
import type { DataSource, Persona } from "#test/support/personas.ts";
import { configDirectory, runReeve, type Ended } from "./run-reeve.ts";
import { aServedApp } from "./served-app.ts";

let served: Awaited<ReturnType<typeof aServedApp>>;
let owner: Persona;
let source: DataSource;
const home = configDirectory();

beforeAll(async () => {
  served = await aServedApp();
  owner = await aPersona(served.app, { permissions: [...everyPermission] });
  source = await aDataSource(owner, await aConnection(owner));
  await stateTerms(served.app, source, {});
});

const reeve = (as: Persona, ...args: readonly string[]): Promise<Ended> =>
  runReeve(["request", ...args], {
    env: { XDG_CONFIG_HOME: home, REEVE_URL: served.url, REEVE_API_KEY: as.key },
  });

async function printed<T = { readonly id: string }>(as: Persona, ...args: readonly string[]): Promise<T> {
  const ended = await reeve(as, ...args);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(ended.stdout) as T;
}

const ask = (as: Persona, ...args: readonly string[]) =>
  printed(as, "create", source.name, "--reason", "for the report", ...args);

describe("access by the command", () => {
  it("is asked for, listed, read, approved and taken back", async () => {
    const [ann, ben] = [await aPersona(served.app), await aPersona(served.app)];
    const [first, second] = [await ask(ann, "--duration", "30d"), await ask(ben)];
    expect(first).toMatchObject({ state: "pending", duration: "P30D" });
    const inbox = await printed<{ id: string }[]>(owner, "list", "--state", "pending", "--others");
    expect(inbox.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(await printed(ann, "list", "--mine", "--data-source", source.name)).toMatchObject([
      { id: first.id },
    ]);
    expect(await printed(ann, "get", first.id)).toMatchObject({ reason: "for the report" });
    expect(await printed(owner, "approve", first.id, "--expires", "2999-01-01T00:00:00Z")).toMatchObject({
      state: "approved",
      expiresAt: "2999-01-01T00:00:00.000Z",
    });
    expect(await printed(ben, "cancel", second.id)).toMatchObject({ state: "cancelled" });
  });

  it("is decided for several at once, each told by itself, and fails where one is left as it is", async () => {
    const people = [await aPersona(served.app), await aPersona(served.app), await aPersona(served.app)];
    const ids: string[] = [];
    for (const person of people) ids.push((await ask(person)).id);
    const [first = "", second = "", third = ""] = ids;
    expect(await printed(owner, "approve", first, second)).toEqual([
      { id: first, state: "approved" },
      { id: second, state: "approved" },
    ]);
    const denied = await reeve(owner, "deny", third, second, "--reason", "enough by now", "-o", "tsv");
    expect(denied).toMatchObject({ code: 1, stderr: "reeve: 1 of 2 are left as they are.\n" });
    expect(denied.stdout.split("\n")).toEqual([
      "id\tstate\tproblem",
      `${third}\tdenied\t`,
      `${second}\t\tThe request is approved. (request-state)`,
      "",
    ]);
  });

  it("is shown to people as what is wanted still", async () => {
    await stateTerms(served.app, source, { approvers: ["owner", "GOVERNANCE"] });
    const governor = await aPersona(served.app, { permissions: ["GOVERNANCE"] });
    const { id } = await ask(await aPersona(served.app, { name: "Ann Ask" }));
    await printed(governor, "approve", id);
    const { stdout } = await reeve(owner, "list", "--state", "pending", "-o", "table");
    expect(stdout).toMatch(/Ann Ask +pending +GOVERNANCE \(owner\)/);
    const shown = await reeve(owner, "get", id, "-o", "table");
    expect(shown.stdout).toMatch(/^wished +for good$/m);
    expect(shown.stdout).toMatch(/^approved +\S+ by \S+ as GOVERNANCE$/m);
  });

  it("is refused before anything is sent where it does not fit", async () => {
    const ann = await aPersona(served.app);
    expect(await reeve(ann, "create", source.name, "--reason", "x", "--duration", "soon")).toMatchObject({
      code: 2,
    });
    expect(await reeve(ann, "list", "--mine", "--others")).toMatchObject({ code: 2 });
    expect(await reeve(owner, "approve", "arq_1", "--expires", "tomorrow")).toMatchObject({ code: 2 });
    expect(await reeve(owner, "deny", "arq_1")).toMatchObject({ code: 2 });
    expect(await reeve(ann, "get", "arq_1")).toMatchObject({ code: 1 });
  });
});
