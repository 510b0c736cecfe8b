import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "#lib/bundling/bundle.ts";

const run = promisify(execFile);

/** The AWS emulator that the deployment is tried in, pinned. */
const requirement = { name: "ministack", version: "1.5.33" };

const directory = join(projectRoot, ".venv");
const python = join(directory, "bin/python");
const installed = `import importlib.metadata as m; print(m.version("${requirement.name}"))`;

async function hasEmulator(): Promise<boolean> {
  try {
    return (await run(python, ["-c", installed])).stdout.trim() === requirement.version;
  } catch {
    return false;
  }
}

/** A Python with the emulator in it, in a virtual environment that is made once and kept. */
export async function pythonWithEmulator(): Promise<string> {
  if (await hasEmulator()) return python;
  await run("python3", ["-m", "venv", directory]);
  const pinned = `${requirement.name}==${requirement.version}`;
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", pinned]);
  return python;
}
