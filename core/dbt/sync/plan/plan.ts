import type { Binding } from "#core/dbt/binding.ts";
import { standsAs } from "#core/dbt/digest.ts";
import type { Integration } from "#core/dbt/integration.ts";
import type { Snapshot, SnapshotRelation } from "#core/dbt/snapshot.ts";
import { foldName } from "#core/names/fold.ts";
import { matchesGlob } from "#core/names/glob.ts";
import type { Skip } from "#core/sources/bulk/inspect.ts";

/** What of a binding a plan needs: little, because all of an integration's are held at once. */
export type Bound = Pick<Binding, "dataSourceId" | "owned" | "deleted" | "digest">;
export type Bindings = ReadonlyMap<string, Bound>;

/** What an integration may take at all. */
export interface SyncScope extends Pick<Integration, "schemas" | "registrarSchemas"> {
  readonly isReservedSchema: (schema: string) => boolean;
  /** The database of its connection; null without one. */
  readonly database: string | null;
}

/** What of a relation a plan needs. */
export type PlannedRelation = Pick<
  SnapshotRelation,
  "key" | "database" | "schema" | "table" | "digest" | "built"
>;

/** What the bindings alone say of a relation. */
export type Verdict =
  /** The catalog says what dbt says; nothing is written of it. */
  | { readonly is: "unchanged"; readonly dataSourceId: string }
  /** dbt says something else than the catalog. */
  | { readonly is: "changed"; readonly dataSourceId: string }
  /** Its data source, which the integration made, is deleted. */
  | { readonly is: "returning"; readonly dataSourceId: string }
  /** No data source is known to be this relation. */
  | { readonly is: "unbound" }
  | { readonly is: "skipped"; readonly skip: Skip };

const matchesAny = (globs: readonly string[] | null, schema: string): boolean =>
  globs === null || globs.some((glob) => matchesGlob(glob, schema));

/** Why an integration leaves a relation out that it may not take, or null. */
export function outOfScope({ schema, database }: PlannedRelation, scope: SyncScope): Skip | null {
  if (scope.isReservedSchema(schema)) return { reason: "reserved-schema", detail: "" };
  if (scope.database !== null && database !== null && foldName(database) !== foldName(scope.database)) {
    return { reason: "other-database", detail: `it lies in ${JSON.stringify(database)}` };
  }
  if (!matchesAny(scope.schemas, schema)) return { reason: "out-of-scope", detail: "" };
  return matchesAny(scope.registrarSchemas, schema)
    ? null
    : {
        reason: "out-of-scope",
        detail: "whoever made the integration may not register tables of this schema",
      };
}

/**
 * What is to become of a relation, as far as its binding tells. What may not be taken is left as it is, even where it is
 * bound: that somebody drew the scope closer says nothing of the relation, and so deletes nothing.
 */
export function verdictOn(relation: PlannedRelation, bound: Bound | undefined, scope: SyncScope): Verdict {
  const skip = outOfScope(relation, scope);
  if (skip !== null) return { is: "skipped", skip };
  // A person's data source that a person deleted is nobody's to bring back.
  if (bound === undefined || (bound.deleted && !bound.owned)) return { is: "unbound" };
  const { dataSourceId } = bound;
  if (bound.deleted) return { is: "returning", dataSourceId };
  const stands = standsAs(bound.digest, relation.digest, scope.database !== null);
  return { is: stands ? "unchanged" : "changed", dataSourceId };
}

/** A data source whose relation the snapshot does not have. */
export interface Gone {
  readonly relation: string;
  readonly dataSourceId: string;
}

/** What a plan says before anything is looked up: little, however large the project. */
export interface Plan {
  /** Data sources that the integration made and whose relation is no longer there. */
  readonly deletes: readonly Gone[];
  /** Data sources that others made, of which dbt says nothing any more. */
  readonly detaches: readonly Gone[];
  /** Relations that are not as the catalog has them. */
  readonly changes: number;
  readonly size: number;
  /** Data sources that the integration made and that are not deleted. */
  readonly owned: number;
  /** Everything that it is bound to and that is not deleted. */
  readonly bound: number;
}

const byRelation = (a: Gone, b: Gone): number => (a.relation < b.relation ? -1 : 1);

/**
 * Plans a sync from a complete snapshot: deleted is what the integration made, is not deleted yet, and of which the
 * snapshot has no relation; `keeps` spares what the snapshot knows and left out. One pass, keys and digests alone.
 */
export function planSync(
  bindings: Bindings,
  relations: Iterable<PlannedRelation>,
  scope: SyncScope,
  keeps: (gone: Gone) => boolean = () => false,
): Plan {
  const gone = new Map(bindings);
  let [changes, size] = [0, 0];
  for (const relation of relations) {
    const { is } = verdictOn(relation, bindings.get(relation.key), scope);
    gone.delete(relation.key);
    size += 1;
    changes += is === "unchanged" || is === "skipped" ? 0 : 1;
  }
  const live = [...bindings.values()].filter(({ deleted }) => !deleted);
  const missing = [...gone].flatMap(([relation, { dataSourceId, owned, deleted }]) =>
    deleted || keeps({ relation, dataSourceId }) ? [] : [{ relation, dataSourceId, owned }],
  );
  const goneOf = (owned: boolean): readonly Gone[] =>
    missing
      .filter((each) => each.owned === owned)
      .map(({ relation, dataSourceId }) => ({ relation, dataSourceId }))
      .toSorted(byRelation);
  return {
    deletes: goneOf(true),
    detaches: goneOf(false),
    changes,
    size,
    owned: live.filter(({ owned }) => owned).length,
    bound: live.length,
  };
}

/** Why a node that comes to no relation may have one nevertheless, of which the snapshot says nothing. */
const leftOutByChoice: readonly Snapshot["skipped"][number]["reason"][] = [
  "excluded-package",
  "excluded-source",
  "not-a-relation",
];

/** The nodes that were left out by choice or oddity: what they made may still be there. */
export const leftOut = ({ skipped }: Pick<Snapshot, "skipped">): ReadonlySet<string> =>
  new Set(skipped.filter(({ reason }) => leftOutByChoice.includes(reason)).map(({ uniqueId }) => uniqueId));
