import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const directory = resolve(import.meta.dirname, "../../.venv-dbt");
const requirements = join(import.meta.dirname, "requirements.txt");
/** Says which requirements are installed, once all of them are. */
const stamp = join(directory, "installed");

/**
 * The path of dbt, in a virtual environment that is made once and kept. Every package is pinned, and none is added to
 * them: of what dbt-core asks for, the parser of dbt 2 is left out, which comes from another place than PyPI and is
 * asked for nothing here.
 */
export async function dbtProgram(): Promise<string> {
  const wanted = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex");
  const installed = await readFile(stamp, "utf8").catch(() => "");
  if (installed !== wanted) {
    await run("python3", ["-m", "venv", "--clear", directory]);
    const quiet = ["--quiet", "--disable-pip-version-check"];
    const install = ["-m", "pip", "install", ...quiet, "--no-deps", "-r", requirements];
    await run(join(directory, "bin/python"), install);
    await writeFile(stamp, wanted);
  }
  return join(directory, "bin/dbt");
}
