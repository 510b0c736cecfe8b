import { writeDurably } from "#adapters/secrets/durable-file.ts";
import type { KeyHasher } from "#core/ports/keys.ts";
import { bootstrapAdministrator, type BootstrapDeps } from "#core/people/first-administrator.ts";
import { randomText, readKept, type DataDirectory } from "./data-directory.ts";

/** The administrator's key, and what to tell of it. */
export interface AdministratorKey {
  readonly key: string;
  /** For standard output; empty where the operator chose the key. */
  readonly notice: string;
}

const keyFile = "administrator-key";
/** Names the key that works now, so that another one in the environment takes its place. */
const keyIdFile = "administrator-key-id";

/** `rv_<keyId>_<32 random bytes>`, as every key that Reeve makes. */
const newKey = (): string => `rv_${randomText(10, "hex")}_${randomText(32, "base64url")}`;

/** The key that the environment states, or the one that is made once and kept; it is told only when made. */
export async function administratorKey(
  directory: DataDirectory,
  given: string | undefined,
): Promise<AdministratorKey> {
  if (given !== undefined) return { key: given, notice: "" };
  const { text, made } = await directory.kept(keyFile, newKey);
  const path = directory.at(keyFile);
  return {
    key: text,
    notice: made ? `administrator key ${text}` : `administrator key is in ${path}`,
  };
}

/** Makes the first administrator and their key; a key that worked before and is another one works no longer. */
export async function installAdministrator(
  deps: BootstrapDeps & { readonly keys: KeyHasher },
  directory: DataDirectory,
  key: string,
): Promise<void> {
  const { id, hash } = deps.keys.identify(key);
  const earlier = await readKept(directory.at(keyIdFile));
  await bootstrapAdministrator(deps, { id, hash }, earlier);
  if (earlier !== id) await writeDurably(directory.at(keyIdFile), `${id}\n`);
}
