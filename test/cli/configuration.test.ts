import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import {
  configPath,
  isReadableByOthers,
  readConfiguration,
  writeConfiguration,
} from "#cli/configuration/config-file.ts";
import { chosenService } from "#cli/configuration/service.ts";
import { NotConfigured, UsageError } from "#cli/failure.ts";
import { configDirectory } from "./run-reeve.ts";

const configuration = {
  current: "local",
  profiles: {
    local: { url: "http://127.0.0.1:4000", apiKey: "rv_local" },
    production: { url: "https://reeve.example.com", apiKey: "rv_production" },
  },
};

function configured(more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const env = { XDG_CONFIG_HOME: configDirectory() };
  writeConfiguration(env, configuration);
  return { ...env, ...more };
}

describe("the configuration file", () => {
  it("can be read by its owner alone, from the beginning and after each change", () => {
    const env = { XDG_CONFIG_HOME: configDirectory() };
    for (const current of ["a", "b"]) {
      const path = writeConfiguration(env, { ...configuration, current });
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
      expect(readConfiguration(env).current).toBe(current);
      expect(readdirSync(dirname(path))).toEqual(["config.json"]);
    }
  });

  it("closes itself to others when it is written again", () => {
    const env = configured();
    chmodSync(configPath(env), 0o644);
    expect(isReadableByOthers(env)).toBe(true);
    writeConfiguration(env, configuration);
    expect(isReadableByOthers(env)).toBe(false);
  });

  it("stands where the XDG variable says, and in ~/.config where that is not an absolute path", () => {
    expect(configPath({ XDG_CONFIG_HOME: "/x", HOME: "/home/me" })).toBe("/x/reeve/config.json");
    expect(configPath({ XDG_CONFIG_HOME: "relative", HOME: "/home/me" })).toBe(
      "/home/me/.config/reeve/config.json",
    );
    expect(configPath({ HOME: "/home/me" })).toBe("/home/me/.config/reeve/config.json");
  });

  it("that is damaged is refused without showing what is in it", () => {
    const env = { XDG_CONFIG_HOME: configDirectory() };
    mkdirSync(dirname(configPath(env)), { recursive: true });
    for (const text of [
      '{"apiKey": "rv_secret"',
      '{"current":"a","profiles":{"a":{"apiKey":"rv_secret"}}}',
    ]) {
      writeFileSync(configPath(env), text);
      expect(() => readConfiguration(env)).toThrow(UsageError);
      expect(() => readConfiguration(env)).toThrow(/is damaged\. Repair it(?!.*rv_secret)/);
      expect(readFileSync(configPath(env), "utf8")).toBe(text);
    }
  });
});

describe("the service that is used", () => {
  it("is the current profile's", () => {
    expect(chosenService(configured(), undefined)).toEqual(configuration.profiles.local);
  });

  it("is the one of REEVE_PROFILE, and before that of --profile", () => {
    const env = configured({ REEVE_PROFILE: "production" });
    expect(chosenService(env, undefined).url).toBe("https://reeve.example.com");
    expect(chosenService(env, "local").url).toBe("http://127.0.0.1:4000");
  });

  it("is the environment's, unless a profile is named on the command line", () => {
    const env = configured({ REEVE_URL: "http://127.0.0.1:9", REEVE_API_KEY: "rv_env" });
    expect(chosenService(env, undefined)).toEqual({ url: "http://127.0.0.1:9", apiKey: "rv_env" });
    expect(chosenService(env, "production")).toEqual(configuration.profiles.production);
  });

  it("never gets the key of another address", () => {
    const elsewhere = configured({ REEVE_URL: "http://else.where" });
    expect(chosenService(elsewhere, undefined)).toEqual({ url: "http://else.where", apiKey: undefined });
    const same = configured({ REEVE_URL: "http://127.0.0.1:4000" });
    expect(chosenService(same, undefined).apiKey).toBe("rv_local");
  });

  it("may get another key than the profile's", () => {
    const env = configured({ REEVE_API_KEY: "rv_other" });
    expect(chosenService(env, undefined)).toEqual({ url: "http://127.0.0.1:4000", apiKey: "rv_other" });
  });

  it("is none where nothing is configured, and the message says what to do", () => {
    const env = { XDG_CONFIG_HOME: configDirectory() };
    expect(() => chosenService(env, undefined)).toThrow(NotConfigured);
    expect(() => chosenService(env, undefined)).toThrow("Run reeve configure");
  });

  it("that is not there is refused with the names that are, also those that objects have from birth", () => {
    expect(() => chosenService(configured(), "staging")).toThrow(
      /^There is no profile "staging" in .*; there are local, production\.$/,
    );
    expect(() => chosenService(configured(), "constructor")).toThrow(UsageError);
    expect(() => chosenService(configured({ REEVE_PROFILE: "toString" }), undefined)).toThrow(UsageError);
  });
});
