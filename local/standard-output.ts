/**
 * Keeps standard output to what people and scripts wait for, each on a line of its own: whatever else
 * writes there, loggers above all, goes to standard error from now on. Gives what prints a line.
 */
export function claimStandardOutput(): (line: string) => void {
  const print = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  // Who reads only the first lines and closes the pipe does not want us to end.
  process.stdout.on("error", () => {});
  return (line) => {
    print(`${line}\n`);
  };
}
