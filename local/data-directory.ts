import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeDurably } from "#adapters/secrets/durable-file.ts";
import { lockDirectory } from "./processes/directory-lock.ts";
import { StartError } from "./start-error.ts";

/** How long a start waits for another one that is just ending, `kill -9` of its parent included. */
const lockPatienceMs = 8000;

/** The directory that holds all state of one machine, kept to this process. */
export interface DataDirectory {
  readonly path: string;
  /** The path of something in it. */
  readonly at: (name: string) => string;
  /** A text that is made once and then stays, in a file that only its owner may read. */
  readonly kept: (
    name: string,
    make: () => string,
  ) => Promise<{ readonly text: string; readonly made: boolean }>;
  /** Lets others have it. */
  readonly unlock: () => void;
}

/** Enough randomness that nobody guesses it. */
export const randomText = (bytes: number, encoding: "hex" | "base64url"): string =>
  randomBytes(bytes).toString(encoding);

/** Reads a file of the directory; null where there is none. */
export async function readKept(path: string): Promise<string | null> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/**
 * A new directory is its owner's alone. Under root others may pass through it, though not look around:
 * PostgreSQL does not run as root, and its files lie below.
 */
async function make(path: string): Promise<void> {
  try {
    const created = await mkdir(path, { recursive: true, mode: 0o700 });
    if (created !== undefined && process.getuid?.() === 0) await chmod(path, 0o711);
    if (!(await stat(path)).isDirectory()) throw new Error("it is no directory");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`REEVE_DATA_DIR ${path} cannot be used: ${reason}`);
  }
}

/** Makes the directory where there is none, and keeps it to this process until it ends. */
export async function openDataDirectory(given: string): Promise<DataDirectory> {
  const path = resolve(given);
  await make(path);
  const unlock = await lockDirectory(path, lockPatienceMs);
  if (unlock === null) {
    throw new StartError(
      `REEVE_DATA_DIR ${path} is in use by another Reeve that runs: end it, or name another directory`,
    );
  }
  const at = (name: string): string => join(path, name);
  return {
    path,
    at,
    async kept(name, makeText) {
      const found = await readKept(at(name));
      if (found !== null && found !== "") return { text: found, made: false };
      const text = makeText();
      await writeDurably(at(name), `${text}\n`);
      return { text, made: true };
    },
    unlock,
  };
}
