import { RemoteError, type Relation } from "#core/ports/remote.ts";

/** How long a name can be: NAMEDATALEN - 1 of every server that was not compiled otherwise. */
const maxBytes = 63;

const isName = (name: string): boolean =>
  name !== "" && !name.includes("\0") && Buffer.byteLength(name) <= maxBytes;

/** Whether a relation can have such names at all. */
export const canExist = ({ schema, name }: Relation): boolean => isName(schema) && isName(name);

/**
 * A name as an SQL identifier that stands for exactly this name, whatever is in it. A name that no
 * object can bear fails with `table-not-found`: the server would silently cut a long name short, and
 * might then find another object.
 */
export function quoteIdentifier(name: string): string {
  if (!isName(name)) {
    throw new RemoteError(
      "table-not-found",
      "no object can have this name: it is empty, too long or not text",
    );
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** A relation as SQL, always with its schema. */
export const quoteRelation = ({ schema, name }: Relation): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
