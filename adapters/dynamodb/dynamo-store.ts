import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { CatalogDeltas } from "#core/ports/catalog-index.ts";
import type { SegmentPointers } from "#core/ports/catalog-segments.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Store } from "#core/ports/store.ts";
import { catalogDeltas } from "./stores/catalog-deltas.ts";
import { committer } from "./stores/committer.ts";
import { auditStore } from "./stores/audit-store.ts";
import { connectionStore } from "./stores/connection-store.ts";
import { curationStore } from "./stores/curation-store.ts";
import { dataSourceStore } from "./stores/data-source-store.ts";
import { dbtStore } from "./stores/dbt-store.ts";
import { deletionStore } from "./stores/deletion-store.ts";
import { dictionaryStore } from "./stores/dictionary-store.ts";
import { healthStore } from "./stores/health-store.ts";
import { keptDirectory } from "./stores/kept-directory.ts";
import { jobStore } from "./stores/job-store.ts";
import { memberStore } from "./stores/member-store.ts";
import { peopleStore } from "./stores/people-store.ts";
import { policyStore } from "./stores/policy-store.ts";
import { principalStore } from "./stores/principal-store.ts";
import { requestStore } from "./stores/request-store.ts";
import { segmentPointers } from "./stores/segment-pointers.ts";
import { tagStore } from "./stores/tag-store.ts";
import { threadStore } from "./stores/thread-store.ts";
import { userStore } from "./stores/user-store.ts";

/** Where the store keeps its items, and what time it is. */
export interface DynamoStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
  /** Waits before the try that follows `attempt`, of what was contended or left over; by default longer each time, with jitter. */
  readonly backOff?: (attempt: number) => Promise<void>;
}

/** All of core's storage ports over one DynamoDB table. docs/data-model.md has every access pattern. */
export function dynamoStore({ clock, ...ref }: DynamoStoreOptions): Store & CatalogDeltas & SegmentPointers {
  const tags = tagStore(ref);
  const kept = keptDirectory(ref, () => tags.tagTree());
  return {
    ...auditStore(ref),
    ...committer(ref, clock),
    ...peopleStore(ref, kept),
    ...principalStore(ref, kept),
    ...connectionStore(ref),
    ...dataSourceStore(ref, clock),
    ...curationStore(ref),
    ...dbtStore(ref, clock),
    ...deletionStore(ref, clock),
    ...dictionaryStore(ref, clock),
    ...healthStore(ref, clock),
    ...policyStore(ref),
    ...memberStore(ref),
    ...requestStore(ref),
    ...tags,
    ...threadStore(ref),
    ...userStore(ref),
    ...jobStore(ref, clock),
    ...catalogDeltas(ref),
    ...segmentPointers(ref),
  };
}
