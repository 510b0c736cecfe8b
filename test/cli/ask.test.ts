import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { Interrupted } from "#cli/failure.ts";
import { askFor, secret } from "#cli/input/ask.ts";
import type { Terminal } from "#cli/terminal.ts";

/** A terminal on which a person types; what they see is kept. */
function aTerminal(isTTY: boolean, env: Readonly<Record<string, string>> = {}) {
  const typed = Object.assign(new PassThrough(), { isTTY, setRawMode: () => typed });
  const shown = Object.assign(new PassThrough(), { columns: 80, isTTY });
  const interruption = new AbortController();
  const terminal = { stdin: typed, stdout: shown, stderr: shown, env, signal: interruption.signal };
  const seen = (): string => String(shown.read() ?? "");
  return { terminal: terminal as unknown as Terminal, typed, seen, interruption };
}

describe("a secret", () => {
  it("is typed unseen", async () => {
    const { terminal, typed, seen } = aTerminal(true);
    const asked = secret(terminal, "API key", "REEVE_API_KEY");
    typed.write("rv_secrex\u007ft\r");
    expect(await asked).toBe("rv_secret");
    expect(seen()).toBe("API key: \n");
  });

  it("is taken from the environment before anybody is asked", async () => {
    const { terminal, seen } = aTerminal(true, { REEVE_API_KEY: "rv_env" });
    expect(await secret(terminal, "API key", "REEVE_API_KEY")).toBe("rv_env");
    expect(seen()).toBe("");
  });

  it("is read from standard input where that is no terminal, with all but its last line break", async () => {
    const { terminal, typed } = aTerminal(false);
    typed.end(" pass word \n");
    expect(await secret(terminal, "Password", "REEVE_PASSWORD")).toBe(" pass word ");
  });

  it("that is empty is refused, and how to give it is said", async () => {
    const { terminal, typed } = aTerminal(false);
    typed.end("");
    await expect(secret(terminal, "Password", "REEVE_PASSWORD")).rejects.toThrow(
      "Password is needed: type it, pipe it in, or set REEVE_PASSWORD.",
    );
  });

  it.each(["\u0003", "\u0004"])("is not waited for after %j", async (control) => {
    const { terminal, typed } = aTerminal(true);
    const asked = secret(terminal, "API key", "REEVE_API_KEY");
    typed.write(control);
    await expect(asked).rejects.toThrow(Interrupted);
  });

  it("is not waited for when the command is asked to end", async () => {
    for (const isTTY of [true, false]) {
      const { terminal, interruption } = aTerminal(isTTY);
      const asked = secret(terminal, "API key", "REEVE_API_KEY");
      interruption.abort();
      await expect(asked).rejects.toThrow(Interrupted);
    }
  });
});

describe("a question", () => {
  it("has a default for an empty answer", async () => {
    const { terminal, typed, seen } = aTerminal(true);
    const asked = askFor(terminal, "Address", "http://127.0.0.1:4000");
    typed.write("\r");
    expect(await asked).toBe("http://127.0.0.1:4000");
    expect(seen()).toContain("Address [http://127.0.0.1:4000]: ");
  });

  it("is a usage error where nobody can be asked", async () => {
    await expect(askFor(aTerminal(false).terminal, "Address", "")).rejects.toThrow(
      "there is no terminal to ask on",
    );
  });
});
