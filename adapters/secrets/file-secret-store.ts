import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { SecretStore } from "#core/ports/secrets.ts";
import { unfinishedSuffix, writeDurably } from "./durable-file.ts";

const secret = z.record(z.string(), z.string());

/** References are paths of ours: words joined by slashes. Nothing in them can lead out of the directory. */
const reference = /^[A-Za-z0-9_-]{1,100}(?:\/[A-Za-z0-9_-]{1,100})*$/;

const suffix = ".json";
/** A write takes moments; what is older was left by a crash. */
const abandonedAfterMs = 3_600_000;

/** `a/b` lies in `a.b.json`: one flat directory, because words hold no dots. */
const fileOf = (ref: string): string => `${ref.replaceAll("/", ".")}${suffix}`;
const refOf = (file: string): string => file.slice(0, -suffix.length).replaceAll(".", "/");

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

/** Null for a file that is not there, or no longer. */
async function orMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Secrets in files of mode 0600 in a directory that only its owner may enter. */
export function fileSecretStore(directory: string): SecretStore {
  const pathOf = (ref: string): string => {
    if (!reference.test(ref)) throw new Error("this is no reference to a secret");
    return join(directory, fileOf(ref));
  };

  const writtenAt = async (file: string): Promise<Date | null> =>
    (await orMissing(stat(join(directory, file))))?.mtime ?? null;

  const removeAbandoned = async (file: string): Promise<void> => {
    const at = await writtenAt(file);
    if (at !== null && Date.now() - at.getTime() > abandonedAfterMs) await rm(join(directory, file));
  };

  return {
    async put(ref, value) {
      const path = pathOf(ref);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeDurably(path, JSON.stringify(value));
    },
    async get(ref) {
      const text = await orMissing(readFile(pathOf(ref), "utf8"));
      return text === null ? null : parsed(ref, text);
    },
    async delete(ref) {
      await rm(pathOf(ref), { force: true });
    },
    async list(prefix) {
      const found: { ref: string; writtenAt: Date }[] = [];
      for (const file of (await orMissing(readdir(directory))) ?? []) {
        if (file.endsWith(unfinishedSuffix)) await removeAbandoned(file);
        if (!file.endsWith(suffix) || !refOf(file).startsWith(prefix)) continue;
        const at = await writtenAt(file);
        if (at !== null) found.push({ ref: refOf(file), writtenAt: at });
      }
      return found.sort((a, b) => (a.ref < b.ref ? -1 : 1));
    },
  };
}

/** Errors of the parser quote what they parse, so that they must not get out. */
function parsed(ref: string, text: string): Readonly<Record<string, string>> {
  try {
    return secret.parse(JSON.parse(text));
  } catch {
    throw new Error(`the secret ${ref} is damaged`);
  }
}
