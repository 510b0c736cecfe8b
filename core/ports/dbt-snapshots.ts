import type { Snapshot, SnapshotChoice } from "#core/dbt/snapshot.ts";

/** A file of a run, as it comes. */
export type ArtifactBytes = AsyncIterable<Uint8Array>;

/** The artifacts of one run. */
export interface RunArtifacts {
  readonly manifest: ArtifactBytes;
  /** What the warehouse said: only where a step made documentation. */
  readonly catalog: ArtifactBytes | null;
  /** One of each step that may have built something; taken one after the other. */
  readonly runResults: AsyncIterable<ArtifactBytes> | Iterable<ArtifactBytes>;
}

/** Why an artifact is no use. */
export type ArtifactFailure = "malformed" | "truncated" | "too-large" | "too-deep";

/** A file that cannot be taken; nothing of it was. */
export class ArtifactError extends Error {
  /** `manifest.json`, `catalog.json` or `run_results.json`. */
  readonly artifact: string;
  readonly failure: ArtifactFailure;

  constructor(artifact: string, failure: ArtifactFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ArtifactError";
    this.artifact = artifact;
    this.failure = failure;
  }
}

/** Takes snapshots of runs: reads artifacts as they come, and keeps what counts in a file beside memory. */
export interface DbtSnapshots {
  /** Throws `ArtifactError` where a file is not whole, not JSON, or larger than may be; what reading throws, it throws. */
  take(artifacts: RunArtifacts, choice: SnapshotChoice): Promise<Snapshot>;
}
