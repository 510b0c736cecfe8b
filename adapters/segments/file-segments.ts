import { copyFile, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { CatalogSegments } from "#core/ports/catalog-segments.ts";

const suffix = ".segment";
const unfinished = ".unfinished";

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

/** Segments as files of one directory. A file is there wholly or not at all, also after a power cut. */
export function fileSegments(directory: string): CatalogSegments {
  const at = (id: string): string => join(directory, `${id}${suffix}`);
  return {
    async put(id, file) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const temporary = `${at(id)}${unfinished}`;
      await copyFile(file, temporary);
      await sync(temporary);
      await rename(temporary, at(id));
      await sync(directory);
    },
    async get(id, file) {
      try {
        await copyFile(at(id), file);
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },
    async list() {
      const names = await readdir(directory).catch((error: unknown) => {
        if (isMissing(error)) return [];
        throw error;
      });
      // What a crash left unfinished is listed too, so that it is removed when it is old.
      const ours = names.filter((name) => name.includes(suffix));
      return await Promise.all(
        ours.map(async (name) => ({
          id: name.replace(new RegExp(`${suffix}$`), ""),
          writtenAt: (await stat(join(directory, name))).mtime,
        })),
      );
    },
    async remove(id) {
      await rm(id.endsWith(unfinished) ? join(directory, id) : at(id), { force: true });
    },
  };
}
