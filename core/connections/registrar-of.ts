import type { ConnectionMember } from "#core/connections/connection.ts";
import { matchesGlob } from "#core/names/glob.ts";

/** The role by which somebody may register tables of a schema, or none. */
export const registrarOf = (
  memberships: readonly ConnectionMember[],
  schema: string,
): ConnectionMember | undefined =>
  memberships.find(
    ({ role, schemas }) =>
      role === "registrar" && (schemas === null || schemas.some((glob) => matchesGlob(glob, schema))),
  );
