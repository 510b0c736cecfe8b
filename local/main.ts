import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { Closing, patiently } from "./closing.ts";
import { readEnvironment } from "./environment.ts";
import { endWithParent } from "./processes/end-with-parent.ts";
import { claimStandardOutput } from "./standard-output.ts";
import { StartError } from "./start-error.ts";

/** Longer than everything that ends in an orderly way takes; what is left then is ended by the guardian. */
const patienceMs = 9000;

// What comes later loads in half the time when it was loaded before; a cache that cannot be kept is none.
enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/reeve"));

const say = claimStandardOutput();
const closing = new Closing();

async function end(code: number): Promise<never> {
  await patiently(closing.end(), patienceMs);
  process.exit(code);
}

/** Says why Reeve ends, unless it is ending already: what breaks then is no failure. */
function fail(error: unknown): void {
  if (closing.begun) return;
  explain(error);
  void end(1);
}

function explain(error: unknown): void {
  const text =
    error instanceof StartError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`Reeve cannot run: ${text}\n`);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // Who asks twice does not want to wait.
    if (closing.begun) process.exit(1);
    void end(0);
  });
}
endWithParent(() => void end(0));

try {
  const environment = readEnvironment(process.env);
  // Nothing that we start needs it.
  delete process.env["REEVE_ADMIN_API_KEY"];
  // Read when these libraries load, which must therefore come later.
  process.env["POWERTOOLS_LOG_LEVEL"] ??= "WARN";
  process.env["POWERTOOLS_METRICS_DISABLED"] ??= "true";
  const { run } = await import("./run.ts");
  await run(environment, closing, say, fail);
} catch (error) {
  fail(error);
}
