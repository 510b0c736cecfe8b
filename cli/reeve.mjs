#!/usr/bin/env node
// The command is TypeScript, which Node 24 runs as it is. Where the shell's Node is older, the project's own takes over.
/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-return -- plain JavaScript, so that any Node can read it */
import { spawn } from "node:child_process";
import module from "node:module";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

const oldest = 24;

/** Keeps compiled code in the user's own cache: commands then start in half the time. */
function keepCompiledCode() {
  const base = process.env.XDG_CACHE_HOME ?? "";
  module.enableCompileCache(join(isAbsolute(base) ? base : join(homedir(), ".cache"), "reeve", "compiled"));
}

/** The project's own Node, or undefined where the package is not installed. */
function ownNode() {
  try {
    const name = process.platform === "win32" ? "node/bin/node.exe" : "node/bin/node";
    return module.createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
}

/** Runs the command in another Node: signals go in, the exit code or the fatal signal comes out. */
function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`Node ${oldest} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function fail(message) {
  process.stderr.write(`reeve: ${message}\n`);
  process.exit(1);
}

if (Number.parseInt(process.versions.node, 10) >= oldest) {
  keepCompiledCode();
  await import("./main.ts");
} else {
  const node = ownNode();
  if (node === undefined) {
    fail(`Node ${oldest} or newer is needed, this is ${process.version}: run npm ci, or use another Node.`);
  } else {
    handOver(node);
  }
}
