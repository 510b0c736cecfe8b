import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { projectRoot } from "#lib/bundling/bundle.ts";
import { endChild } from "#local/processes/end-process.ts";
import { startGuardian } from "#local/processes/guardian.ts";
import { freePort } from "#test/support/free-port.ts";
import { certificate } from "./certificate.ts";
import { pythonWithEmulator } from "./python-environment.ts";

/** An AWS on loopback, with what a process needs to take it for the real one. */
export interface Emulator {
  readonly python: string;
  readonly port: number;
  /** Everything it writes, and all that a deployment writes. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Whom the emulator takes for the account's root. */
export const account = {
  accountId: "000000000000",
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
};

/** Functions run in the first `node` of the path, so that must be the project's own. */
const path = `${join(projectRoot, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;

const emulatorEnvironment = (port: number, temporary: string) => ({
  PATH: path,
  TMPDIR: temporary,
  HOME: temporary,
  GATEWAY_PORT: String(port),
  BIND_HOST: "127.0.0.1",
  // Otherwise a broker of messages would listen on every interface.
  IOT_MTLS_ENABLED: "0",
  USE_SSL: "1",
  MINISTACK_SSL_CERT: certificate.own,
  MINISTACK_SSL_KEY: certificate.key,
  NODE_EXTRA_CA_CERTS: certificate.authority,
  // Roles are enforced: what a function may not do, it cannot do.
  AUTH: "true",
});

/** Starts the emulator and waits until it answers. */
export async function startEmulator(): Promise<Emulator> {
  const python = await pythonWithEmulator();
  const directory = mkdtempSync(join(tmpdir(), "reeve-aws-"));
  const temporary = join(directory, "tmp");
  mkdirSync(temporary);
  const guardian = startGuardian();
  guardian.remove(directory);
  const port = await freePort();
  const child = spawn(python, ["-m", "ministack"], {
    cwd: directory,
    env: emulatorEnvironment(port, temporary),
    stdio: ["ignore", "pipe", "pipe"],
  });
  guardian.guard(child, "TERM");
  const log = createWriteStream(join(directory, "emulator.log"));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  await answering(child, port, join(directory, "emulator.log"));
  const stop = async (): Promise<void> => {
    await endChild(child, "SIGTERM");
    await endFunctions(directory);
    rmSync(directory, { recursive: true, force: true });
    guardian.release();
  };
  return { python, port, directory, environment: clientEnvironment(port, directory), stop };
}

/** A home of its own: the CDK remembers there which account a key belongs to. */
const clientEnvironment = (port: number, directory: string) => ({
  PATH: path,
  HOME: directory,
  AWS_ENDPOINT_URL: `https://127.0.0.1:${port}`,
  AWS_CA_BUNDLE: certificate.authority,
  AWS_ACCESS_KEY_ID: account.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: account.credentials.secretAccessKey,
  AWS_REGION: account.region,
  AWS_DEFAULT_REGION: account.region,
  CDK_DISABLE_CLI_TELEMETRY: "true",
});

async function answering(child: ChildProcess, port: number, log: string): Promise<void> {
  const ended = once(child, "exit").then(() => {
    throw new Error(`the emulator ended: ${readFileSync(log, "utf8").slice(-2000)}`);
  });
  const answered = async (): Promise<void> => {
    for (;;) {
      const reply = await fetch(`https://127.0.0.1:${port}/_ministack/health`).catch(() => null);
      if (reply?.ok === true) return;
      await pause(100);
    }
  };
  await Promise.race([answered(), ended]);
}

/** Functions are processes that run from our directory; those that outlive the emulator are ended one by one. */
async function endFunctions(directory: string): Promise<void> {
  if (!existsSync("/proc")) return;
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (Number(id) !== process.pid && commandOf(id).includes(directory)) process.kill(Number(id), "SIGKILL");
  }
  await pause(100);
}

function commandOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
