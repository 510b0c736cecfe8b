import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { UsageError } from "../failure.ts";
import { checkObject, type CheckedObject } from "./check-object.ts";

/** Reads and checks every exported object below a folder, one at a time: of each only its seal stays. */
export async function checkedObjects(folder: string): Promise<readonly CheckedObject[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new UsageError(
      `${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ndjson"))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  const checked: CheckedObject[] = [];
  for (const path of paths) checked.push(checkObject(relative(folder, path), await readFile(path)));
  return checked;
}
