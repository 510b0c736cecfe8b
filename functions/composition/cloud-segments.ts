import { documentClient } from "#adapters/dynamodb/client.ts";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { processLog } from "#adapters/observability/observability.ts";
import { systemClock, ulids } from "#adapters/system/system-clock.ts";
import type { CatalogIndex } from "#core/ports/catalog-index.ts";
import type { CatalogMaintenance, CatalogSegments } from "#core/ports/catalog-segments.ts";

/** The segments' bucket; what asks it is loaded when it is first needed: a warm replica does without it. */
export function bucketSegments({ SEGMENTS_BUCKET }: { readonly SEGMENTS_BUCKET: string }): CatalogSegments {
  let loaded: Promise<CatalogSegments> | undefined;
  const load = async (): Promise<CatalogSegments> => {
    const [{ s3Requests }, { s3Segments }] = await Promise.all([
      import("#adapters/aws/s3-requests.ts"),
      import("#adapters/segments/s3-segments.ts"),
    ]);
    return s3Segments(s3Requests(), { bucket: SEGMENTS_BUCKET });
  };
  const segments = (): Promise<CatalogSegments> => (loaded ??= load());
  return {
    put: async (id, file) => await (await segments()).put(id, file),
    get: async (id, file) => await (await segments()).get(id, file),
    list: async () => await (await segments()).list(),
    remove: async (id) => await (await segments()).remove(id),
  };
}

/** Who is a member of what, for workers: the index is loaded when it is asked, as next to no worker does. */
export function catalogMembers(environment: {
  readonly TABLE_NAME: string;
  readonly SEGMENTS_BUCKET: string;
}): Pick<CatalogIndex, "membersOf"> {
  let loaded: Promise<CatalogIndex> | undefined;
  const load = async (): Promise<CatalogIndex> => {
    const { CatalogReplica } = await import("#adapters/replica/catalog-replica.ts");
    const clock = systemClock;
    const store = dynamoStore({ client: documentClient(), tableName: environment.TABLE_NAME, clock });
    const stored = { pointers: store, segments: bucketSegments(environment), log: processLog };
    return new CatalogReplica({ deltas: store, clock, stored });
  };
  return { membersOf: async (...principals) => await (await (loaded ??= load())).membersOf(...principals) };
}

/** What keeps the catalog's index short, loaded when it is asked: next to no worker does that. */
export function catalogMaintenance(environment: {
  readonly TABLE_NAME: string;
  readonly SEGMENTS_BUCKET: string;
}): CatalogMaintenance {
  const make = async (): Promise<CatalogMaintenance> => {
    const [{ CatalogCompaction }, { catalogRecords }] = await Promise.all([
      import("#adapters/replica/catalog-compaction.ts"),
      import("#adapters/dynamodb/stores/catalog-records.ts"),
    ]);
    const table = { client: documentClient(), tableName: environment.TABLE_NAME };
    const store = dynamoStore({ ...table, clock: systemClock });
    return new CatalogCompaction({
      segments: bucketSegments(environment),
      log: processLog,
      pointers: store,
      deltas: store,
      records: () => catalogRecords(table),
      clock: systemClock,
      ids: ulids(systemClock),
    });
  };
  return {
    compact: async () => await (await make()).compact(),
    rebuild: async (signal) => await (await make()).rebuild(signal),
  };
}
