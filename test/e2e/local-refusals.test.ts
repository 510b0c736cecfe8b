import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { aDataDirectory, startReeve, untilGone } from "#test/support/local-reeve.ts";

const minute = { timeout: 60_000 };

describe("a start that cannot be", minute, () => {
  /** What it says on its way out with 1. */
  async function refusal(environment: Readonly<Record<string, string>>): Promise<string> {
    const reeve = startReeve(await aDataDirectory(), environment);
    expect(await reeve.ended()).toBe(1);
    expect(reeve.lines).toEqual([]);
    expect(reeve.talk).not.toMatch(/\n\s+at /);
    return reeve.talk;
  }

  it.each([
    ["REEVE_ADMIN_API_KEY", "short-secret", "24 characters"],
    ["REEVE_ADMIN_API_KEY", "with spaces but long enough for it", "without spaces"],
    ["PORT", "eighty", "must be a port"],
    ["PORT", "65536", "must be a port"],
    ["REEVE_SAMPLE", "perhaps", "on or off"],
  ])("names the variable that is wrong, and not its value: %s=%s", async (name, value, reason) => {
    const said = await refusal({ [name]: value });
    expect(said).toContain(name);
    expect(said).toContain(reason);
    expect(said).not.toContain(value);
  });

  it("says what to install where there is no Java", async () => {
    expect(await refusal({ PATH: "/nowhere" })).toContain("apt-get install -y default-jre-headless");
  });

  it("says what to install where Java is too old", async () => {
    const directory = await mkdtemp(join(tmpdir(), "reeve-old-java-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, "java"), `#!/bin/sh\necho 'openjdk version "11.0.2" 2019-01-15' >&2\n`, {
      mode: 0o755,
    });
    expect(await refusal({ PATH: directory })).toContain("Java 17 or newer is needed");
  });

  it("says that the port is taken", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? String(address.port) : "";
    expect(await refusal({ PORT: port })).toContain(`PORT ${port} is taken`);
  });

  it("is interrupted in the middle without leaving anything behind", async () => {
    const directory = await aDataDirectory();
    const reeve = startReeve(directory);
    const children = await vi.waitFor(
      () => {
        expect(reeve.children().length).toBeGreaterThan(1);
        return reeve.children();
      },
      { timeout: 10_000, interval: 5 },
    );
    expect(await reeve.stop("SIGINT")).toBe(0);
    await untilGone(children);
    await startReeve(directory).ready();
  });
});
