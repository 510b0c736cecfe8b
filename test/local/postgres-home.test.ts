import { chmod, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canUse } from "#local/postgres/account.ts";
import { postgresHome } from "#local/postgres/postgres-home.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "reeve-home-"));
  await chmod(root, 0o711);
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe("where PostgreSQL lives", () => {
  it("is its account's alone, and the account can run its programs", async () => {
    const home = await postgresHome(join(root, "home"));
    expect(home.directory).toBe(join(root, "home"));
    const { mode, uid } = await stat(home.directory);
    expect(mode & 0o777).toBe(0o700);
    expect(uid).toBe(home.account?.uid ?? process.getuid?.());
    for (const name of ["initdb", "postgres"] as const) {
      expect(await canUse(home.account, home.program(name))).toBe(true);
    }
  });

  it("is never an account of root's", async () => {
    const { account } = await postgresHome(join(root, "home"));
    expect(account?.uid ?? process.getuid?.()).not.toBe(0);
  });

  it("is the first directory that its account can get to: behind a door that only we may pass, only where it is us", async () => {
    await mkdir(join(root, "closed"), { mode: 0o700 });
    const [behind, open] = [join(root, "closed", "home"), join(root, "open")];
    const home = await postgresHome(behind, open);
    expect(home.directory).toBe(home.account === null ? behind : open);
    expect(await canUse(home.account, home.directory)).toBe(true);
  });

  it("is no directory that is something else", async () => {
    await expect(postgresHome("/dev/null")).rejects.toThrow(/EEXIST|belongs to somebody else/);
  });
});
