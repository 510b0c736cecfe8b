import { exitCodes, Interrupted } from "./failure.ts";
import { reeveProgram } from "./program.ts";
import { reportFailure } from "./report-failure.ts";
import type { Terminal } from "./terminal.ts";

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // The second one does not wait for what the first could not end.
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort(new Interrupted(signal));
  });
}

// Who reads our output may stop reading: `reeve … | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.done);
});

const terminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interruption.signal,
};

try {
  await reeveProgram(terminal).parseAsync();
} catch (error) {
  process.exitCode = reportFailure(terminal, error);
}
