import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { lchown, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Whom a server runs as; null where that is ourselves. */
export type Account = { readonly uid: number; readonly gid: number } | null;

const idOf = async (flag: "-u" | "-g", name: string): Promise<number> =>
  Number.parseInt((await run("id", [flag, name])).stdout, 10);

/**
 * PostgreSQL refuses to run as root. Then it runs as the system's `postgres`, or as `nobody` where there
 * is none: no account is made for it.
 */
export async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ["postgres", "nobody"]) {
    try {
      return { uid: await idOf("-u", name), gid: await idOf("-g", name) };
    } catch {
      // The next one may exist.
    }
  }
  throw new Error("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody");
}

/** Whether the account may use a file or directory: all that lies above it must let it through. */
export async function canUse(account: Account, path: string): Promise<boolean> {
  if (account === null) return true;
  const test = spawn("/bin/sh", ["-c", 'test -x "$0"', path], { ...account, cwd: "/", stdio: "ignore" });
  const [code] = (await once(test, "exit")) as [number | null];
  return code === 0;
}

/** Gives a directory with all that is in it to the account. */
export async function giveTo(account: Account, directory: string): Promise<void> {
  if (account === null) return;
  await lchown(directory, account.uid, account.gid);
  for (const name of await readdir(directory, { recursive: true })) {
    await lchown(join(directory, name), account.uid, account.gid);
  }
}
