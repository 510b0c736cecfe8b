import type { Principal } from "#core/connections/connection.ts";
import type { removalInput } from "#core/people/removal/removal-job.ts";
import type { CatalogIndex } from "#core/ports/catalog-index.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Store } from "#core/ports/store.ts";
import type * as z from "zod";

/** What a removal needs from outside. */
export interface RemovalDeps {
  readonly store: Store;
  readonly index: Pick<CatalogIndex, "membersOf">;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Who is gone. */
export interface Removed extends z.infer<typeof removalInput> {
  readonly principal: Principal;
}

/** What one transaction takes away. */
export interface Taken {
  /** At most 90 items; none where nothing is left to take away there. */
  readonly writes: readonly Write[];
  /** What they are taken away from. */
  readonly ids: readonly string[];
}

/** A part of the work that is one transaction. */
export interface RemovalPart {
  /** Reads what there is and tells what is taken away; asked again where somebody else changed it meanwhile. */
  readonly take: () => Promise<Taken>;
  /** The place behind which the work goes on after it. */
  readonly place: string;
}

/** One kind of thing that a principal is taken off, part by part, from behind a place. Doing it twice does no harm. */
export interface RemovalPhase {
  /** What they are taken off, in the audit record and in the job's result, for example `dataSources`. */
  readonly name: string;
  readonly parts: (deps: RemovalDeps, removed: Removed, after: string | null) => AsyncIterable<RemovalPart>;
}

/** Lists in pieces of so many. */
export const piecesOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
