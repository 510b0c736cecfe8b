import { foldName } from "#core/names/fold.ts";
import type { Skip } from "#core/sources/bulk/inspect.ts";

/** The data source that holds a relation, and whose word it has. */
export interface Holder {
  readonly dataSourceId: string;
  /** The integration whose layer lies on it; null where none does. */
  readonly integrationId: string | null;
  /** By what that integration knows it. */
  readonly relation: string | null;
}

/** What was looked up of a relation that is no live binding's. */
export interface Found {
  /** Who is this relation already, if anybody. */
  readonly holder: Holder | null;
  /** The deleted data source that it was, where it can still come back. */
  readonly tombstone: { readonly dataSourceId: string; readonly name: string } | null;
  /** The name that a new one would get. */
  readonly name: string;
  /** What the remote database says against it; null where it says nothing, or there is none. */
  readonly refusal: Skip | null;
}

/** What becomes of such a relation. */
export type Settled =
  | { readonly does: "attach"; readonly dataSourceId: string }
  | { readonly does: "restore"; readonly dataSourceId: string; readonly name: string }
  | { readonly does: "create"; readonly name: string }
  | { readonly does: "skip"; readonly skip: Skip };

/**
 * Settles what becomes of a relation: whoever is it already gets dbt's word, unless another integration's lies on it;
 * what it was comes back; and else a new one is made of it, if the remote lets it be read. `taken` says who has a name.
 */
export function settle(
  { holder, tombstone, name, refusal }: Found,
  { integrationId, relation }: { readonly integrationId: string; readonly relation: string },
  taken: (foldedName: string) => boolean,
): Settled {
  if (holder !== null) return ofHolder(holder, integrationId, relation);
  if (refusal !== null) return { does: "skip", skip: refusal };
  const wanted = tombstone?.name ?? name;
  if (taken(foldName(wanted))) {
    return skipped("name-taken", `a data source is named ${JSON.stringify(wanted)} already`);
  }
  return tombstone === null
    ? { does: "create", name }
    : { does: "restore", dataSourceId: tombstone.dataSourceId, name: tombstone.name };
}

function ofHolder(holder: Holder, integrationId: string, relation: string): Settled {
  if (holder.integrationId !== null && holder.integrationId !== integrationId) {
    return skipped("other-integration", "another integration keeps it in step");
  }
  return holder.relation === null || holder.relation === relation
    ? { does: "attach", dataSourceId: holder.dataSourceId }
    : skipped("already-registered", `it is the same relation as ${holder.relation}`);
}

const skipped = (reason: Skip["reason"], detail: string): Settled => ({
  does: "skip",
  skip: { reason, detail },
});
