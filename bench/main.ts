import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { benches } from "./benches.ts";
import { figureLine, say, type Figure } from "./measuring/figure.ts";

const program = fileURLToPath(new URL("run.ts", import.meta.url));

/**
 * Runs one bench in a process of its own, so that none inherits another's heap or compiled code. Figures
 * come over the channel. What functions log is made as ever and thrown away, but for warnings and errors.
 * Tells whether it could measure.
 */
async function ran(name: string): Promise<boolean> {
  say(`== ${name}`);
  const child = spawn(process.execPath, [program, name], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.on("message", (figure: Figure) => {
    process.stdout.write(`${figureLine(figure)}\n`);
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) say(`== ${name} broke`);
  return code === 0;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !benches.has(name));
if (unknown.length > 0) {
  say(`There is no bench ${unknown.join(", ")}. There are: ${[...benches.keys()].join(", ")}.`);
  process.exitCode = 2;
} else {
  for (const name of asked.length === 0 ? benches.keys() : asked) {
    if (!(await ran(name))) process.exitCode = 1;
  }
}
