import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The sample's project, as it is kept. */
const original = resolve(import.meta.dirname, "../../sample/dbt");

/** The database that dbt builds in, and as whom. */
export interface DbtDatabase {
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** The login that may read what is built. */
  readonly reader: string;
}

/** What a command came to. */
export interface DbtEnd {
  readonly code: number | null;
  readonly output: string;
}

/** A copy of the sample's dbt project, to be changed and run by real dbt. */
export class DbtProject {
  readonly directory: string;
  private readonly program: string;
  private readonly database: DbtDatabase;

  private constructor(directory: string, program: string, database: DbtDatabase) {
    this.directory = directory;
    this.program = program;
    this.database = database;
  }

  /** Copies the project; `remove` takes the copy away. */
  static async copy(program: string, database: DbtDatabase): Promise<DbtProject> {
    const directory = await mkdtemp(join(tmpdir(), "reeve-dbt-"));
    await cp(original, directory, { recursive: true });
    return new DbtProject(directory, program, database);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Replaces a text that is once in a file. */
  async replace(file: string, from: string, to: string): Promise<void> {
    const path = join(this.directory, file);
    const text = await readFile(path, "utf8");
    if (text.split(from).length !== 2) throw new Error(`${file} does not hold once: ${from}`);
    await writeFile(
      path,
      text.replace(from, () => to),
    );
  }

  async write(file: string, text: string): Promise<void> {
    const path = join(this.directory, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  async move(from: string, to: string): Promise<void> {
    await rename(join(this.directory, from), join(this.directory, to));
  }

  async delete(...files: readonly string[]): Promise<void> {
    for (const file of files) await rm(join(this.directory, file), { recursive: true });
  }

  /** Runs one command of dbt; `variables` are added to its environment, which holds nothing else of ours. */
  async run(command: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<DbtEnd> {
    const flags = ["--no-use-colors", "--no-version-check", "--no-send-anonymous-usage-stats"];
    const child = spawn(this.program, [...flags, ...command], {
      cwd: this.directory,
      env: { ...this.environment(), ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => output.push(text));
    }
    const [code] = (await once(child, "close")) as [number | null];
    return { code, output: output.join("") };
  }

  /** Copies the artifacts of the last command, which the next one writes over. */
  async keepArtifacts(folder: string): Promise<void> {
    const target = join(this.directory, "target");
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(target)) {
      if (["manifest.json", "run_results.json", "catalog.json"].includes(name)) {
        await cp(join(target, name), join(folder, name));
      }
    }
  }

  /**
   * Takes away all that dbt keeps between commands, as a run in dbt Cloud begins: a manifest that is parsed in part
   * would still have the environment of the run before it.
   */
  async startAfresh(): Promise<void> {
    await rm(join(this.directory, "target"), { recursive: true, force: true });
  }

  /** Takes away what the last command wrote, so that the next one's artifacts are its own. */
  async forgetArtifacts(): Promise<void> {
    for (const name of ["manifest.json", "run_results.json", "catalog.json"]) {
      await rm(join(this.directory, "target", name), { force: true });
    }
  }

  private environment(): Readonly<Record<string, string>> {
    const { port, database, user, password, reader } = this.database;
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: this.directory,
      LANG: "C.UTF-8",
      TZ: "UTC",
      DBT_PROFILES_DIR: this.directory,
      HEARTH_HOST: "127.0.0.1",
      HEARTH_PORT: String(port),
      HEARTH_DATABASE: database,
      HEARTH_USER: user,
      DBT_ENV_SECRET_HEARTH_PASSWORD: password,
      HEARTH_READER: reader,
    };
  }
}
