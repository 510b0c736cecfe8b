import type { TechnologyContract } from "#contracts/technologies/technology.ts";
import type { SkipReason } from "#contracts/resources/job-report.ts";
import type { ConnectionMember } from "#core/connections/connection.ts";
import { registrarOf } from "#core/connections/registrar-of.ts";
import { globsOverlap } from "#core/names/glob-overlap.ts";
import { matchesGlob } from "#core/names/glob.ts";
import type { Relation } from "#core/ports/remote.ts";
import type { BulkInput } from "#core/sources/bulk/bulk-input.ts";

const isExact = (glob: string): boolean => !/[*?]/.test(glob);

/** Who asks, and what is never exposed. */
export interface Scope {
  readonly memberships: readonly ConnectionMember[];
  readonly isReservedSchema: TechnologyContract["isReservedSchema"];
}

/**
 * Why nothing can come of a glob over schemas, or null. One that reaches into the registrar's schemas and beyond
 * counts for those within: what lies outside is not looked at, and so not named.
 */
export function refusalOf(glob: string, { memberships, isReservedSchema }: Scope): SkipReason | null {
  if (isExact(glob) && isReservedSchema(glob)) return "reserved-schema";
  const reaches = memberships.some(
    ({ role, schemas }) =>
      role === "registrar" && (schemas === null || schemas.some((own) => globsOverlap(own, glob))),
  );
  return reaches ? null : "out-of-scope";
}

/** Whether a bulk registration is about a relation at all. */
export function selects(input: BulkInput, scope: Scope, relation: Relation): boolean {
  const { schema } = relation;
  return (
    input.schemas.some((glob) => matchesGlob(glob, schema)) &&
    !scope.isReservedSchema(schema) &&
    registrarOf(scope.memberships, schema) !== undefined &&
    (input.include.length === 0 || input.include.some((glob) => matchesTable(glob, relation))) &&
    !input.exclude.some((glob) => matchesTable(glob, relation))
  );
}

/** A glob over tables; one with a dot may mean the table with its schema. */
const matchesTable = (glob: string, { schema, name }: Relation): boolean =>
  matchesGlob(glob, name) || (glob.includes(".") && matchesGlob(glob, `${schema}.${name}`));

/**
 * The schemas to list one by one, in the order of listings (by byte), where all are named exactly; null where the
 * whole database has to be gone through.
 */
export function exactSchemas({ schemas }: BulkInput): readonly string[] | null {
  if (!schemas.every(isExact)) return null;
  return [...new Set(schemas)].toSorted((a, b) => byByte(a, b));
}

/** The order of listings. Code points order as the bytes of UTF-8 do; code units do not. */
export function byByte(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (const [index, character] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (character !== other) return (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
  }
  return left.length - right.length;
}
