import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { Readable } from "node:stream";
import type { ArtifactContent, StepArtifacts } from "./model.ts";

const isFile = (content: ArtifactContent): content is { readonly file: string } =>
  "file" in content && typeof content.file === "string" && Object.keys(content).length === 1;

/** A folder's JSON files as they are now: dbt writes over them with its next command. */
function readTarget(folder: string): ReadonlyMap<string, ArtifactContent> {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && extname(entry.name) === ".json" && entry.name !== "run.json")
    .map(({ name }) => [name, readFileSync(join(folder, name))] as const);
  if (files.length === 0) throw new Error(`${basename(folder)} holds no artifacts`);
  return new Map(files);
}

/** A step's artifacts by their paths. */
export function artifactsOf(given: StepArtifacts | undefined): ReadonlyMap<string, ArtifactContent> {
  if (typeof given === "string") return readTarget(given);
  return new Map(Object.entries(given ?? {}));
}

/** An artifact's bytes, in memory. */
export function bytesOf(content: ArtifactContent): Uint8Array {
  if (content instanceof Uint8Array) return content;
  return isFile(content) ? readFileSync(content.file) : Buffer.from(JSON.stringify(content));
}

/** An artifact to be sent: a file as a stream, so that a large one is never in memory as a whole. */
export function sent(content: ArtifactContent): {
  readonly length: number;
  readonly body: Uint8Array | Readable;
} {
  if (!(content instanceof Uint8Array) && isFile(content)) {
    return { length: statSync(content.file).size, body: createReadStream(content.file) };
  }
  const body = bytesOf(content);
  return { length: body.byteLength, body };
}
