import { cpSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { signatures } from "#adapters/crypto/signatures.ts";
import { seal } from "#core/audit/export/seal.ts";
import { settledAfterMs } from "#core/audit/settled.ts";
import { aMadeRecord } from "#test/support/audit-exports.ts";
import { aPersona } from "#test/support/personas.ts";
import { configDirectory, runReeve } from "./run-reeve.ts";
import { aServedApp } from "./served-app.ts";

const { app, url } = await aServedApp();
const auditor = await aPersona(app, { permissions: ["AUDIT"], name: "Auditor" });
const home = configDirectory();

const reeve = (...args: readonly string[]) =>
  runReeve(["audit", ...args], {
    env: { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: auditor.key },
  });
const json = async <T>(...args: readonly string[]): Promise<T> => {
  const ended = await reeve(...args);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(ended.stdout) as T;
};

/** The paths of all objects, oldest first. */
const pathsIn = (folder: string): readonly string[] => globSync("**/*.ndjson", { cwd: folder }).toSorted();

beforeAll(async () => {
  // Four objects of five records each: three hours with records, each beginning with a full one.
  for (let hour = 0; hour < 4; hour += 1) {
    const records = Array.from({ length: 5 }, () => {
      app.clock.advance(1);
      return aMadeRecord(app.ids, app.clock.now(), { action: `hour:${hour}` });
    });
    await app.store.commit(records.map((record) => ({ write: "audit", record })));
    app.clock.advance(3_600_000 + settledAfterMs);
    await app.exportAudit();
  }
});

/** A copy of what was exported, to tamper with. */
function aCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), "reeve-audit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(app.exportsDirectory, folder, { recursive: true });
  return folder;
}

interface Verified {
  readonly objects: number;
  readonly records: number;
  readonly head: string;
  readonly findings: readonly {
    readonly object: string;
    readonly line: number | null;
    readonly problem: string;
  }[];
}

/** What is found in a folder: object, line and problem, without the words. */
async function found(folder: string, ...options: readonly string[]) {
  const { code, stdout } = await reeve("verify", folder, ...options);
  const { findings } = JSON.parse(stdout) as Verified;
  expect(code).toBe(findings.length === 0 ? 0 : 1);
  return findings.map(({ object, line, problem }) => [object, line, problem]);
}

/** Changes an object's lines, by number from 0. */
function edit(folder: string, path: string, change: (lines: string[]) => string[]): void {
  const file = join(folder, path);
  writeFileSync(file, `${change(readFileSync(file, "utf8").trimEnd().split("\n")).join("\n")}\n`);
}
const at = (paths: readonly string[], index: number): string => paths.at(index) ?? "";

describe("reeve audit list", () => {
  it("lists what was done by each of its filters, as JSON and as a table", async () => {
    const from = new Date(app.clock.now().getTime() - 86_400_000).toISOString();
    const to = app.clock.now().toISOString();
    const all = await json<readonly { action: string }[]>("list", "--from", from, "--to", to, "--all");
    expect(all.length).toBeGreaterThanOrEqual(20);
    const of = [
      "--from",
      from,
      "--to",
      to,
      "--action",
      "hour:1",
      "--action",
      "hour:2",
      "--outcome",
      "success",
    ];
    expect(await json("list", ...of)).toHaveLength(10);
    const some = await reeve("list", "--actor", "usr_1", "--resource", "data-source:ds_1", "--limit=3");
    expect(JSON.parse(some.stdout)).toHaveLength(3);
    const table = await reeve("list", "--resource", "data-source:ds_1", "-o", "tsv");
    expect(table.stdout.split("\n")[0]).toBe(
      "at\tactor\taction\tresource\toutcome\taddress\trequest\tdetails",
    );
    expect(await reeve("list", "--outcome", "perhaps")).toMatchObject({ code: 2 });
    expect(await reeve("list", "--from", "yesterday")).toMatchObject({ code: 2 });
  });
});

describe("reeve audit exports", () => {
  it("lists what was exported, newest first", async () => {
    const exports = await json<readonly { object: string; number: number }[]>("exports");
    expect(exports.map(({ object }) => object).toReversed()).toEqual(pathsIn(app.exportsDirectory));
    const tsv = await reeve("exports", "-o", "tsv");
    expect(tsv.stdout.split("\n")[0]).toBe("number\tfrom\tto\trecords\tobject\tsha256\tat");
  });
});

describe("reeve audit verify", () => {
  it("finds nothing in what was exported, by the service, by a noted head and by itself", async () => {
    const folder = aCopy();
    const verified = await json<Verified>("verify", folder);
    expect(verified).toMatchObject({ objects: 4, comparedWith: "service", findings: [] });
    expect(verified.records).toBeGreaterThanOrEqual(20);
    expect(await json("verify", folder, "--head", verified.head)).toMatchObject({ findings: [] });
    const offline = await runReeve(["audit", "verify", folder, "--offline", "-o", "tsv"]);
    expect(offline).toMatchObject({ code: 0 });
    expect(offline.stderr).toContain("not known");
    expect(offline.stdout).toContain(`head\t${verified.head}\n`);
  });

  it("finds a changed, a missing, an added and a moved line, and says which", async () => {
    const cases = [
      [(l: string[]) => l.with(2, (l[2] ?? "").replace("192.0.2.1", "192.0.2.9")), 3, "changed"],
      [(l: string[]) => l.toSpliced(1, 1), 2, "missing"],
      [(l: string[]) => l.toSpliced(4, 0, l[0] ?? ""), 5, "added"],
      [(l: string[]) => [l[0], l[2], l[1], ...l.slice(3)].map(String), 2, "reordered"],
      [(l: string[]) => [...l, l[0] ?? ""], 7, "added"],
    ] as const;
    for (const [change, line, problem] of cases) {
      const folder = aCopy();
      const path = at(pathsIn(folder), 1);
      edit(folder, path, change);
      expect(await found(folder), problem).toEqual([[path, line, problem]]);
      expect(await found(folder, "--offline"), problem).toEqual([[path, line, problem]]);
    }
  });

  it("finds a seal that was changed or cut off", async () => {
    const folder = aCopy();
    const path = at(pathsIn(folder), 2);
    edit(folder, path, (lines) => lines.map((line) => line.replace('"number":3', '"number":3 ')));
    expect(await found(folder, "--offline")).toEqual([[path, null, "changed"]]);
    edit(folder, path, (lines) => lines.slice(0, -1));
    expect((await found(folder, "--offline"))[0]).toEqual([path, 5, "truncated"]);
  });

  it("finds objects that are gone: in the middle by the chain, at the end by the service or a noted head", async () => {
    const folder = aCopy();
    const paths = pathsIn(folder);
    const { head } = await json<Verified>("verify", folder);
    rmSync(join(folder, at(paths, -1)));
    expect(await found(folder)).toEqual([[at(paths, -1), null, "missing"]]);
    expect(await found(folder, "--head", head)).toEqual([[at(paths, -2), null, "truncated"]]);
    expect(await found(folder, "--offline")).toEqual([]);
    rmSync(join(folder, at(paths, 1)));
    expect(await found(folder, "--offline")).toEqual([[at(paths, 2), null, "missing"]]);
  });

  it("finds two objects in each other's place", async () => {
    const folder = aCopy();
    const [one, other] = [at(pathsIn(folder), 1), at(pathsIn(folder), 2)];
    renameSync(join(folder, one), join(folder, "aside"));
    renameSync(join(folder, other), join(folder, one));
    renameSync(join(folder, "aside"), join(folder, other));
    const both = [
      [one, null, "changed"],
      [other, null, "changed"],
    ];
    expect(await found(folder)).toEqual(both);
    expect(await found(folder, "--offline")).toEqual(both);
  });

  it("finds what was sealed anew by somebody who knows how, and what was appended", async () => {
    const folder = aCopy();
    const exports = (await app.store.auditExports(null, 10)).toReversed();
    const [first, second, , last] = exports;
    if (first === undefined || second === undefined || last === undefined) throw new Error("too few exports");
    const lines = readFileSync(join(folder, second.object), "utf8").split("\n").slice(0, 3);
    const forged = seal({ from: second.from, to: second.to, lines }, first, signatures);
    rmSync(join(folder, second.object));
    writeFileSync(join(folder, forged.name), forged.bytes);
    expect(await found(folder)).toEqual([[forged.name, null, "changed"]]);
    expect(await found(folder, "--offline")).toEqual([[forged.name, null, "changed"]]);
    cpSync(join(app.exportsDirectory, second.object), join(folder, second.object));
    expect(await found(folder)).toEqual([[forged.name, null, "beside"]]);
    rmSync(join(folder, forged.name));
    const more = seal({ from: last.to, to: app.clock.now().toISOString(), lines }, last, signatures);
    const name = more.name.split("/").at(-1) ?? "";
    writeFileSync(join(folder, name), more.bytes);
    expect(await found(folder)).toEqual([[name, null, "added"]]);
    // A head that was noted tells nothing of what came behind it.
    expect(await found(folder, "--head", last.sha256)).toEqual([]);
  });

  it("prints what is wrong as a table too, and refuses what it cannot do", async () => {
    const folder = aCopy();
    edit(folder, at(pathsIn(folder), 0), (lines) => lines.toSpliced(0, 1));
    const ended = await reeve("verify", folder, "-o", "tsv");
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stdout).toContain("object\tline\tproblem\tdetail\n");
    expect(ended.stderr).toContain("not as they were made");
    expect(await reeve("verify", join(folder, "nowhere"), "--offline")).toMatchObject({ code: 2 });
    expect(await reeve("verify", folder, "--head", "abc")).toMatchObject({ code: 2 });
    const outsider = await aPersona(app, {});
    const env = { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: outsider.key };
    expect(await runReeve(["audit", "verify", folder], { env })).toMatchObject({ code: 1, stdout: "" });
  });
});
