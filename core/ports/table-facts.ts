import type { Job } from "#core/jobs/job.ts";
import type { Guard, RecordKind, Records } from "#core/ports/change.ts";

type RecordFact = { [K in RecordKind]: { readonly kind: K; readonly record: Records[K] } }[RecordKind];

/** One thing that the store keeps, as it lies there. */
export type Fact =
  | RecordFact
  | {
      readonly kind: "job";
      readonly record: Job;
      /** Whether the sweep finds it among what is not finished. */
      readonly active: boolean;
    }
  | { readonly kind: "guard"; readonly guard: Guard; readonly owner: string }
  | { readonly kind: "job-in-month"; readonly jobId: string }
  | { readonly kind: "job-of-data-source"; readonly jobId: string; readonly dataSourceId: string }
  | { readonly kind: "waiting-job"; readonly line: string; readonly jobId: string }
  | { readonly kind: "slot"; readonly line: string; readonly slot: number; readonly jobId: string }
  | {
      readonly kind: "dictionary-chunk";
      readonly dataSourceId: string;
      readonly generation: string;
      readonly index: number;
      /** How many columns it holds, without those that are gone. */
      readonly columns: number;
    }
  | { readonly kind: "dbt-chunk"; readonly dataSourceId: string; readonly generation: string }
  | {
      readonly kind: "staged-generation";
      readonly dataSourceId: string;
      readonly generation: string;
      readonly stagedAt: string;
    }
  | {
      readonly kind: "staged-batch";
      readonly generation: string;
      readonly dataSourceIds: readonly string[];
      readonly stagedAt: string;
    }
  | {
      readonly kind: "retired-generation";
      readonly dataSourceId: string;
      readonly generation: string;
      readonly retiredAt: string;
    }
  /** Something that stands by itself and promises nothing about anything else. */
  | { readonly kind: "other"; readonly of: string }
  /** Something that this version of Reeve cannot read; `where` is its key. */
  | { readonly kind: "unreadable"; readonly where: string };

/** Reads all that is stored, in no order. What changes meanwhile may be seen as it was or as it is. */
export interface TableFacts {
  facts(): AsyncIterable<readonly Fact[]>;
}
