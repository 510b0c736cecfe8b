import type { RelationDescription, RemoteColumn } from "#core/ports/remote.ts";
import type { SchemaColumn } from "#core/sources/data-source.ts";

/** A remote's comment may be of any length; so much of it is kept that it fits where it is stored, beside all else. */
const keptComment = 4000;

const keptCommentOf = ({ comment }: { readonly comment: string }): string =>
  comment.slice(0, keptComment).toWellFormed();

/** What the remote's comment says of a relation; null where there is none. */
export const schemaDescription = (relation: { readonly comment: string }): string | null =>
  relation.comment === "" ? null : keptCommentOf(relation);

/** The columns that the remote describes, with as much of their comments as is kept. */
export const keptColumns = ({ columns }: Pick<RelationDescription, "columns">): readonly RemoteColumn[] =>
  columns.map((column) => ({ ...column, comment: keptCommentOf(column) }));

/** What the schema layer keeps of a described column, under an id. */
export const schemaColumn = (id: string, column: RemoteColumn): SchemaColumn => ({
  id,
  ...(column.identity === undefined ? {} : { identity: column.identity }),
  name: column.name,
  ordinal: column.ordinal,
  dataType: column.dataType,
  remoteType: column.remoteType,
  nullable: column.nullable,
  comment: column.comment,
  countable: column.countable,
  inPrimaryKey: column.inPrimaryKey,
  unique: column.unique,
});

const facts = [
  "id",
  "identity",
  "name",
  "ordinal",
  "dataType",
  "remoteType",
  "nullable",
  "comment",
  "countable",
  "inPrimaryKey",
  "unique",
] as const satisfies readonly (keyof SchemaColumn)[];

/** Whether the remote says the same of a column as it did. */
export const isSameColumn = (before: SchemaColumn, after: SchemaColumn): boolean =>
  facts.every((fact) => before[fact] === after[fact]);
