import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import * as z from "zod";
import { UsageError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";

/** One service and the key for it. */
const profile = z.object({ url: z.string().min(1), apiKey: z.string().min(1) });
export type Profile = z.infer<typeof profile>;

const configuration = z.object({
  current: z.string(),
  profiles: z.record(z.string(), profile),
});
export type Configuration = z.infer<typeof configuration>;

type Environment = Terminal["env"];

/** `$XDG_CONFIG_HOME/reeve/config.json`, by default under `~/.config`. A relative variable is ignored, as its standard says. */
export function configPath(env: Environment): string {
  const base = env["XDG_CONFIG_HOME"] ?? "";
  return join(isAbsolute(base) ? base : join(env["HOME"] ?? homedir(), ".config"), "reeve", "config.json");
}

/** The configuration; empty where there is none yet. */
export function readConfiguration(env: Environment): Configuration {
  const path = configPath(env);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return { current: "default", profiles: {} };
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : ""}`);
  }
  try {
    return configuration.parse(JSON.parse(text));
  } catch {
    // Neither the text nor zod's words about it: both may hold a key.
    throw new UsageError(`${path} is damaged. Repair it, or remove it and run reeve configure.`);
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");

/** Writes the whole file or nothing, readable by its owner alone from its first moment on. */
export function writeConfiguration(env: Environment, content: Configuration): string {
  const path = configPath(env);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}`;
  try {
    writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    chmodSync(temporary, 0o600);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return path;
}

/** Whether others than the owner may read the file, and with it the keys. */
export function isReadableByOthers(env: Environment): boolean {
  if (process.platform === "win32") return false;
  const found = statSync(configPath(env), { throwIfNoEntry: false });
  return found !== undefined && (found.mode & 0o077) !== 0;
}
