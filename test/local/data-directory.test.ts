import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataDirectory } from "#local/data-directory.ts";
import { readEnvironment } from "#local/environment.ts";
import { lockDirectory } from "#local/processes/directory-lock.ts";
import { StartError } from "#local/start-error.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "reeve-directory-"));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe("the data directory", () => {
  it("is made where there is none, with those above it, and others cannot look around in it", async () => {
    const path = join(root, "deep", "below");
    const directory = await openDataDirectory(path);
    expect(directory.at("name")).toBe(join(path, "name"));
    expect((await stat(path)).mode & 0o066).toBe(0);
    directory.unlock();
  });

  it("keeps what it made: the same text ever after, in a file that only its owner may read", async () => {
    const directory = await openDataDirectory(join(root, "data"));
    expect(await directory.kept("secret", () => "first")).toEqual({ text: "first", made: true });
    expect(await directory.kept("secret", () => "second")).toEqual({ text: "first", made: false });
    expect((await stat(directory.at("secret"))).mode & 0o777).toBe(0o600);
    directory.unlock();
  });

  it("leaves the rights of a directory that was there before as they were", async () => {
    const path = join(root, "mine");
    await mkdir(path, { mode: 0o700 });
    const directory = await openDataDirectory(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    directory.unlock();
  });

  it("is refused by its variable's name where a file is in its place", async () => {
    const path = join(root, "file");
    await writeFile(path, "");
    await expect(openDataDirectory(path)).rejects.toThrow(StartError);
    await expect(openDataDirectory(path)).rejects.toThrow(`REEVE_DATA_DIR ${path} cannot be used`);
    expect(await readFile(path, "utf8")).toBe("");
  });
});

describe("the lock", () => {
  it("is given once, and again when it was given back", async () => {
    const unlock = await lockDirectory(root, 0);
    expect(unlock).not.toBeNull();
    expect(await lockDirectory(root, 0)).toBeNull();
    unlock?.();
    const again = await lockDirectory(root, 0);
    expect(again).not.toBeNull();
    again?.();
  });

  it("waits for a holder that is just ending", async () => {
    const unlock = await lockDirectory(root, 0);
    const waiting = lockDirectory(root, 10_000);
    unlock?.();
    const second = await waiting;
    expect(second).not.toBeNull();
    second?.();
  });
});

describe("the environment", () => {
  it("has defaults, and an empty variable is one that is not set", () => {
    const defaults = { PORT: 4000, REEVE_DATA_DIR: ".reeve", REEVE_SAMPLE: true, REEVE_DBT_HOSTS: "" };
    expect(readEnvironment({})).toEqual(defaults);
    expect(readEnvironment({ PORT: "", REEVE_ADMIN_API_KEY: "", REEVE_SAMPLE: "", HOME: "/root" })).toEqual(
      defaults,
    );
  });

  it("is read as it stands", () => {
    const key = "0123456789abcdef01234567";
    const given = {
      REEVE_DATA_DIR: "/data",
      REEVE_ADMIN_API_KEY: key,
      REEVE_DBT_HOSTS: "http://127.0.0.1:1",
    };
    expect(readEnvironment({ ...given, PORT: "80", REEVE_SAMPLE: "off" })).toEqual({
      ...given,
      PORT: 80,
      REEVE_SAMPLE: false,
    });
  });

  it.each([
    ["dbt.example.com", '"dbt.example.com"'],
    ["https://dbt.example.com,http://dbt.example.com", '"http://dbt.example.com"'],
    ["https://me:secret@dbt.example.com", "an entry"],
  ])("is refused where a host of dbt Cloud is none, and names it: %s", (hosts, named) => {
    const refuse = (): unknown => readEnvironment({ REEVE_DBT_HOSTS: hosts });
    expect(refuse).toThrow(StartError);
    expect(refuse).toThrow(`REEVE_DBT_HOSTS: ${named} `);
  });

  it("is refused with every variable that is wrong, and none of their values", () => {
    const refuse = (): unknown =>
      readEnvironment({ PORT: "-1", REEVE_ADMIN_API_KEY: "0123456789abcdef0123456" });
    expect(refuse).toThrow(StartError);
    expect(refuse).toThrow(/^PORT must be a port.*\nREEVE_ADMIN_API_KEY must have 24 characters or more$/);
  });
});
