import type { SnapshotOrigin } from "../snapshot.ts";
import { fieldsOf, wordOf, type Fields } from "./artifact-json.ts";

/** What a manifest says of its project as a whole. */
export interface ProjectFacts {
  readonly origin: SnapshotOrigin;
  /** The MD5 of the project's name: all that manifests before 1.7 say of it. */
  readonly projectId: string | null;
  /** What is quoted unless a node says otherwise; empty where it is not told. */
  readonly quoting: Fields;
}

/** `v12` of `https://schemas.getdbt.com/dbt/manifest/v12.json`; what artifact it is of, likewise. */
export function schemaOf(metadata: unknown): { readonly artifact: string | null; readonly version: string } {
  const address = wordOf(fieldsOf(metadata)["dbt_schema_version"]) ?? "";
  const parts = /\/([a-z-]+)\/(v\d+)(?:\.json)?$/.exec(address);
  return { artifact: parts?.[1] ?? null, version: parts?.[2] ?? "" };
}

/** The run of dbt Cloud that an artifact says it is of, or null. */
export const runIdOf = (metadata: unknown): string | null =>
  wordOf(fieldsOf(fieldsOf(metadata)["env"])["DBT_CLOUD_RUN_ID"]);

/** Reads the `metadata` of a manifest. */
export function projectFactsOf(metadata: unknown): ProjectFacts {
  const fields = fieldsOf(metadata);
  return {
    origin: {
      adapter: wordOf(fields["adapter_type"])?.toLowerCase() ?? null,
      dbtVersion: wordOf(fields["dbt_version"]) ?? "",
      manifestVersion: schemaOf(metadata).version,
      projectName: wordOf(fields["project_name"]),
      generatedAt: wordOf(fields["generated_at"]),
      runId: runIdOf(metadata),
    },
    projectId: wordOf(fields["project_id"]),
    quoting: fieldsOf(fields["quoting"]),
  };
}

/** Whether Fusion wrote it: dbt from 2.0 on. The release tracks of dbt Cloud count in years (`2025.9.30`) and are Core. */
export const isFusion = ({ dbtVersion }: SnapshotOrigin): boolean => {
  const major = Number(/^\d+/.exec(dbtVersion)?.[0] ?? 0);
  return major >= 2 && major < 2000;
};
