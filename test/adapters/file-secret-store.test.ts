import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileSecretStore } from "#adapters/secrets/file-secret-store.ts";

let root: string;
let directory: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "reeve-secrets-"));
  directory = join(root, "secrets");
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const ref = "connections/con_1/gen_1";
const value = { username: "reader", password: 'pä$$ "w0rd"\n' };

describe("secrets in files", () => {
  it("are read back as they were written, by whoever opens the directory next", async () => {
    await fileSecretStore(directory).put(ref, value);
    expect(await fileSecretStore(directory).get(ref)).toEqual(value);
  });

  it("are null where there is none", async () => {
    const store = fileSecretStore(directory);
    expect(await store.get(ref)).toBeNull();
    await store.put(ref, value);
    expect(await store.get("connections/con_1/gen_2")).toBeNull();
    expect(await store.get("connections/con_1")).toBeNull();
  });

  it("are replaced by a second write, and readers see the old or the new one whole", async () => {
    const store = fileSecretStore(directory);
    const long = { password: "x".repeat(200_000) };
    const short = { password: "y" };
    await store.put(ref, long);
    const writing = Promise.all([store.put(ref, short), store.put(ref, long), store.put(ref, short)]);
    const lengths = new Set<number>();
    for (let read = 0; read < 50; read += 1) {
      lengths.add((await store.get(ref))?.["password"]?.length ?? 0);
    }
    await writing;
    expect([...lengths].filter((length) => length !== 1 && length !== 200_000)).toEqual([]);
  });

  it("are gone once deleted, and deleting again is no error", async () => {
    const store = fileSecretStore(directory);
    await store.put(ref, value);
    await store.delete(ref);
    await store.delete(ref);
    expect(await store.get(ref)).toBeNull();
    expect(await readdir(directory)).toEqual([]);
  });

  it("can be read by their owner alone, whatever the umask, and so can their directory", async () => {
    const before = process.umask(0);
    try {
      await fileSecretStore(directory).put(ref, value);
    } finally {
      process.umask(before);
    }
    const [file] = await readdir(directory);
    expect((await stat(join(directory, file ?? ""))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it.each([
    "../outside",
    "connections/../../outside",
    "/etc/passwd",
    "connections//x",
    "connections/",
    "connections/con_1\\..\\x",
    "connections/con.1",
    "",
    ".",
    "a\0b",
    "a\n",
  ])("cannot lead out of their directory: %j", async (bad) => {
    const store = fileSecretStore(directory);
    await expect(store.put(bad, value)).rejects.toThrow("no reference");
    await expect(store.get(bad)).rejects.toThrow("no reference");
    await expect(store.delete(bad)).rejects.toThrow("no reference");
    expect(await readdir(root)).toEqual([]);
  });

  it("are listed below a prefix, with the time when each was written", async () => {
    const store = fileSecretStore(directory);
    await store.put("connections/con_1/gen_1", value);
    await store.put("connections/con_2/gen_1", value);
    await store.put("integrations/int_1", value);
    const [file] = (await readdir(directory)).filter((name) => name.includes("con_2"));
    const at = new Date("2026-01-02T03:04:05.000Z");
    await utimes(join(directory, file ?? ""), at, at);
    const listed = await store.list("connections/");
    expect(listed.map((each) => each.ref)).toEqual(["connections/con_1/gen_1", "connections/con_2/gen_1"]);
    expect(listed[1]?.writtenAt).toEqual(at);
    expect(Date.now() - (listed[0]?.writtenAt.getTime() ?? 0)).toBeLessThan(60_000);
    expect(await store.list("connections/con_2/")).toHaveLength(1);
    expect(await store.list("nothing/")).toEqual([]);
  });

  it("are an empty list where nothing was ever written", async () => {
    expect(await fileSecretStore(directory).list("connections/")).toEqual([]);
  });

  it("are not told when a file is damaged", async () => {
    const store = fileSecretStore(directory);
    await store.put(ref, value);
    const [file] = await readdir(directory);
    await writeFile(join(directory, file ?? ""), '{"password":"hunter2');
    const error = await store.get(ref).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(JSON.stringify([String(error), (error as Error).stack])).not.toContain("hunter2");
    expect(String(error)).toContain(ref);
  });

  it("leave nothing of a write that a crash cut short: it is never listed, and removed later", async () => {
    await mkdir(directory);
    await writeFile(join(directory, "0123.unfinished"), "half a secret");
    await writeFile(join(directory, "4567.unfinished"), "half a secret");
    const long = new Date(Date.now() - 7_200_000);
    await utimes(join(directory, "0123.unfinished"), long, long);
    expect(await fileSecretStore(directory).list("")).toEqual([]);
    expect(await readdir(directory)).toEqual(["4567.unfinished"]);
  });

  it("fail with an error, and leave no half written file, where the directory takes none", async () => {
    await writeFile(directory, "a file where the directory should be");
    await chmod(directory, 0o600);
    await expect(fileSecretStore(directory).put(ref, value)).rejects.toThrow("EEXIST");
    expect(await readdir(root)).toEqual(["secrets"]);
  });
});
