import type { DocumentationVersion } from "#core/documentation/documentation-version.ts";

/** What the documentation of data sources was. */
export interface DocumentationStore {
  /** The versions of one data source, newest first, from below `before`. */
  documentationVersions(
    dataSourceId: string,
    before: number | null,
    limit: number,
  ): Promise<readonly DocumentationVersion[]>;
  documentationVersion(dataSourceId: string, number: number): Promise<DocumentationVersion | null>;
}
