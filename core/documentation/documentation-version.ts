import { systemActor } from "#core/audit/record.ts";
import type { Write } from "#core/ports/change.ts";
import type { DataSource } from "#core/sources/data-source.ts";

/** What the documentation of a data source was from one change to the next. Never changed afterwards. */
export interface DocumentationVersion {
  readonly dataSourceId: string;
  /** Counts the changes of the documentation, from 1. */
  readonly number: number;
  readonly documentation: string;
  /** A user's id, or `system` for a text that is older than its versions. */
  readonly createdBy: string;
  readonly createdAt: string;
}

/** A data source with another documentation, as the next version of it; the same text is no change. */
export const withDocumentation = <T extends Pick<DataSource, "documentation" | "documentationVersion">>(
  before: T,
  documentation: string | undefined,
): T =>
  documentation === undefined || documentation === before.documentation
    ? before
    : { ...before, documentation, documentationVersion: nextVersion(before) };

/** A text from before there were versions becomes the first one when it is replaced. */
const isUnversioned = ({
  documentation,
  documentationVersion,
}: Pick<DataSource, "documentation" | "documentationVersion">): boolean =>
  documentationVersion === 0 && documentation !== "";

const nextVersion = (before: Pick<DataSource, "documentation" | "documentationVersion">): number =>
  before.documentationVersion + (isUnversioned(before) ? 2 : 1);

const versionWrite = (record: DocumentationVersion): Write => ({
  write: "create",
  kind: "documentation-version",
  record,
});

/** The version that a data source's documentation is now, as the write that keeps it. */
export const documentationWrite = (
  { id, documentation, documentationVersion }: DataSource,
  createdBy: string,
  createdAt: string,
): Write =>
  versionWrite({ dataSourceId: id, number: documentationVersion, documentation, createdBy, createdAt });

/** The writes that go with a header whose documentation may have changed: none where it has not. */
export function documentationWrites(before: DataSource, after: DataSource, userId: string): readonly Write[] {
  if (before.documentationVersion === after.documentationVersion) return [];
  return [
    ...(isUnversioned(before)
      ? [documentationWrite({ ...before, documentationVersion: 1 }, systemActor, before.updatedAt)]
      : []),
    documentationWrite(after, userId, after.updatedAt),
  ];
}
