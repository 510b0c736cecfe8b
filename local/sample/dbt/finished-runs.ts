import { writeDurably } from "#adapters/secrets/durable-file.ts";
import { readKept, type DataDirectory } from "../../data-directory.ts";

/** A run that dbt Cloud's stand-in has come to the end of. */
export interface FinishedRun {
  readonly name: string;
  readonly finishedAt: Date;
}

const file = "sample-dbt-runs";

type Place = Pick<DataDirectory, "at">;

/** The runs of the sample so far, in their order: the stand-in forgets them when it ends. */
export async function finishedRuns(directory: Place): Promise<readonly FinishedRun[]> {
  const lines = ((await readKept(directory.at(file))) ?? "").split("\n");
  return lines.flatMap((line) => {
    const [name = "", at = ""] = line.split("@");
    return name === "" ? [] : [{ name, finishedAt: new Date(at) }];
  });
}

/** As the stand-in's `--finished` takes it. */
export const printRun = ({ name, finishedAt }: FinishedRun): string => `${name}@${finishedAt.toISOString()}`;

/** Keeps that one more run has finished. */
export async function keepFinished(directory: Place, run: FinishedRun): Promise<void> {
  const all = [...(await finishedRuns(directory)), run];
  await writeDurably(directory.at(file), `${all.map(printRun).join("\n")}\n`);
}
