import type {
  CatalogDeltas,
  CatalogEntry,
  CatalogFacets,
  CatalogFilters,
  CatalogIndex,
  CatalogPosition,
  CatalogQuery,
  CatalogVisibility,
  MemberDocument,
} from "#core/ports/catalog-index.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { SegmentPointer, SegmentPointers } from "#core/ports/catalog-segments.ts";
import { isListed, listKeys } from "./known.ts";
import { loadReplica, noSegment, type SegmentSource } from "./load-replica.ts";
import { Replica } from "./replica.ts";
import { decodeRows } from "./row-list.ts";
import { countsOf, pageOf } from "./select-rows.ts";
import { settledBy } from "./settled.ts";
import { statedOn } from "./visible-rows.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";

/** What a replica reads from. Without segments it reads every delta there is. */
export interface ReplicaSources {
  readonly deltas: CatalogDeltas;
  readonly clock: Clock;
  readonly stored?:
    | (SegmentSource & { readonly pointers: Pick<SegmentPointers, "segmentPointer"> })
    | undefined;
}

/** A replica, and how far it has come. */
interface State {
  readonly replica: Replica;
  readonly epoch: number;
  /** The last delta before which no other can turn up any more. */
  settled: string | null;
}

/**
 * The catalog's list as a replica: each time it is asked, it first reads the deltas that were committed since.
 * Applying a delta twice changes nothing, because every part has a version; so it always looks back a little
 * further than it had seen.
 */
export class CatalogReplica implements CatalogIndex {
  private state: State | null = null;
  private readonly sources: ReplicaSources;
  private catchingUp: Promise<Replica> | null = null;

  constructor(sources: ReplicaSources) {
    this.sources = sources;
  }

  async page(
    query: CatalogQuery,
  ): Promise<{ readonly entries: readonly CatalogEntry[]; readonly next: CatalogPosition | null }> {
    const replica = await this.catchUp();
    const { rows, more } = pageOf(replica, query);
    const entries = rows.flatMap(({ row, position }) => {
      const known = replica.database.shown(row);
      if (!isListed(known)) return [];
      const { principals, now, sight } = query.visibility;
      const memberships = statedOn(known, principals, now);
      const header = { ...known.header, subscription: known.header.subscription ?? individually };
      const policyIds = scopesOn(header.tagIds, query.visibility.scopes);
      const seen = sight(
        { ...header, policyIds },
        memberships.map(({ role }) => role),
      );
      return seen === null ? [] : [{ header, health: known.health, memberships, sight: seen, position }];
    });
    return { entries, next: more ? (rows.at(-1)?.position ?? null) : null };
  }

  async carriesAny(tagIds: ReadonlySet<string>): Promise<boolean> {
    const { database } = await this.catchUp();
    const carried = (key: string): boolean => database.rows(key).length > 0;
    return [...tagIds].some((id) => carried(listKeys.tag(id)) || carried(listKeys.columnTag(id)));
  }

  async ownsAny(principals: readonly string[], now: Date): Promise<boolean> {
    const { database } = await this.catchUp();
    return principals.some(
      (principal) =>
        database.rows(listKeys.member("owner", principal)).length > 0 ||
        decodeRows(database.rows(listKeys.expiring(principal))).some((row) =>
          statedOn(database.shown(row), [principal], now).some(({ role }) => role === "owner"),
        ),
    );
  }

  async membersOf(...principals: readonly string[]): Promise<ReadonlyMap<string, readonly MemberDocument[]>> {
    const { database } = await this.catchUp();
    const lists = principals.flatMap((principal) => [
      listKeys.role(principal),
      listKeys.member("removed", principal),
    ]);
    const rows = new Set(lists.flatMap((key) => decodeRows(database.rows(key))));
    return new Map(
      [...rows].flatMap((row) => {
        const known = database.shown(row);
        if (!isListed(known)) return [];
        const members = Object.entries(known.members ?? {}).map(([of, { role, expiresAt }]) => ({
          principal: of,
          role,
          expiresAt,
        }));
        return [[known.header.id, members] as const];
      }),
    );
  }

  async facets(filters: CatalogFilters): Promise<CatalogFacets> {
    return countsOf(await this.catchUp(), filters);
  }

  /** A caller waits for a read that began after it asked: one that was under way may have missed its own change. */
  private async catchUp(): Promise<Replica> {
    if (this.catchingUp !== null) await this.catchingUp.catch(() => {});
    this.catchingUp ??= this.readOn().finally(() => {
      this.catchingUp = null;
    });
    return await this.catchingUp;
  }

  private async readOn(): Promise<Replica> {
    const { deltas, clock, stored } = this.sources;
    const askedAt = clock.now();
    const known = this.state;
    // A cold one has to know first where to begin; a warm one finds out at the same time whether it still may go on.
    const pointing = stored?.pointers.segmentPointer() ?? Promise.resolve(null);
    const state = known ?? (await this.load(await pointing));
    const [pointer, news] = await Promise.all([pointing, deltas.since(state.settled)]);
    if (known !== null && pointer !== null && mayLack(known, pointer)) {
      this.forget(known);
      return await this.readOn();
    }
    this.state = state;
    try {
      state.replica.apply(news.flatMap(({ changes }) => changes));
    } catch (error) {
      // It may have taken a part of them: it is made anew.
      this.forget(state);
      throw error;
    }
    state.settled = settledBy(news, askedAt) ?? state.settled;
    return state.replica;
  }

  private forget(state: State): void {
    this.state = null;
    state.replica.close();
  }

  private async load(pointer: SegmentPointer | null): Promise<State> {
    const { stored } = this.sources;
    if (stored === undefined || pointer === null)
      return { replica: Replica.empty(), epoch: 0, settled: null };
    const loaded = await loadReplica(stored, pointer);
    if (loaded === null) throw noSegment();
    return { ...loaded, epoch: pointer.epoch };
  }
}

/** The global policies that apply to what carries these tags. */
const scopesOn = (tagIds: readonly string[], scopes: CatalogVisibility["scopes"]): readonly string[] =>
  scopes
    .filter(({ every }) => every === null || every.every((any) => any.some((id) => tagIds.includes(id))))
    .map(({ policyId }) => policyId);

/** Whether deltas may be gone that a replica has not read, or all that it has read is not to be trusted. */
const mayLack = ({ epoch, settled }: State, pointer: SegmentPointer): boolean =>
  epoch < pointer.epoch || (pointer.floor !== null && (settled === null || settled < pointer.floor));
